"""What the links that lead into the bot's chat are for: an account, a conversation of the page, a product."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.buttons import Button
from rapport.chat.changes import say_system
from rapport.chat.gateway import tell_everybody
from rapport.chat.telegram.chats import spoken_in
from rapport.chat.telegram.claims import Claim
from rapport.chat.telegram.linking import belong_to, go_on_with, is_hers
from rapport.chat.telegram.payloads import spend
from rapport.chat.telegram.words import words
from rapport.messaging.wording import in_language
from rapport.privacy import mask_name
from rapport.store.conversations import Conversation
from rapport.store.customers import Customer, find_customer
from rapport.store.events import add_event
from rapport.store.products import find_product
from rapport.store.telegram import TelegramChat
from rapport.tokens import InvalidTokenError

GREETING = Button("/start", "/greet")
PRODUCT = "p-"


async def start_with(
    session: AsyncSession, chat: TelegramChat, payload: str, *, key: str, now: datetime
) -> Button | None:
    """Does what the link is for; gives what the customer thereby says in the chat's conversation, None: nothing.

    A payload that means nothing (any more) is a bare /start: she is greeted. One that would make the chat somebody's
    is asked about first.
    """
    if payload.startswith(PRODUCT):
        return await _about_product(session, chat, payload.removeprefix(PRODUCT), now=now)
    try:
        claim = Claim.of(await spend(session, payload, key=key, now=now), now=now)
    except InvalidTokenError:
        return GREETING
    text = await _question(session, chat, claim)
    if text is None:
        # Nothing is new, or there is nobody it could be: nothing to ask.
        return None if await follow(session, chat, claim, now=now) else GREETING
    # Whoever has sent her the link may have made it: only she knows whether it is her own.
    await say_system(session, chat.conversation_id or "", text, at=now, payload=claim.payload)
    await tell_everybody(session, chat.conversation_id or "")
    return None


async def follow(session: AsyncSession, chat: TelegramChat, claim: Claim, *, now: datetime) -> bool:
    """Makes the chat what the link says; False where that account or conversation is there no more."""
    if claim.customer_id:
        customer = await session.get(Customer, claim.customer_id)
        if customer is not None:
            await belong_to(session, chat, customer, now=now)
        return customer is not None
    conversation = await session.get(Conversation, claim.conversation_id)
    if conversation is not None:
        await go_on_with(session, chat, conversation, now=now)
    return conversation is not None


async def _question(session: AsyncSession, chat: TelegramChat, claim: Claim) -> str | None:
    """What she is asked before the chat changes hands; None where it would not."""
    say = words(await spoken_in(session, chat))
    customer_id = claim.customer_id
    if claim.conversation_id:
        conversation = await session.get(Conversation, claim.conversation_id)
        if conversation is None or conversation.id == chat.conversation_id:
            return None
        if conversation.customer_id is None:
            return say.ask_web
        customer_id = conversation.customer_id
    customer = await session.get(Customer, customer_id)
    if customer is None or await is_hers(session, chat, customer):
        return None
    ask = say.ask_web_known if claim.conversation_id else say.ask_link
    return ask.format(name=mask_name(customer.name) or "…")


async def _about_product(session: AsyncSession, chat: TelegramChat, sku: str, *, now: datetime) -> Button:
    product = await find_product(session, sku)
    if product is None or not product.active:
        return GREETING
    customer = await find_customer(session, "telegram", str(chat.chat_id))
    if customer is not None:
        seen = {"product": sku, "source": "telegram"}
        await add_event(session, "product_viewed", customer_id=customer.id, at=now, properties=seen)
    name = in_language(product.names, await spoken_in(session, chat))
    return Button(name, f"/product_details{json.dumps({'product': sku})}")
