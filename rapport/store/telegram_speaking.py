"""Who speaks to a Telegram chat, and how far the conversation has been told there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import cast

from sqlalchemy import BigInteger, Integer, Table, and_, bindparam, case, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.conversations import CONVERSATIONS, MESSAGES, Conversation, Utterance
from rapport.store.telegram import TelegramButton, TelegramChat, TelegramMessage

# More than this at once is not read: the rest follows.
READ_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Untold:
    """What of a conversation Telegram does not have yet, and how the conversation stands."""

    chat_id: int
    language: str
    responder: str
    last_seq: int
    unrated: bool
    said: tuple[Utterance, ...] = ()


async def untold(session: AsyncSession, conversation_id: str) -> Untold | None:
    """What was not said by the customer herself is told; None where there is nothing, no chat, or she blocked us."""
    rows = (await session.execute(_UNTOLD, {"conversation": conversation_id})).all()
    if not rows:
        return None
    chat_id, language, responder, last_seq, unrated = rows[0][:STANDS]
    said = tuple(Utterance(*row[STANDS:]) for row in rows)
    return Untold(chat_id, language, responder, last_seq, unrated, said)


async def release(session: AsyncSession, *, by: str) -> None:
    """This process speaks to nobody any more."""
    mine = update(TelegramChat).where(TelegramChat.held_by == by)
    await session.execute(mine.values(held_by=None, held_until=0.0))


async def note_told(session: AsyncSession, chat_id: int, seq: int) -> bool:
    """Telegram has the conversation up to this message; True where that is all, and the chat is let go."""
    return bool(await session.scalar(_TOLD, {"chat": chat_id, "seq": seq}))


async def offer(session: AsyncSession, buttons: Sequence[dict[str, object]]) -> None:
    """Keeps what buttons stand for: rows of `telegram_buttons`."""
    if buttons:
        await session.execute(insert(TelegramButton), list(buttons))


async def pass_over(session: AsyncSession, chat_id: int) -> None:
    """What was not told to this chat is not told later, either; the chat is let go."""
    here = CHATS.c.chat_id == chat_id
    await session.execute(
        update(CHATS).where(here, CHATS.c.conversation_id.is_not(None)).values(sent_seq=_NEWEST, held_by=None)
    )


async def waiting_to_be_told(session: AsyncSession, *, now: float) -> list[str]:
    """The conversations with something untold that nobody is telling: what a crash or a lost signal left."""
    free = or_(TelegramChat.held_by.is_(None), TelegramChat.held_until < now)
    new = exists().where(
        MESSAGES.c.conversation_id == Conversation.id,
        MESSAGES.c.seq > TelegramChat.sent_seq,
        MESSAGES.c.author != "customer",
        ~_IS_THERE,
    )
    statement = select(Conversation.id).join(TelegramChat, TelegramChat.conversation_id == Conversation.id)
    here = (Conversation.channel == "telegram") & TelegramChat.blocked_at.is_(None)
    behind = and_(Conversation.last_seq > TelegramChat.sent_seq, here, free, new)
    return list(await session.scalars(statement.where(behind)))


async def chats_of(session: AsyncSession, conversations: Collection[str]) -> dict[str, int]:
    """Conversation → chat, for those of these whose customer is in Telegram now."""
    statement = select(TelegramChat.conversation_id, TelegramChat.chat_id)
    statement = statement.join(Conversation, Conversation.id == TelegramChat.conversation_id)
    here = TelegramChat.conversation_id.in_(conversations) & (Conversation.channel == "telegram")
    rows = await session.execute(statement.where(here))
    return {conversation: chat for conversation, chat in rows if conversation is not None}


CHATS = cast(Table, TelegramChat.__table__)
_COLUMNS = (
    CHATS.c.chat_id,
    CONVERSATIONS.c.language,
    CONVERSATIONS.c.responder,
    CONVERSATIONS.c.last_seq,
    and_(CONVERSATIONS.c.closed_at.is_not(None), CONVERSATIONS.c.stars.is_(None)),
)
STANDS = len(_COLUMNS)
# What was posted by itself, a push, is there already.
_IS_THERE = exists().where(
    TelegramMessage.conversation_id == MESSAGES.c.conversation_id, TelegramMessage.seq == MESSAGES.c.seq
)
_UNTOLD = (
    select(*_COLUMNS, *(MESSAGES.c[field.name] for field in fields(Utterance)))
    .select_from(CHATS)
    .join(CONVERSATIONS, CONVERSATIONS.c.id == CHATS.c.conversation_id)
    .join(MESSAGES, MESSAGES.c.conversation_id == CONVERSATIONS.c.id)
    .where(
        CHATS.c.conversation_id == bindparam("conversation"),
        # Who has gone on upon the shop's page reads it there.
        CONVERSATIONS.c.channel == "telegram",
        CHATS.c.blocked_at.is_(None),
        MESSAGES.c.seq > CHATS.c.sent_seq,
        MESSAGES.c.author != "customer",
        ~_IS_THERE,
    )
    .order_by(MESSAGES.c.seq)
    .limit(READ_AT_ONCE)
)
_NEWEST = select(CONVERSATIONS.c.last_seq).where(CONVERSATIONS.c.id == CHATS.c.conversation_id).scalar_subquery()
_SEQ = bindparam("seq", type_=Integer)
_TOLD = (
    update(CHATS)
    .where(CHATS.c.chat_id == bindparam("chat", type_=BigInteger))
    .values(sent_seq=_SEQ, held_by=case((_NEWEST <= _SEQ, None), else_=CHATS.c.held_by))
    .returning(CHATS.c.held_by.is_(None))
)
