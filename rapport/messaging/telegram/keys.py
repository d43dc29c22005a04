"""The keys under a message: what each says, and what pressing it means or where it leads."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rapport.messaging.telegram.rich import plain, shortened
from rapport.messaging.telegram.words import words

LONGEST_TITLE = 64
# Two short keys share a row; a phone shows about so many columns of text on half its width.
HALF_A_ROW = 16
# Payloads that are for Telegram alone: no intent begins like that.
PAGE, STARS, ASSISTANT = "!page", "!stars", "!assistant"
# What a link would make of the chat, her no to that, and the way out again.
LINK, WEB, NO, UNLINK = "!link", "!web", "!no", "!unlink"


@dataclass(frozen=True, slots=True)
class Key:
    """`payload` is what pressing it tells us, and `said` how that reads in the conversation; or it opens `url`."""

    title: str
    payload: str = ""
    url: str = ""
    said: str = ""


Keys = tuple[tuple[Key, ...], ...]


def in_rows(keys: Sequence[Key]) -> Keys:
    """Two beside each other where both are short."""
    rows: list[tuple[Key, ...]] = []
    for key in keys:
        if rows and len(rows[-1]) == 1 and max(_columns(rows[-1][0].title), _columns(key.title)) <= HALF_A_ROW:
            rows[-1] += (key,)
        else:
            rows.append((key,))
    return tuple(rows)


def stars() -> Keys:
    """One to five stars for a conversation that has ended."""
    return tuple(tuple(Key("⭐" * count, f"{STARS} {count}") for count in row) for row in ((1, 2, 3), (4, 5)))


def back_to_assistant(language: str) -> Keys:
    """The way out of the queue."""
    return ((Key(words(language).back_to_assistant, ASSISTANT),),)


def about_account(payload: str, language: str) -> Keys:
    """Yes and no to what a link claims; or the way to part chat and account."""
    say = words(language)
    if payload == UNLINK:
        return ((Key(say.unlink, UNLINK),),)
    return ((Key(say.yes, payload), Key(say.no, NO)),)


def pages(index: int, count: int) -> tuple[Key, ...]:
    """‹ 2/5 ›: before the first comes the last."""
    before, after = (index - 1) % count, (index + 1) % count
    here = Key(f"{index + 1}/{count}", f"{PAGE} {index}")
    return Key("‹", f"{PAGE} {before}"), here, Key("›", f"{PAGE} {after}")


def markup(keys: Keys, data: Callable[[Key], str]) -> dict[str, Any] | None:
    """The keys on the wire; `data` gives what stands for a payload there. None where there are none."""
    rows = [[_on_the_wire(key, data) for key in row] for row in keys]
    return {"inline_keyboard": rows} if rows else None


def _on_the_wire(key: Key, data: Callable[[Key], str]) -> dict[str, str]:
    title = shortened(plain(key.title), LONGEST_TITLE).text.strip() or "…"
    return {"text": title, "url": key.url} if key.url else {"text": title, "callback_data": data(key)}


def _columns(title: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in title)
