"""Formatted text as Telegram takes it: plain words, and beside them which part is bold or leads somewhere.

Formatting travels as `entities`, not as MarkdownV2: names and texts are strangers' words, and where nothing is parsed
nothing can be injected, forgotten to be escaped, or refused for an unpaired star. It also lets a long text be cut
anywhere, and its length be what Telegram counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

# What Telegram takes in one message and under one picture, in UTF-16 code units.
LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024
# Controls but for tab and line break; embeddings, overrides and isolates, which turn the words beside them.
HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
SURROGATES = re.compile("[\ud800-\udfff]")
BREAKS = ("\n\n", "\n", "。", "！", "？", ". ", "! ", "? ", "；", "，", " ")
JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class Span:
    """Part of a text, in characters: `kind` is Telegram's word for what it is."""

    kind: str
    start: int
    end: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Rich:
    """A text and what is formatted in it. `a + b` is both."""

    text: str = ""
    spans: tuple[Span, ...] = ()

    def __add__(self, other: Rich) -> Rich:
        shift = len(self.text)
        moved = tuple(replace(span, start=span.start + shift, end=span.end + shift) for span in other.spans)
        return Rich(self.text + other.text, self.spans + moved)

    def __bool__(self) -> bool:
        return bool(self.text)

    def part(self, start: int, end: int) -> Rich:
        """The characters from `start` to `end` without the white space around them; what is formatted stays so."""
        words = self.text[start:end]
        start += len(words) - len(words.lstrip())
        end -= len(words) - len(words.rstrip())
        kept = (replace(span, start=max(span.start, start), end=min(span.end, end)) for span in self.spans)
        clipped = tuple(replace(s, start=s.start - start, end=s.end - start) for s in kept if s.start < s.end)
        return Rich(self.text[start : max(start, end)], clipped)

    def entities(self) -> list[dict[str, Any]]:
        """The formatting on the wire, offsets in UTF-16 code units."""
        return [
            {"type": span.kind, "offset": units(self.text[: span.start])}
            | {"length": units(self.text[span.start : span.end])}
            | ({"url": span.url} if span.url else {})
            for span in self.spans
        ]


def units(text: str) -> int:
    """How long a text is for Telegram: its UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def plain(text: str) -> Rich:
    """A stranger's words, harmless: without what controls or turns a line."""
    return Rich(SURROGATES.sub("\ufffd", HARMFUL.sub("", text.replace("\r\n", "\n"))))


def bold(text: str) -> Rich:
    return _formatted(text, "bold")


def italic(text: str) -> Rich:
    return _formatted(text, "italic")


def link(text: str, url: str | None) -> Rich:
    """The words, leading to `url` where there is one."""
    return _formatted(text, "text_link", url) if url else plain(text)


def joined(parts: Iterable[Rich], between: str) -> Rich:
    """Those that say something, with `between` between them."""
    whole = Rich()
    for part in filter(None, parts):
        whole = whole + Rich(between) + part if whole else part
    return whole


def pieces(rich: Rich, most: int = LONGEST_TEXT) -> list[Rich]:
    """The text in pieces of up to `most` units, cut where a reader would pause; a text of white space is none."""
    found, start = [], 0
    while start < len(rich.text):
        # One character more than fits tells whether the text goes on.
        end = start + _cut(rich.text[start : start + most + 1], most)
        piece = rich.part(start, end)
        found += [piece] if piece else []
        start = end
    return found


def shortened(rich: Rich, most: int) -> Rich:
    """Its beginning, with an ellipsis where something is missing."""
    if units(rich.text) <= most:
        return rich
    return pieces(rich, most - 1)[0] + Rich("…")


def _formatted(text: str, kind: str, url: str = "") -> Rich:
    words = plain(text).text
    return Rich(words, (Span(kind, 0, len(words), url),)) if words.strip() else Rich(words)


def _cut(text: str, most: int) -> int:
    """After how many characters to cut, so that no character, and no sign made of several, falls apart."""
    if units(text) <= most:
        return len(text)
    end = len(text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore"))
    for pause in BREAKS:
        at = text.rfind(pause, end // 2, end)
        if at >= 0:
            return at + len(pause)
    back = end
    while back > max(1, end - 16) and _belongs_to_the_one_before(text, back):
        back -= 1
    return back


def _belongs_to_the_one_before(text: str, at: int) -> bool:
    mark = unicodedata.category(text[at]) in ("Mn", "Me", "Mc") or "\U0001f3fb" <= text[at] <= "\U0001f3ff"
    return mark or JOINER in text[at - 1 : at + 1]
