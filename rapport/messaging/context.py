"""What a message carries from the rule to the letter, checked at this door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from rapport.messaging.errors import RenderError

MOST_PRODUCTS = 6
Sku = Annotated[str, Field(min_length=1, max_length=64)]


class Confirmation(BaseModel):
    """The consent a double opt-in asks for."""

    model_config = ConfigDict(frozen=True)

    channel: str
    purpose: str


class Context(BaseModel):
    """`products` are stock-keeping units in the order to show them; `because` says which bought ones speak for one;
    `asked_at` is when the customer asked. What a rule put in besides is left alone.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    products: tuple[Sku, ...] = ()
    because: Mapping[str, tuple[Sku, ...]] = {}
    asked_at: AwareDatetime | None = None
    confirm: Confirmation | None = None


def read_context(values: Mapping[str, Any]) -> Context:
    """The parts of a message's context that letters know. Raises RenderError where they have another shape."""
    try:
        context = Context.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise RenderError(f"context.{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    # The same thing twice in one letter looks careless, and a long list is not a suggestion.
    return context.model_copy(update={"products": tuple(dict.fromkeys(context.products))[:MOST_PRODUCTS]})
