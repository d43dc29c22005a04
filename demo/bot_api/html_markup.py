"""Telegram's HTML, read as TDLib's `parse_html` reads it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from demo.bot_api.entities import Entity, Formatted, in_order, link_entity, units
from demo.bot_api.errors import ApiError, bad

TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code", "pre": "pre", "a": "text_link", "blockquote": "blockquote", "tg-emoji": "custom_emoji",
}  # fmt: skip
TAG = re.compile(r"<(/?)([^\s/>]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
ATTRIBUTE = re.compile(r"\s*([^\s=]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
# Telegram knows these names and numbers; every other reference stays as it is written.
REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot)|#(\d+)|#x([0-9a-f]+))(?:;|(?![\w;]))", re.IGNORECASE)


@dataclass(slots=True)
class _Open:
    tag: str
    offset: int
    start: int
    attributes: dict[str, str] = field(default_factory=dict)


def parse_html(source: str) -> Formatted:
    """The plain text and its entities; raises ApiError 400 with the real server's words."""
    text, opened, entities, at = "", list[_Open](), list[Entity](), 0
    while at < len(source):
        if source[at] != "<":
            end = source.find("<", at)
            end = len(source) if end < 0 else end
            text, at = text + _plain(source[at:end]), end
            continue
        found, byte = TAG.match(source, at), len(source[:at].encode())
        if found is None:
            raise _refused(
                f"Unclosed {'end' if source[at + 1 : at + 2] == '/' else 'start'} tag at byte offset {byte}"
            )
        if found[1]:
            entities += _closed(opened, found[2].lower(), text, byte)
        else:
            attributes = _attributes(found[3])
            _check(found[2].lower(), attributes, byte)
            opened.append(_Open(found[2].lower(), units(text), len(text), attributes))
        at = found.end()
    if opened:
        raise _refused(f'Can\'t find end tag corresponding to start tag "{opened[-1].tag}"')
    return text, in_order(_one_block(entities))


def _plain(written: str) -> str:
    return REFERENCE.sub(lambda found: html.unescape(found[0].rstrip(";").lower() + ";"), written)


def _attributes(written: str) -> dict[str, str]:
    return {found[1].lower(): _plain((found[2] or "").strip("\"'")) for found in ATTRIBUTE.finditer(written)}


def _check(tag: str, attributes: dict[str, str], byte: int) -> None:
    if tag not in TAGS:
        raise _refused(f'Unsupported start tag "{tag}" at byte offset {byte}')
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise _refused(f'Tag "span" must have class "tg-spoiler" at byte offset {byte}')


def _closed(opened: list[_Open], tag: str, text: str, byte: int) -> list[Entity]:
    if not opened:
        raise _refused(f"Unexpected end tag at byte offset {byte}")
    last = opened.pop()
    if tag and tag != last.tag:
        expected = f'expected "</{last.tag}>", found "</{tag}>"'
        raise _refused(f"Unmatched end tag at byte offset {byte}, {expected}")
    entity = _entity(last, text)
    return [entity] if entity and entity.length else []


def _entity(last: _Open, text: str) -> Entity | None:
    kind, offset, length = TAGS[last.tag], last.offset, units(text) - last.offset
    given = last.attributes
    if kind == "text_link":
        return link_entity(text[last.start :], given.get("href", ""), offset, length)
    if kind == "blockquote" and "expandable" in given:
        kind = "expandable_blockquote"
    language = given.get("class", "").removeprefix("language-") if kind == "code" else ""
    return Entity(kind, offset, length, language=language, emoji=given.get("emoji-id", ""))


def _one_block(entities: list[Entity]) -> list[Entity]:
    """A `code` with a language that fills a `pre` gives the block its language; elsewhere the language is nothing."""
    languages = {(one.offset, one.length): one.language for one in entities if one.type == "code" and one.language}
    blocks = {(one.offset, one.length) for one in entities if one.type == "pre"}
    found = []
    for one in entities:
        place = one.offset, one.length
        if one.type == "pre":
            found.append(Entity("pre", *place, language=languages.get(place, "")))
        elif one.type == "code" and not (one.language and place in blocks):
            found.append(Entity("code", *place))
        elif one.type != "code":
            found.append(one)
    return found


def _refused(why: str) -> ApiError:
    return bad(f"can't parse entities: {why}")
