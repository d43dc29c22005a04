"""What a conversation is about: the products before the customer's eyes, and what she is looking for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rapport.store.conversations import Conversation

# As many as an answer may show; a conversation of before this was remembered has only SKUs, newest first.
LISTED = 12
LISTED_BEFORE = 4


@dataclass(frozen=True, slots=True)
class Wish:
    """A search: the words that say what kind of thing, those that describe it, a shelf, and prices in minor units."""

    kind: tuple[str, ...] = ()
    described: tuple[str, ...] = ()
    category: str = ""
    at_least: int | None = None
    at_most: int | None = None

    def __bool__(self) -> bool:
        return bool(self.kind or self.category)


@dataclass(frozen=True, slots=True)
class Context:
    """`listed` are the SKUs of the newest list, in its order; `focus` is the one spoken of, if it is one.

    `asked` is what was asked of it last (an intent), `wish` the last search. It is `current` while nothing else has
    been answered since.
    """

    listed: tuple[str, ...] = ()
    focus: str = ""
    asked: str = ""
    wish: Wish = field(default_factory=Wish)
    current: bool = False

    def showing(self, skus: Sequence[str], *, asked: str, wish: Wish | None = None) -> Context:
        """After these were shown: one of those listed comes into focus, others take the place of the list."""
        shown = tuple(skus)
        focus = shown[0] if len(shown) == 1 else ""
        listed = self.listed if focus and focus in self.listed else shown
        return Context(listed[:LISTED], focus, asked, self.wish if wish is None else wish, current=True)


def read_context(conversation: Conversation) -> Context:
    """What is remembered; what cannot be read is forgotten."""
    kept = conversation.context
    shown = tuple(str(sku) for sku in conversation.shown_products)
    if not isinstance(kept, dict):
        listed = shown[:LISTED_BEFORE]
        return Context(listed, listed[0] if len(listed) == 1 else "", current=bool(listed))
    return Context(
        listed=_texts(kept.get("listed"))[:LISTED],
        focus=str(kept.get("focus") or ""),
        asked=str(kept.get("asked") or ""),
        wish=_wish(kept.get("wish")),
        current=kept.get("current") is True,
    )


def as_json(context: Context) -> dict[str, Any]:
    """What `read_context` reads."""
    return asdict(context)


def _wish(kept: Any) -> Wish:
    if not isinstance(kept, Mapping):
        return Wish()
    return Wish(
        kind=_texts(kept.get("kind")),
        described=_texts(kept.get("described")),
        category=str(kept.get("category") or ""),
        at_least=_amount(kept.get("at_least")),
        at_most=_amount(kept.get("at_most")),
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


def _amount(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
