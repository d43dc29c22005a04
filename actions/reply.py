"""What an ability answers: words, buttons, cards, and what to remember."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Button:
    """`payload` is what Rasa is told when it is pressed; the gateway signs it before a browser sees it."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Card:
    """A product as the widget shows it; `price` and `stock` are ready to read, `picture` and `url` are paths."""

    sku: str
    name: str
    price: str
    picture: str
    url: str
    description: str = ""
    stock: str = ""

    def as_json(self) -> dict[str, str]:
        """The wire shape; what is empty is left out."""
        names = ("sku", "name", "description", "price", "picture", "url", "stock")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column of a table: a product."""

    sku: str
    name: str
    picture: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """What the products are compared by, and how each of them is in it, ready to read."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Products side by side; every row has a cell per column."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        """The wire shape."""
        return {
            "columns": [asdict(column) for column in self.columns],
            "rows": [{"label": row.label, "cells": list(row.cells)} for row in self.rows],
        }


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an order's way; `at` is the day it was done, ready to read, "" where that is not known."""

    label: str
    at: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """How far an order has come."""

    order: str
    steps: tuple[Step, ...]

    def as_json(self) -> dict[str, Any]:
        """The wire shape; what is empty is left out."""
        steps = [
            {"label": step.label, "done": step.done} | ({"at": step.at} if step.at else {}) for step in self.steps
        ]
        return {"order": self.order, "steps": steps}


@dataclass(frozen=True, slots=True)
class Field:
    """What a form asks: `name` is the entity it is understood as, `type` an input of a browser."""

    name: str
    label: str
    type: str = "text"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Asks for several things at once; filled in, it is `intent` with the fields as entities."""

    intent: str
    fields: tuple[Field, ...]
    send: str = ""

    def as_json(self) -> dict[str, Any]:
        """The wire shape."""
        return asdict(self) | {"fields": [asdict(field) for field in self.fields]}


@dataclass(frozen=True, slots=True)
class Happened:
    """An event this turn brings about, beside `message_understood`.

    `customer_id` is whose event it is, where that is not who is signed in; `key` makes it one with the same event
    told by another door.
    """

    name: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    customer_id: int | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """`unless_a_rule_speaks` is said only when no marketer's rule replied; None in `remember` forgets a slot.

    `reminder` is said last, under the buttons. `handed_over`: a person was brought in; `understood`: the answer is to
    what she said, not to nobody knowing what that was. `noted` goes into the event `message_understood`, where rules
    and their messages find it. `timelines` go with the texts, one with each.
    """

    texts: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()
    table: Table | None = None
    timelines: tuple[Timeline, ...] = ()
    form: Form | None = None
    unless_a_rule_speaks: tuple[str, ...] = ()
    remember: Mapping[str, str | None] = field(default_factory=dict)
    happened: tuple[Happened, ...] = ()
    noted: Mapping[str, Any] = field(default_factory=dict)
    reminder: str = ""
    handed_over: bool = False
    understood: bool = True

    def shown(self) -> list[str]:
        """The SKUs on the cards and in the table."""
        columns = self.table.columns if self.table else ()
        return [card.sku for card in self.cards] + [column.sku for column in columns]


def spoken(answer: Answer, rule_replies: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The dispatcher's messages, keyword by keyword: cards and table go with the first text, buttons and form the
    last."""
    texts = list(answer.texts + (rule_replies or answer.unless_a_rule_speaks))
    buttons = [{"title": button.title, "payload": button.payload} for button in answer.buttons]
    for number, text in enumerate(texts):
        message: dict[str, Any] = {"text": text}
        custom = _custom(answer, number, last=number == len(texts) - 1)
        if custom:
            message["json_message"] = custom
        if number == len(texts) - 1 and buttons:
            message["buttons"] = buttons
        yield message
    if answer.reminder:
        yield {"text": answer.reminder}


def _custom(answer: Answer, number: int, *, last: bool) -> dict[str, Any]:
    """What Rasa passes on as it is, with the text of this number."""
    parts: dict[str, Any] = {}
    if number == 0 and answer.cards:
        parts["cards"] = [card.as_json() for card in answer.cards]
    if number == 0 and answer.table:
        parts["table"] = answer.table.as_json()
    if number < len(answer.timelines):
        parts["timeline"] = answer.timelines[number].as_json()
    if last and answer.form:
        parts["form"] = answer.form.as_json()
    return parts
