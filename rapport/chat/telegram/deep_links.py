"""Whose a Telegram chat is, and which conversation it goes on with: by the links that lead into it."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.buttons import Button
from rapport.chat.changes import say_system
from rapport.chat.ending import end_conversation
from rapport.chat.gateway import tell_everybody
from rapport.chat.telegram.chats import spoken_in
from rapport.chat.telegram.payloads import spend
from rapport.chat.words import words
from rapport.messaging.leaving import withdraw_telegram
from rapport.messaging.wording import in_language
from rapport.store.conversations import Conversation
from rapport.store.customers import Customer, Identity, find_customer, identities_of
from rapport.store.events import add_event
from rapport.store.merging import merge_customers
from rapport.store.products import find_product
from rapport.store.telegram import TelegramChat
from rapport.tokens import InvalidTokenError

GREETING = Button("/start", "/greet")
PRODUCT = "p-"


async def start_with(
    session: AsyncSession, chat: TelegramChat, payload: str, *, key: str, now: datetime
) -> Button | None:
    """Does what the link is for; gives what the customer thereby says in the chat's conversation, None: nothing.

    A payload that means nothing (any more) is a bare /start: she is greeted.
    """
    if payload.startswith(PRODUCT):
        return await _about_product(session, chat, payload.removeprefix(PRODUCT), now=now)
    try:
        ticket = await spend(session, payload, key=key, now=now)
    except InvalidTokenError:
        return GREETING
    if ticket.kind == "link":
        customer = await session.get(Customer, ticket.customer_id)
        if customer is None:
            return GREETING
        await _belong_to(session, chat, customer, now=now)
        return None
    conversation = await session.get(Conversation, ticket.conversation_id)
    if conversation is None:
        return GREETING
    await _go_on_with(session, chat, conversation, now=now)
    return None


async def unlink(session: AsyncSession, chat: TelegramChat, *, now: datetime) -> None:
    """The chat is nobody's account any more; it goes on in a conversation of its own. A second time changes nothing.

    The consents for Telegram end with it: they were this customer's, and this was her address.
    """
    customer = await find_customer(session, "telegram", str(chat.chat_id))
    before = await session.get(Conversation, chat.conversation_id) if chat.conversation_id else None
    language = before.language if before else chat.language
    known = customer is not None or (before is not None and before.customer_id is not None)
    if known:
        await withdraw_telegram(session, chat.chat_id, reason="unlinked", source="telegram_unlink", at=now)
        await session.execute(delete(Identity).where(_is_of(chat)))
        await _leave_conversation(session, chat)
        conversation = Conversation(id=secrets.token_hex(16), channel="telegram", language=language, opened_at=now)
        session.add(conversation)
        await session.flush()
        chat.conversation_id, chat.sent_seq = conversation.id, 0
    if chat.conversation_id:
        await _tell(session, chat, words(language).unlinked if known else words(language).not_linked, now=now)


async def _belong_to(session: AsyncSession, chat: TelegramChat, customer: Customer, *, now: datetime) -> None:
    """The chat is this customer's: who was known by the chat alone is she; from another account it moves here."""
    await _make_hers(session, chat, customer, now=now)
    await session.execute(
        update(Conversation).where(Conversation.id == chat.conversation_id).values(customer_id=customer.id)
    )
    language = await spoken_in(session, chat)
    await _tell(session, chat, words(language).linked.format(name=customer.name or "…"), now=now)


async def _go_on_with(
    session: AsyncSession, chat: TelegramChat, conversation: Conversation, *, now: datetime
) -> None:
    """The chat is the other end of this conversation from now on; what was said there before is not told again."""
    if chat.conversation_id != conversation.id:
        if chat.conversation_id:
            await end_conversation(session, chat.conversation_id, now=now)
        elsewhere = TelegramChat.conversation_id == conversation.id
        await session.execute(update(TelegramChat).where(elsewhere).values(conversation_id=None, sent_seq=0))
        chat.conversation_id = conversation.id
    chat.sent_seq, conversation.channel = conversation.last_seq, "telegram"
    await session.flush()
    # Whose conversation it is the web has proven, not the chat: nobody gets to know an account by sending a link.
    if conversation.customer_id is not None:
        await _make_hers(session, chat, await session.get_one(Customer, conversation.customer_id), now=now)
    await _tell(session, chat, words(conversation.language).carried_on, now=now)


async def _make_hers(session: AsyncSession, chat: TelegramChat, customer: Customer, *, now: datetime) -> None:
    known = await find_customer(session, "telegram", str(chat.chat_id))
    if known is not None and known.id == customer.id:
        return
    if known is not None and set(await identities_of(session, known.id)) == {"telegram"}:
        await merge_customers(session, customer.id, known.id, now=now)
        return
    await session.execute(delete(Identity).where(_is_of(chat)))
    session.add(Identity(customer_id=customer.id, kind="telegram", value=str(chat.chat_id), added_at=now))
    await session.flush()


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


async def _leave_conversation(session: AsyncSession, chat: TelegramChat) -> None:
    """Of the account's conversation the web remains."""
    left = update(Conversation).where(Conversation.id == chat.conversation_id)
    await session.execute(left.values(channel="web"))
    chat.conversation_id = None
    await session.flush()


async def _tell(session: AsyncSession, chat: TelegramChat, text: str, *, now: datetime) -> None:
    if chat.conversation_id:
        await say_system(session, chat.conversation_id, text, at=now)
        await tell_everybody(session, chat.conversation_id)


def _is_of(chat: TelegramChat) -> Any:
    return (Identity.kind == "telegram") & (Identity.value == str(chat.chat_id))
