"""What an ability answers: words, buttons, cards, and what to remember."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
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
class Happened:
    """An event this turn brings about, beside `message_understood`."""

    name: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """`unless_a_rule_speaks` is said only when no marketer's rule replied; None in `remember` forgets a slot.

    `noted` goes into the event `message_understood`, where rules and their messages find it.
    """

    texts: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()
    unless_a_rule_speaks: tuple[str, ...] = ()
    remember: Mapping[str, str | None] = field(default_factory=dict)
    happened: tuple[Happened, ...] = ()
    noted: Mapping[str, Any] = field(default_factory=dict)

    def shown(self) -> list[str]:
        """The SKUs on the cards."""
        return [card.sku for card in self.cards]


def spoken(answer: Answer, rule_replies: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The dispatcher's messages, keyword by keyword: cards go with the first text, buttons with the last."""
    texts = list(answer.texts + (rule_replies or answer.unless_a_rule_speaks))
    cards = {"json_message": {"cards": [card.as_json() for card in answer.cards]}} if answer.cards else {}
    buttons = [{"title": button.title, "payload": button.payload} for button in answer.buttons]
    for number, text in enumerate(texts):
        message: dict[str, Any] = {"text": text}
        if number == 0:
            message |= cards
        if number == len(texts) - 1 and buttons:
            message["buttons"] = buttons
        yield message
