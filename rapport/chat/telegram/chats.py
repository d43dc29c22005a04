"""The chat and its conversation: the first message opens both, and they stay together."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.language import language_of_locale
from rapport.chat.opening import open_conversation
from rapport.chat.telegram.values import Writer
from rapport.messaging.leaving import unblocked_telegram
from rapport.settings import Language
from rapport.store.conversations import Conversation
from rapport.store.customers import find_customer
from rapport.store.database import insert_or_ignore
from rapport.store.telegram import TelegramChat

CHANNEL: Literal["telegram"] = "telegram"


async def chat_of(session: AsyncSession, writer: Writer, *, otherwise: Language, now: datetime) -> TelegramChat:
    """The chat with its conversation; both are opened where they are not there, in her language or `otherwise`."""
    chat = await session.get(TelegramChat, writer.chat_id)
    if chat is None or chat.conversation_id is None:
        await _add_chat(session, writer, otherwise=otherwise, now=now)
        # Locked: of two processes that open it, the second finds the conversation of the first.
        chat = await _locked(session, writer.chat_id)
        if chat.conversation_id is None:
            chat.conversation_id = await _open_conversation(session, chat, now=now)
    if writer.name and chat.name != writer.name:
        chat.name = writer.name
    if chat.blocked_at is not None:
        # Who writes has the bot unblocked, whether we were told so or not.
        await unblocked_telegram(session, chat.chat_id)
        await session.refresh(chat)
    await session.flush()
    return chat


async def spoken_in(session: AsyncSession, chat: TelegramChat) -> str:
    """The language of the chat's conversation now."""
    spoken = select(Conversation.language).where(Conversation.id == chat.conversation_id)
    return await session.scalar(spoken) or chat.language


async def first_word_of_group(session: AsyncSession, writer: Writer, *, otherwise: Language, now: datetime) -> bool:
    """Whether nobody has told this group yet that the bot talks to one person at a time; now it counts as told."""
    return await _add_chat(session, writer, otherwise=otherwise, now=now)


async def _add_chat(session: AsyncSession, writer: Writer, *, otherwise: Language, now: datetime) -> bool:
    language = language_of_locale(writer.locale, otherwise=otherwise)
    values = {"chat_id": writer.chat_id, "kind": writer.kind, "language": language, "name": writer.name}
    # Written out, because an INSERT of the core knows no default of the class.
    started = {"sent_seq": 0, "next_at": 0.0, "held_until": 0.0, "opened_at": now}
    statement = insert_or_ignore(session, TelegramChat, conflict=["chat_id"]).values(**values, **started)
    return (await session.scalar(statement.returning(TelegramChat.chat_id))) is not None


async def _locked(session: AsyncSession, chat_id: int) -> TelegramChat:
    # Not its key: who has the conversation may still refer to the chat, or each would wait for the other.
    statement = select(TelegramChat).where(TelegramChat.chat_id == chat_id).with_for_update(key_share=True)
    return (await session.scalars(statement.execution_options(populate_existing=True))).one()


async def _open_conversation(session: AsyncSession, chat: TelegramChat, *, now: datetime) -> str:
    customer = await find_customer(session, "telegram", str(chat.chat_id))
    customer_id = customer.id if customer else None
    conversation = await open_conversation(
        session, channel=CHANNEL, language=chat.language, customer_id=customer_id, now=now
    )
    return conversation.id
