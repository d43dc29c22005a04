"""A message that nobody queued, composed to be looked at."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from rapport.cli.output import refuse
from rapport.clock import utc_now
from rapport.messaging.bot_post import BotPost
from rapport.messaging.compose import Composed, Composer, products_wanted
from rapport.messaging.errors import MessagingError
from rapport.messaging.templates import TemplateFolder
from rapport.settings import Language, Settings
from rapport.store.customers import Customer
from rapport.store.database import Database
from rapport.store.messages import Message
from rapport.store.products import Product, active_products, products_by_sku

SHOWN_PRODUCTS = 3
Channel = Literal["email", "telegram"]


@dataclass(frozen=True, slots=True)
class Draft:
    """`customer` is who it is for, None for nobody in particular; `products` are stock-keeping units, else what is on
    sale."""

    template: str
    language: Language | None
    customer: int | None
    products: list[str]


@dataclass(frozen=True, slots=True)
class _Facts:
    composer: Composer
    message: Message
    reader: Customer
    products: Mapping[str, Product]


def composed_letter(settings: Settings, draft: Draft) -> Composed:
    """The letter; the command ends with what is wrong where there can be none."""
    try:
        facts = asyncio.run(_facts(settings, draft, "email"))
        return facts.composer.compose(facts.message, facts.reader, facts.products)
    except (MessagingError, LookupError) as error:
        refuse(str(error))


def composed_post(settings: Settings, draft: Draft, *, chat: str = "") -> BotPost:
    """The post, for a chat; the command ends with what is wrong where there can be none."""
    try:
        facts = asyncio.run(_facts(settings, draft, "telegram"))
        post, _ = facts.composer.compose_post(facts.message, facts.reader, (chat, facts.products))
    except (MessagingError, LookupError) as error:
        refuse(str(error))
    # Each is a line of its own, where the chat has a conversation.
    return replace(post, key=f"test:{secrets.token_hex(8)}")


async def _facts(settings: Settings, draft: Draft, channel: Channel) -> _Facts:
    database = Database(settings.database_url)
    try:
        async with database.reading() as session:
            reader = Customer(name="") if draft.customer is None else await session.get(Customer, draft.customer)
            if reader is None:
                raise LookupError(f"There is no customer {draft.customer}.")
            on_sale = [found.sku for found in await active_products(session) if found.stock > 0]
            language = draft.language or reader.language or settings.default_language
            message = _message(draft, channel, language, draft.products or on_sale[:SHOWN_PRODUCTS])
            composer = Composer(TemplateFolder(settings.rules_dir / "templates"), settings, key=settings.key())
            return _Facts(composer, message, reader, await products_by_sku(session, products_wanted(message)))
    finally:
        await database.close()


def _message(draft: Draft, channel: Channel, language: str, products: list[str]) -> Message:
    purpose = "recommendations"
    return Message(
        template=draft.template, language=language, purpose=purpose, channel=channel, variant="default",
        context={"products": products, "confirm": {"channel": channel, "purpose": purpose}}, queued_at=utc_now(),
    )  # fmt: skip
