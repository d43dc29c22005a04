"""Telegram: its chats, which updates were taken, what buttons stand for, which message shows which of ours."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base
from rapport.store.conversations import CONVERSATIONS, MESSAGES, Conversation
from rapport.store.database import insert_or_ignore_on, insert_or_replace_on

# Telegram itself keeps an update for a day at most.
KEPT = timedelta(days=2)
# Old updates are forgotten with every so manieth: once with each would cost every message a statement.
FORGOTTEN_EVERY = 512


class TelegramChat(Base):
    """A chat with the bot, and the conversation it is the other end of.

    `name` is what the customer calls herself: hostile text. `sent_seq` is the newest message of the conversation
    that Telegram already has. `next_at` (Unix seconds) is the earliest moment for the next one to this chat.
    `held_by`, `held_until`: the process that is speaking to it, and until when (Unix seconds). `blocked_at`: since
    when the bot is blocked. A group has no conversation; its row says that it was told so.
    """

    __tablename__ = "telegram_chats"
    __table_args__ = (CheckConstraint("kind IN ('private', 'group')", name="kind"),)

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    conversation_id: Mapped[str | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), unique=True
    )
    kind: Mapped[str] = mapped_column(String(8), default="private")
    language: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(200), default="")
    sent_seq: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[float] = mapped_column(default=0.0)
    held_by: Mapped[str | None] = mapped_column(String(64))
    held_until: Mapped[float] = mapped_column(default=0.0)
    blocked_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]


class TelegramUpdate(Base):
    """An update that was taken: Telegram sends it again until it is told so, and after a crash anyhow."""

    __tablename__ = "telegram_updates"

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)


class TelegramPace(Base):
    """One row, `id` 1: when (Unix seconds) the whole bot may send its next message."""

    __tablename__ = "telegram_pace"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    next_at: Mapped[float] = mapped_column(default=0.0)


class TelegramButton(Base):
    """What a button stands for: 64 bytes, all that Telegram hands back, hold a reference only."""

    __tablename__ = "telegram_buttons"

    ref: Mapped[str] = mapped_column(String(24), primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("telegram_chats.chat_id", ondelete="CASCADE"), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    seq: Mapped[int]
    payload: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)


class TelegramMessage(Base):
    """Which message of a conversation a Telegram message shows: what is edited there is found here."""

    __tablename__ = "telegram_messages"
    __table_args__ = (Index("ix_telegram_messages_conversation_id", "conversation_id", "seq"),)

    chat_id: Mapped[int] = mapped_column(ForeignKey("telegram_chats.chat_id", ondelete="CASCADE"), primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    seq: Mapped[int]


async def take_update(session: AsyncSession, update_id: int, *, now: datetime) -> bool:
    """True for the first to take this update, False for everybody after; forgets old ones now and then.

    To be called within the transaction that stores what the update says: both are there, or neither.
    """
    if update_id % FORGOTTEN_EVERY == 0:
        await session.execute(delete(TelegramUpdate).where(TelegramUpdate.at < now - KEPT))
    taking = _taking(session.get_bind().dialect.name)
    return (await session.scalar(taking, {"update_id": update_id, "at": now})) is not None


async def channel_and_form(session: AsyncSession, conversation_id: str) -> tuple[str, dict[str, Any] | None]:
    """Where the customer was last, and the form that was the last thing said, if one was. Raises NoResultFound."""
    row = (await session.execute(_CHANNEL_AND_FORM, {"conversation": conversation_id})).one()
    return row.channel, row.form


async def chat_of_conversation(session: AsyncSession, conversation_id: str) -> int | None:
    """The private chat that is the other end of this conversation, if one is."""
    mine = (TelegramChat.conversation_id == conversation_id) & (TelegramChat.kind == "private")
    return await session.scalar(select(TelegramChat.chat_id).where(mine))


async def go_on_by(session: AsyncSession, conversation_id: str, channel: str) -> None:
    """The customer is here now, and is answered here; Telegram is not told later what she has read on the web."""
    elsewhere = (Conversation.id == conversation_id) & (Conversation.channel != channel)
    moved = update(Conversation).where(elsewhere).values(channel=channel).returning(Conversation.last_seq)
    told = await session.scalar(moved)
    if told is not None and channel == "telegram":
        chat = update(TelegramChat).where(TelegramChat.conversation_id == conversation_id)
        await session.execute(chat.values(sent_seq=told))


async def show_message(session: AsyncSession, chat: TelegramChat, message_id: int, seq: int) -> None:
    """That Telegram has the message `seq` of the chat's conversation already: it was posted there first."""
    conversation_id = chat.conversation_id or ""
    await note_shown(session, chat.chat_id, message_id, conversation_id=conversation_id, seq=seq)
    # What stands before it and is still to be told keeps its turn.
    here = (TelegramChat.chat_id == chat.chat_id) & (TelegramChat.sent_seq == seq - 1)
    await session.execute(update(TelegramChat).where(here).values(sent_seq=seq))


async def note_blocked(session: AsyncSession, chat_id: int, *, at: datetime | None) -> None:
    """The customer has blocked the bot at this moment, or (None) unblocked it."""
    await session.execute(update(TelegramChat).where(TelegramChat.chat_id == chat_id).values(blocked_at=at))


async def was_taken(session: AsyncSession, update_id: int) -> bool:
    """Whether somebody has taken this update: to be asked before what is costly, not instead of taking it."""
    return (await session.get(TelegramUpdate, update_id)) is not None


async def note_shown(session: AsyncSession, chat_id: int, message_id: int, *, conversation_id: str, seq: int) -> None:
    """That Telegram's message shows ours of this number; of two, the later holds."""
    shown = {"chat_id": chat_id, "message_id": message_id, "conversation_id": conversation_id, "seq": seq}
    await session.execute(_noting(session.get_bind().dialect.name), shown)


# Every message waits for these: built once, because building one takes longer than running it.
@cache
def _taking(dialect: str) -> Any:
    table = TelegramUpdate.__table__
    return insert_or_ignore_on(dialect, table, conflict=["update_id"]).returning(table.c.update_id)


@cache
def _noting(dialect: str) -> Any:
    return insert_or_replace_on(dialect, TelegramMessage.__table__, conflict=["chat_id", "message_id"])


_LAST = (MESSAGES.c.conversation_id == CONVERSATIONS.c.id) & (MESSAGES.c.seq == CONVERSATIONS.c.last_seq)
_CHANNEL_AND_FORM = (
    select(CONVERSATIONS.c.channel, MESSAGES.c.form)
    .outerjoin(MESSAGES, _LAST)
    .where(CONVERSATIONS.c.id == bindparam("conversation"))
)
