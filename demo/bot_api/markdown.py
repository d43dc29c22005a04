"""MarkdownV2, read as TDLib's `parse_markdown_v2` reads it: the same entities, refusals and offsets."""

from __future__ import annotations

from dataclasses import dataclass

from demo.bot_api.entities import Entity, Formatted, in_order, link_entity
from demo.bot_api.errors import ApiError, bad

RESERVED = frozenset(b"_*[]()~`>#+-=|{}.!\n")
IN_CODE = frozenset(b"`")
SPACES = frozenset(b" \t\r\n\v\0")
WIRE = {
    "Bold": "bold", "Italic": "italic", "Underline": "underline", "Strikethrough": "strikethrough",
    "Spoiler": "spoiler", "Code": "code", "Pre": "pre", "PreCode": "pre", "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
}  # fmt: skip
ENDS = {
    "Bold": b"*", "Italic": b"_", "Underline": b"__", "Strikethrough": b"~", "Spoiler": b"||", "Code": b"`",
    "Pre": b"```", "PreCode": b"```", "TextUrl": b"]", "CustomEmoji": b"]",
}  # fmt: skip


def parse_markdown(text: str) -> Formatted:
    """The plain text and its entities; raises ApiError 400 with the real server's words."""
    return _Reader(text.encode()).read()


@dataclass(slots=True)
class _Open:
    """An entity that has begun: where in the markup, in the text's units, and in the text's bytes."""

    type: str
    at: int
    offset: int
    start: int
    language: str = ""


class _Reader:
    def __init__(self, source: bytes) -> None:
        self.source, self.at = source, 0
        self.text, self.offset = bytearray(), 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []
        self.quoted, self.may_quote = False, True

    def read(self) -> Formatted:
        while self.at < len(self.source):
            self._step(self.source[self.at])
            self.at += 1
        self._end_of_text()
        if self.open:
            raise _unended(self.open[-1])
        return self.text.decode(), in_order(self.entities)

    def _next(self, ahead: int = 1) -> int:
        """The byte so far ahead; 0 behind the end."""
        at = self.at + ahead
        return self.source[at] if at < len(self.source) else 0

    def _step(self, byte: int) -> None:
        if byte == ord("\\") and 0 < self._next() <= 126:
            self.at += 1
            self._keep(self.source[self.at])
        elif byte not in (IN_CODE if self.open and self.open[-1].type in ("Code", "Pre", "PreCode") else RESERVED):
            self._keep(byte)
        elif self._ends(byte):
            self._end(byte)
        else:
            self._begin(byte)

    def _keep(self, byte: int) -> None:
        self.text.append(byte)
        if byte & 0xC0 == 0x80:
            return
        self.offset += 2 if byte >= 0xF0 else 1
        if byte != ord("\r"):
            self.may_quote = byte == ord("\n")

    def _ends(self, byte: int) -> bool:
        if not self.open:
            return False
        if self.quoted and byte == ord("\n") and self._next() != ord(">"):
            return True
        last = self.open[-1].type
        if last == "Italic":
            return byte == ord("_") and self._next() != ord("_")
        return last in ENDS and self.source.startswith(ENDS[last], self.at)

    def _begin(self, byte: int) -> None:
        at, letter = self.at, chr(byte)
        if letter == "\n":
            self._keep(byte)
        elif letter == ">" and self.may_quote:
            if not self.quoted:
                self.quoted = True
                self._push("BlockQuote", at)
        elif letter == "`":
            self._begin_code(at)
        else:
            self._push(self._kind(letter), at)

    def _kind(self, letter: str) -> str:
        pair = letter + chr(self._next())
        if pair in ("__", "||", "!["):
            self.at += 1
            return {"__": "Underline", "||": "Spoiler", "![": "CustomEmoji"}[pair]
        kinds = {"_": "Italic", "*": "Bold", "~": "Strikethrough", "[": "TextUrl"}
        if letter not in kinds:
            raise _refused(f"Character '{letter}' is reserved and must be escaped with the preceding '\\'")
        return kinds[letter]

    def _begin_code(self, at: int) -> None:
        if not self.source.startswith(b"```", at):
            self._push("Code", at)
            return
        end = start = at + 3
        while end < len(self.source) and self.source[end] not in SPACES | IN_CODE:
            end += 1
        named = end != start and end < len(self.source) and self.source[end] != ord("`")
        language = self.source[start:end].decode() if named else ""
        self.at = end if named else start
        if self._next(0) in b"\r\n" and self._next(0):
            self.at += 2 if self._next(1) in b"\r\n" and self._next(1) not in (0, self._next(0)) else 1
        self.at -= 1
        self._push("PreCode" if named else "Pre", at, language)

    def _push(self, kind: str, at: int, language: str = "") -> None:
        self.open.append(_Open(kind, at, self.offset, len(self.text), language))

    def _end(self, byte: int) -> None:
        kind = self._end_of_quote() if byte == ord("\n") else self.open[-1].type
        begun = self.open[-1]
        if "BlockQuote" in kind:
            self.quoted = False
            self._keep(byte)
            self._add(Entity(WIRE[kind], begun.offset, self.offset - begun.offset))
        elif kind == "TextUrl":
            self._end_link(begun)
        elif kind == "CustomEmoji":
            self._end_emoji(begun)
        else:
            self.at += len(ENDS[kind]) - 1
            self._add(Entity(WIRE[kind], begun.offset, self.offset - begun.offset, language=begun.language))
        self.open.pop()

    def _end_of_quote(self) -> str:
        last = self.open[-1]
        if last.type == "BlockQuote":
            return last.type
        # An empty spoiler at the end of a quotation says that it can be opened.
        just = last.at == self.at - 2 or (last.at == self.at - 3 and self.text[-1:] == b"\r")
        if last.type != "Spoiler" or not just:
            raise _unended(last)
        self.open.pop()
        if self.open[-1].type != "BlockQuote":
            raise _unended(self.open[-1])
        return "ExpandableBlockQuote"

    def _end_link(self, begun: _Open) -> None:
        shown = self.text[begun.start :].decode()
        url = self._address("a URL") if self._next() == ord("(") else shown
        length = self.offset - begun.offset
        if length and url and (entity := link_entity("", url, begun.offset, length)):
            self._add(entity)

    def _end_emoji(self, begun: _Open) -> None:
        if self._next() != ord("("):
            raise _refused("Custom emoji entity must contain a tg://emoji URL")
        url = self._address("a custom emoji URL")
        length = self.offset - begun.offset
        if not url.lower().startswith("tg:"):
            raise _refused("Custom emoji URL must have scheme tg")
        self._add(Entity("custom_emoji", begun.offset, length, emoji=url.rpartition("id=")[2]))

    def _address(self, what: str) -> str:
        self.at += 2
        began, url = self.at, bytearray()
        while self.at < len(self.source) and self.source[self.at] != ord(")"):
            if self.source[self.at] == ord("\\") and 0 < self._next() <= 126:
                self.at += 1
            url.append(self.source[self.at])
            self.at += 1
        if self.at >= len(self.source):
            raise _refused(f"Can't find end of {what} at byte offset {began}")
        return url.decode()

    def _add(self, entity: Entity) -> None:
        if entity.length:
            self.entities.append(entity)

    def _end_of_text(self) -> None:
        if not self.quoted:
            return
        kind, last = "BlockQuote", self.open[-1]
        if last.type == "Spoiler" and last.at == len(self.source) - 2:
            self.open.pop()
            kind = "ExpandableBlockQuote"
        if self.open and self.open[-1].type == "BlockQuote":
            begun = self.open.pop()
            self._add(Entity(WIRE[kind], begun.offset, self.offset - begun.offset))


def _unended(last: _Open) -> ApiError:
    return _refused(f"Can't find end of {last.type} entity at byte offset {last.at}")


def _refused(why: str) -> ApiError:
    return bad(f"can't parse entities: {why}")
