"""An answer of the assistant, parsed from Rasa's wire format at the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapport.chat.buttons import LONGEST_PAYLOAD, Button
from rapport.chat.errors import AssistantError
from rapport.chat.forms import parse_form
from rapport.chat.paths import is_path
from rapport.chat.table import parse_table
from rapport.chat.timeline import parse_timeline

CARD_TEXTS = ("sku", "name", "description", "price", "picture", "url")


@dataclass(frozen=True, slots=True)
class Answer:
    """One message of the assistant. A card is {sku, name, description?, price, picture, url, stock?}."""

    text: str = ""
    buttons: tuple[Button, ...] = ()
    cards: tuple[Mapping[str, Any], ...] = ()
    table: Mapping[str, Any] | None = None
    timeline: Mapping[str, Any] | None = None
    form: Mapping[str, Any] | None = None


def parse_answers(items: Any) -> tuple[Answer, ...]:
    """The answers in the body of Rasa's REST channel. Raises AssistantError where it is empty or no list of objects.

    Rasa sends what belongs together as several items: one without words joins the one before it.
    """
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise AssistantError("The assistant's answer is not a list of objects.")
    answers: list[Answer] = []
    for answer in filter(_says_something, map(_parse, items)):
        if answers and not answer.text:
            answers[-1] = _joined(answers[-1], answer)
        else:
            answers.append(answer)
    if not answers:
        raise AssistantError("The assistant's answer is empty.")
    return tuple(answers)


def _parse(item: Mapping[str, Any]) -> Answer:
    custom = item.get("custom")
    parts = custom if isinstance(custom, dict) else {}
    text = item.get("text")
    return Answer(
        text=text.strip() if isinstance(text, str) else "",
        buttons=tuple(_button(button) for button in _objects(item.get("buttons")) if _is_button(button)),
        cards=tuple(_card(card) for card in _objects(parts.get("cards")) if _is_card(card)),
        table=parse_table(parts.get("table")),
        timeline=parse_timeline(parts.get("timeline")),
        form=parse_form(parts.get("form")),
    )


def _says_something(answer: Answer) -> bool:
    return answer != Answer()


def _joined(first: Answer, second: Answer) -> Answer:
    return replace(
        first,
        buttons=first.buttons + second.buttons,
        cards=first.cards + second.cards,
        table=first.table or second.table,
        timeline=first.timeline or second.timeline,
        form=first.form or second.form,
    )


def _objects(value: Any) -> Sequence[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _is_button(button: Mapping[str, Any]) -> bool:
    title, payload = button.get("title"), button.get("payload")
    return isinstance(title, str) and isinstance(payload, str) and 0 < len(payload) <= LONGEST_PAYLOAD


def _button(button: Mapping[str, Any]) -> Button:
    return Button(button["title"], button["payload"])


def _is_card(card: Mapping[str, Any]) -> bool:
    return all(isinstance(card.get(name), str) for name in ("sku", "name"))


def _card(card: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: card[name] for name in CARD_TEXTS if isinstance(card.get(name), str)}
    # A link a shop's own page would not have is not shown: never javascript:, never another host's picture.
    safe = {name: text for name, text in kept.items() if name not in ("picture", "url") or is_path(text)}
    stock = card.get("stock")
    return safe | ({"stock": stock} if isinstance(stock, int | str) else {})
