"""Message entities: their checks, their order, and lengths in UTF-16 code units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from demo.bot_api.errors import bad

# The outer one comes first where two begin and end together (MessageEntity::get_type_priority of TDLib).
PRIORITIES = {
    "blockquote": 0, "expandable_blockquote": 0, "pre": 10, "code": 20, "text_link": 49, "text_mention": 49,
    "bold": 90, "italic": 91, "underline": 92, "strikethrough": 93, "spoiler": 94, "custom_emoji": 99,
}  # fmt: skip
FOUND_BY_SERVER = {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"}
LINK = re.compile(r"(?:(https?)://)?([^\s/?#:@]+\.[^\s/?#:@.]+)(:\d{1,5})?([/?#]\S*)?", re.IGNORECASE)
MENTION = re.compile(r"tg:(?://)?user\?id=(\d+)", re.IGNORECASE)
Formatted = tuple[str, list["Entity"]]


@dataclass(frozen=True, slots=True)
class Entity:
    """`offset` and `length` are in UTF-16 code units; `type` is the wire's name."""

    type: str
    offset: int
    length: int
    url: str = ""
    language: str = ""
    user: int = 0
    emoji: str = ""

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"type": self.type, "offset": self.offset, "length": self.length}
        extra = {"url": self.url, "language": self.language, "custom_emoji_id": self.emoji}
        user = {"user": {"id": self.user, "is_bot": False, "first_name": str(self.user)}} if self.user else {}
        return body | {name: value for name, value in extra.items() if value} | user


def units(text: str) -> int:
    """The length in UTF-16 code units, which is what Telegram counts."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def in_order(entities: Iterable[Entity]) -> list[Entity]:
    """Outer ones first, and nothing inside of code."""
    ordered = sorted(entities, key=lambda one: (one.offset, -one.length, PRIORITIES.get(one.type, 50)))
    code = [one for one in ordered if one.type in ("pre", "code")]
    return [one for one in ordered if one in code or not any(_inside(one, block) for block in code)]


def _inside(one: Entity, block: Entity) -> bool:
    return (
        one.offset >= block.offset
        and one.offset + one.length <= block.offset + block.length
        and "quote" not in one.type
    )


def checked_link(url: str) -> str:
    """The address as Telegram would open it; empty where it would not."""
    if url.lower().startswith("tg:"):
        return url
    if (found := LINK.fullmatch(url)) is None:
        return ""
    scheme, host, port, rest = found.groups()
    tail = rest or "/"
    return f"{(scheme or 'http').lower()}://{host.lower()}{port or ''}{tail if tail[0] == '/' else '/' + tail}"


def link_entity(text: str, url: str, offset: int, length: int) -> Entity | None:
    """A link or the mention of a user; None where the address leads nowhere: the text is then plain."""
    if found := MENTION.fullmatch(url):
        return Entity("text_mention", offset, length, user=int(found[1]))
    checked = checked_link(url or text)
    return Entity("text_link", offset, length, url=checked) if checked else None


def given_entities(text: str, given: Any) -> list[Entity]:
    """Entities that came beside a text: 400 where one leaves the text or cuts a letter in two."""
    if not isinstance(given, list):
        raise bad("can't parse entities JSON object")
    starts = _letter_starts(text)
    return in_order(_given(one, starts) for one in given)


def _letter_starts(text: str) -> list[int]:
    starts = [0]
    for letter in text:
        starts.append(starts[-1] + (2 if letter > "\uffff" else 1))
    return starts


def _given(one: Any, starts: Sequence[int]) -> Entity:
    if not isinstance(one, dict) or not isinstance(one.get("type"), str):
        raise bad("can't parse MessageEntity: Can't find field \"type\"")
    if one["type"] not in PRIORITIES and one["type"] not in FOUND_BY_SERVER:
        raise bad("can't parse MessageEntity: Unsupported type specified")
    offset, length = one.get("offset"), one.get("length")
    if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length <= 0:
        raise bad("can't parse MessageEntity: Invalid offset or length specified")
    if offset + length > starts[-1]:
        ends = f"ends after the end of the text at UTF-16 offset {starts[-1]}"
        raise bad(f"entity beginning at UTF-16 offset {offset} {ends}")
    if not {offset, offset + length} <= set(starts):
        raise bad(f"entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol")
    user = one["user"].get("id", 0) if isinstance(one.get("user"), dict) else 0
    texts = {
        name: str(one.get(field, "")) for name, field in (("language", "language"), ("emoji", "custom_emoji_id"))
    }
    url = checked_link(str(one.get("url", ""))) if one["type"] == "text_link" else ""
    if one["type"] == "text_link" and not url:
        raise bad("can't parse MessageEntity: Wrong HTTP URL")
    return Entity(one["type"], offset, length, url=url, user=user, **texts)


def trimmed(text: str, entities: Sequence[Entity]) -> Formatted:
    """Without the white space around it, which Telegram never keeps; the entities shrink with it."""
    front = units(text) - units(text.lstrip())
    stripped = text.strip()
    end = units(stripped)
    moved = [replace(one, offset=max(one.offset - front, 0), length=_left(one, front, end)) for one in entities]
    return stripped, [one for one in moved if one.length > 0]


def _left(one: Entity, front: int, end: int) -> int:
    return min(one.offset + one.length - front, end) - max(one.offset - front, 0)
