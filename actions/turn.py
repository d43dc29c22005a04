"""One message of a customer as an ability sees it: parsed at the door, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from actions.context import Context, read_context
from actions.question import Question, read_question
from rapport.chat.language import language_of
from rapport.settings import Language
from rapport.store.conversations import Conversation
from rapport.store.customers import Customer

REMEMBERED = ("order_id", "email", "phone", "asked_for", "misunderstood")


@dataclass(frozen=True, slots=True)
class Entity:
    """Something the customer named; `role` is a budget's bound, `written` the words it stood in.

    `known` is False for goods that the catalogue does not name: `value` is then no SKU and no category's code.
    """

    kind: str
    value: str | float
    role: str | None = None
    written: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True)
class Turn:
    """`slots` holds what earlier messages gave (REMEMBERED); `shown` the SKUs she was shown last, newest first.

    `message_id` names the customer's message within the conversation, so that an event of it is recorded once.
    `sentiment` is how content she sounds: 0 dissatisfied, 0.5 neither, 1 content; None for a pressed button, and
    where no model tells it. `likely` are the intents it was taken for, the likeliest first. `context` is what was
    spoken of before. `channel` is where she is: web, telegram.
    """

    conversation_id: str
    customer_id: int | None
    customer_name: str
    language: Language
    time_zone: str
    intent: str
    confidence: float
    entities: tuple[Entity, ...]
    text: str
    slots: Mapping[str, str]
    shown: tuple[str, ...]
    message_id: str
    now: datetime
    sentiment: float | None = None
    likely: tuple[str, ...] = ()
    context: Context = field(default_factory=Context)
    channel: str = "web"

    def named(self, kind: str) -> tuple[str, ...]:
        """What this message itself names, as text; of goods only what the catalogue knows."""
        return tuple(str(entity.value) for entity in self.entities if entity.kind == kind and entity.known)

    def known(self, kind: str) -> str | None:
        """What this message names, else what an earlier one gave."""
        return next(iter(self.named(kind)), None) or self.slots.get(kind)

    @property
    def asked_for(self) -> str:
        """The ability whose question is still open, if any."""
        return self.slots.get("asked_for", "").partition(":")[0]

    @property
    def question(self) -> Question:
        """That question, with what the ability knew when it asked."""
        return read_question(self.slots.get("asked_for", ""))

    @property
    def asked_about(self) -> str:
        """What that question was about, where it said so: `marketing_opt_in:recommendations`."""
        return self.slots.get("asked_for", "").partition(":")[2]


@dataclass(frozen=True, slots=True)
class Said:
    """The part of Rasa's tracker that abilities rest on."""

    conversation_id: str
    text: str
    intent: str
    confidence: float
    entities: tuple[Entity, ...]
    slots: Mapping[str, str]
    message_id: str
    sentiment: float | None = None
    likely: tuple[str, ...] = ()


def read_tracker(sender_id: str, latest: Mapping[str, Any], slots: Mapping[str, Any]) -> Said:
    """What was said, from `latest_message` and the slots of a tracker of Rasa 3.6."""
    intent = latest.get("intent") or {}
    metadata = latest.get("metadata") or {}
    text = str(latest.get("text") or "")
    return Said(
        conversation_id=sender_id,
        text=text,
        intent=str(intent.get("name") or "out_of_scope"),
        confidence=float(intent.get("confidence") or 0.0),
        entities=tuple(_entity(found, text) for found in latest.get("entities") or ()),
        slots={name: str(slots[name]) for name in REMEMBERED if slots.get(name)},
        message_id=str(metadata.get("seq") or latest.get("message_id") or ""),
        sentiment=_share(metadata.get("sentiment")),
        likely=tuple(str(ranked.get("name")) for ranked in latest.get("intent_ranking") or ()),
    )


def begin(
    said: Said, conversation: Conversation, customer: Customer | None, *, time_zone: str, now: datetime
) -> Turn:
    """The turn of what was said; `time_zone` is the shop's, for a customer whose own is not known."""
    return Turn(
        conversation_id=said.conversation_id,
        customer_id=customer.id if customer else None,
        customer_name=customer.name if customer else "",
        language=spoken_language(said.text, otherwise=conversation.language),
        time_zone=(customer.time_zone if customer else None) or time_zone,
        intent=said.intent,
        confidence=said.confidence,
        entities=said.entities,
        text=said.text,
        slots=said.slots,
        shown=tuple(str(sku) for sku in conversation.shown_products),
        message_id=said.message_id,
        now=now,
        sentiment=said.sentiment,
        likely=said.likely,
        context=read_context(conversation),
        channel=conversation.channel,
    )


def spoken_language(text: str, *, otherwise: str) -> Language:
    """The language to answer in; a button says nothing of it, and `otherwise` is the conversation's own."""
    own: Language = "en" if otherwise.startswith("en") else "zh"
    return own if text.startswith("/") else language_of(text, otherwise=own)


def _share(value: Any) -> float | None:
    """Whoever may post to Rasa may write its metadata: what is no share of one is as good as nothing."""
    is_share = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    return float(value) if is_share else None


def _entity(found: Mapping[str, Any], text: str) -> Entity:
    value = found.get("value")
    written = text[int(found.get("start") or 0) : int(found.get("end") or 0)]
    return Entity(
        kind=str(found.get("entity")),
        value=value if isinstance(value, int | float) else str(value),
        role=found.get("role"),
        # A button names its entities outside of the text.
        written="" if text.startswith("/") else written,
        known=found.get("known") is not False,
    )
