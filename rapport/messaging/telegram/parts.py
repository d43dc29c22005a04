"""The parts of a message as formatted text: a product, a comparison, the way of an order, a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rapport.messaging.telegram.rich import Rich, bold, italic, joined, link, plain
from rapport.messaging.telegram.shop import Shop
from rapport.messaging.telegram.words import words

NUMBERS = "①②③④⑤⑥"
LONGEST_DESCRIPTION = 300


def card(product: Mapping[str, Any]) -> Rich:
    """Name, price and stock, description."""
    facts = joined((bold(_text(product, "price")), plain(_text(product, "stock"))), " · ")
    about = _text(product, "description")
    shown = about if len(about) <= LONGEST_DESCRIPTION else f"{about[: LONGEST_DESCRIPTION - 1]}…"
    return joined((bold(_text(product, "name")), facts, plain(shown)), "\n")


def comparison(table: Mapping[str, Any], shop: Shop) -> Rich:
    """The products numbered, then what sets them apart, line by line: a phone is too narrow for columns."""
    heads = (
        Rich(f"{number} ") + link(column["name"], shop.link(column.get("url")))
        for number, column in zip(NUMBERS, table["columns"], strict=False)
    )
    return joined((joined(heads, "\n"), joined(map(_row, table["rows"]), "\n")), "\n\n")


def timeline(way: Mapping[str, Any], shop: Shop) -> Rich:
    """How far an order has come, a step a line."""
    number = str(way["order"])
    head = bold(number if number.startswith("#") else f"#{number}")
    url = shop.link(way.get("url"))
    return joined((link(head.text, url) if url else head, *map(_step, way["steps"])), "\n")


def form(asked: Mapping[str, Any], language: str) -> Rich:
    """What is asked, a line each, to be answered in a message."""
    say = words(language)
    lines = joined((_field(field, language) for field in asked["fields"]), "\n")
    return joined((bold(_text(asked, "title")), plain(say.fill_in), lines), "\n")


def _row(row: Mapping[str, Any]) -> Rich:
    cells = (f"{number} {cell}" for number, cell in zip(NUMBERS, row["cells"], strict=False) if cell)
    return joined((bold(row["label"]), plain("   ".join(cells))), "\n")


def _step(step: Mapping[str, Any]) -> Rich:
    label = plain(step["label"])
    return Rich("✅ " if step["done"] else "▫️ ") + joined((label, italic(_text(step, "at"))), " · ")


def _field(field: Mapping[str, Any], language: str) -> Rich:
    notes = [plain(note) for note in _notes(field, language)]
    remark = Rich("（" if language == "zh" else " (") + joined(notes, "；" if language == "zh" else "; ")
    closed = remark + Rich("）" if language == "zh" else ")") if notes else Rich()
    return Rich("• ") + bold(field["label"]) + closed


def _notes(field: Mapping[str, Any], language: str) -> Iterator[str]:
    say = words(language)
    if field.get("required"):
        yield say.required
    if field.get("options"):
        yield say.choices.format(options=" / ".join(field["options"]))
    if field.get("hint"):
        yield field["hint"]


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
