"""The text or caption of a call, parsed and measured."""

from __future__ import annotations

from demo.bot_api.chats import Wire
from demo.bot_api.entities import Entity, given_entities, trimmed, units
from demo.bot_api.errors import bad
from demo.bot_api.html_markup import parse_html
from demo.bot_api.markdown import parse_markdown
from demo.bot_api.parameters import Parameters

MOST_TEXT, MOST_CAPTION = 4096, 1024
PARSERS = {"markdownv2": parse_markdown, "html": parse_html}


def text_of(given: Parameters, *, too_long: str = "message is too long") -> Wire:
    """`text` and `entities`; 400 for nothing, too much, or what does not parse."""
    text, entities = _formatted(given, "text", "entities")
    if not text:
        raise bad("message text is empty")
    if units(text) > MOST_TEXT:
        raise bad(too_long)
    return {"text": text} | _named("entities", entities)


def caption_of(given: Parameters) -> Wire:
    """`caption` and `caption_entities`, or nothing."""
    text, entities = _formatted(given, "caption", "caption_entities")
    if units(text) > MOST_CAPTION:
        raise bad("message caption is too long")
    return {"caption": text} | _named("caption_entities", entities) if text else {}


def _named(name: str, entities: list[Entity]) -> Wire:
    return {name: [entity.as_json() for entity in entities]} if entities else {}


def _formatted(given: Parameters, name: str, entities: str) -> tuple[str, list[Entity]]:
    text, mode = given.text(name), given.text("parse_mode").lower()
    if mode and mode not in PARSERS:
        raise bad("unsupported parse_mode")
    if mode:
        return trimmed(*PARSERS[mode](text))
    if (listed := given.json(entities, "can't parse entities JSON object")) is not None:
        return trimmed(text, given_entities(text, listed))
    return trimmed(text, [])
