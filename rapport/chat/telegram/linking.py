"""Whose a Telegram chat is, and which conversation it is the other end of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.changes import say_system
from rapport.chat.ending import end_conversation
from rapport.chat.gateway import tell_everybody
from rapport.chat.opening import open_conversation
from rapport.chat.telegram.chats import CHANNEL, spoken_in
from rapport.chat.words import words
from rapport.messaging.leaving import withdraw_telegram
from rapport.store.conversations import Conversation
from rapport.store.customers import Customer, Identity, find_customer, identities_of
from rapport.store.events import Event
from rapport.store.merging import merge_customers
from rapport.store.telegram import TelegramChat


async def is_hers(session: AsyncSession, chat: TelegramChat, customer: Customer) -> bool:
    """Whether the chat is this customer's already."""
    known = await find_customer(session, CHANNEL, str(chat.chat_id))
    return known is not None and known.id == customer.id


async def linked_to(session: AsyncSession, chat: TelegramChat) -> Customer | None:
    """The account this chat is linked to; None where nobody is known, or by the chat alone."""
    known = await find_customer(session, CHANNEL, str(chat.chat_id))
    return None if known is None or await _by_chat_alone(session, known) else known


async def unlink(session: AsyncSession, chat: TelegramChat, *, now: datetime) -> None:
    """The chat is nobody's account any more, nor the other end of the page's conversation: it begins one of its own.

    A second time changes nothing.

    The consents for Telegram end with it: they were this customer's, and this was her address.
    """
    customer = await find_customer(session, CHANNEL, str(chat.chat_id))
    before = await session.get(Conversation, chat.conversation_id) if chat.conversation_id else None
    language = before.language if before else chat.language
    say = words(language)
    if customer is not None or (before is not None and before.customer_id is not None):
        await withdraw_telegram(session, chat.chat_id, reason="unlinked", source="telegram_unlink", at=now)
        await session.execute(delete(Identity).where(_is_of(chat)))
        text = say.unlinked
    elif before is not None and await _began_on_page(session, before.id):
        text = say.parted
    else:
        return await _tell(session, chat, say.not_linked, now=now)
    await _leave_conversation(session, chat)
    conversation = await open_conversation(session, channel=CHANNEL, language=language, customer_id=None, now=now)
    chat.conversation_id, chat.sent_seq = conversation.id, 0
    return await _tell(session, chat, text, now=now)


async def _began_on_page(session: AsyncSession, conversation_id: str) -> bool:
    mine = (Event.conversation_id == conversation_id) & (Event.name == "chat_started")
    facts = await session.scalar(select(Event.properties).where(mine).limit(1))
    return facts is not None and facts.get("channel") != CHANNEL


async def belong_to(session: AsyncSession, chat: TelegramChat, customer: Customer, *, now: datetime) -> None:
    """The chat is this customer's: who was known by the chat alone is she; from another account it moves here."""
    await _make_hers(session, chat, customer, now=now)
    await session.execute(
        update(Conversation).where(Conversation.id == chat.conversation_id).values(customer_id=customer.id)
    )
    language = await spoken_in(session, chat)
    await _tell(session, chat, words(language).linked.format(name=customer.name or "…"), now=now)


async def go_on_with(session: AsyncSession, chat: TelegramChat, conversation: Conversation, *, now: datetime) -> None:
    """The chat is the other end of this conversation from now on; what was said there before is not told again."""
    if chat.conversation_id != conversation.id:
        if chat.conversation_id:
            await end_conversation(session, chat.conversation_id, now=now)
        elsewhere = TelegramChat.conversation_id == conversation.id
        await session.execute(update(TelegramChat).where(elsewhere).values(conversation_id=None, sent_seq=0))
        chat.conversation_id = conversation.id
    chat.sent_seq, conversation.channel = conversation.last_seq, CHANNEL
    await session.flush()
    # Whose conversation it is the web has proven, not the chat: nobody gets to know an account by sending a link.
    if conversation.customer_id is not None:
        await _make_hers(session, chat, await session.get_one(Customer, conversation.customer_id), now=now)
    await _tell(session, chat, words(conversation.language).carried_on, now=now)


async def _make_hers(session: AsyncSession, chat: TelegramChat, customer: Customer, *, now: datetime) -> None:
    known = await find_customer(session, CHANNEL, str(chat.chat_id))
    if known is not None and known.id == customer.id:
        return
    if known is not None and await _by_chat_alone(session, known):
        await merge_customers(session, customer.id, known.id, now=now)
        return
    await session.execute(delete(Identity).where(_is_of(chat)))
    session.add(Identity(customer_id=customer.id, kind="telegram", value=str(chat.chat_id), added_at=now))
    await session.flush()


async def _by_chat_alone(session: AsyncSession, known: Customer) -> bool:
    return set(await identities_of(session, known.id)) == {CHANNEL}


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
    return (Identity.kind == CHANNEL) & (Identity.value == str(chat.chat_id))
