"""Who speaks to a Telegram chat, and how far the conversation has been told there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Float, Integer, and_, bindparam, case, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.conversations import ChatMessage, Conversation, Utterance, messages_after
from rapport.store.database import insert_or_ignore
from rapport.store.telegram import TelegramButton, TelegramChat, TelegramMessage

# More than this at once is not read: the rest follows.
READ_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Untold:
    """What of a conversation Telegram does not have yet, and how the conversation stands."""

    chat_id: int
    sent_seq: int
    language: str
    responder: str
    last_seq: int
    unrated: bool
    said: tuple[Utterance, ...] = ()


async def untold(session: AsyncSession, conversation_id: str) -> Untold | None:
    """What was not said by the customer herself is told; None where there is nothing, no chat, or she blocked us."""
    row = (await session.execute(_STANDS, {"conversation": conversation_id})).one_or_none()
    if row is None:
        return None
    said = await messages_after(session, conversation_id, row.sent_seq, limit=READ_AT_ONCE)
    others = tuple(one for one in said if one.author != "customer")
    # Fifty of hers in a row are possible, too: they are passed over with the next thing said.
    return Untold(*row, said=others) if others else None


async def hold(session: AsyncSession, chat_id: int, *, by: str, now: float, seconds: float) -> bool:
    """Takes or keeps the lease of this chat (Unix seconds); False while another process has it."""
    values = {"chat": chat_id, "by": by, "now": now, "until": now + seconds}
    return (await session.scalar(_HOLD, values)) is not None


async def release(session: AsyncSession, *, by: str) -> None:
    """This process speaks to nobody any more."""
    mine = update(TelegramChat).where(TelegramChat.held_by == by)
    await session.execute(mine.values(held_by=None, held_until=0.0))


async def note_told(session: AsyncSession, chat_id: int, seq: int) -> bool:
    """Telegram has the conversation up to this message; True where that is all, and the chat is let go."""
    return bool(await session.scalar(_TOLD, {"chat": chat_id, "seq": seq}))


async def note_message(
    session: AsyncSession, chat_id: int, message_id: int, *, conversation_id: str, seq: int
) -> None:
    """This Telegram message shows that message of ours."""
    statement = insert_or_ignore(session, TelegramMessage, conflict=["chat_id", "message_id"])
    await session.execute(
        statement.values(chat_id=chat_id, message_id=message_id, conversation_id=conversation_id, seq=seq)
    )


async def message_shown(
    session: AsyncSession, conversation_id: str, chat_id: int, message_id: int
) -> tuple[Utterance, str] | None:
    """Which message of this conversation a Telegram message shows, and the conversation's language."""
    key = (TelegramMessage.chat_id == chat_id) & (TelegramMessage.message_id == message_id)
    statement = select(TelegramMessage.seq, Conversation.language).join(Conversation).where(key)
    row = (await session.execute(statement.where(Conversation.id == conversation_id))).one_or_none()
    found = await messages_after(session, conversation_id, row.seq - 1, limit=1) if row else []
    return (found[0], row.language) if row and found else None


async def offer(session: AsyncSession, buttons: Sequence[dict[str, object]]) -> None:
    """Keeps what buttons stand for: rows of `telegram_buttons`."""
    if buttons:
        await session.execute(insert(TelegramButton), list(buttons))


async def note_blocked(session: AsyncSession, chat_id: int, *, now: datetime) -> None:
    """She has blocked the bot: what was not told is not told later."""
    newest = select(Conversation.last_seq).where(Conversation.id == TelegramChat.conversation_id).scalar_subquery()
    statement = update(TelegramChat).where(TelegramChat.chat_id == chat_id)
    await session.execute(
        statement.values(
            blocked_at=now, held_by=None, held_until=0.0,
            sent_seq=case((TelegramChat.conversation_id.is_not(None), newest), else_=TelegramChat.sent_seq),
        )
    )  # fmt: skip


async def waiting_to_be_told(session: AsyncSession, *, now: float) -> list[str]:
    """The conversations with something untold that nobody is telling: what a crash or a lost signal left."""
    free = or_(TelegramChat.held_by.is_(None), TelegramChat.held_until < now)
    new = exists().where(
        ChatMessage.conversation_id == Conversation.id,
        ChatMessage.seq > TelegramChat.sent_seq,
        ChatMessage.author != "customer",
    )
    statement = select(Conversation.id).join(TelegramChat, TelegramChat.conversation_id == Conversation.id)
    behind = and_(Conversation.last_seq > TelegramChat.sent_seq, TelegramChat.blocked_at.is_(None), free, new)
    return list(await session.scalars(statement.where(behind)))


async def chats_of(session: AsyncSession, conversations: Collection[str]) -> dict[str, int]:
    """Conversation → chat, for those of these that are reached by Telegram."""
    statement = select(TelegramChat.conversation_id, TelegramChat.chat_id)
    rows = await session.execute(statement.where(TelegramChat.conversation_id.in_(conversations)))
    return {conversation: chat for conversation, chat in rows if conversation is not None}


_NEWEST = select(Conversation.last_seq).where(Conversation.id == TelegramChat.conversation_id).scalar_subquery()
_STANDS = (
    select(
        TelegramChat.chat_id,
        TelegramChat.sent_seq,
        Conversation.language,
        Conversation.responder,
        Conversation.last_seq,
        and_(Conversation.closed_at.is_not(None), Conversation.stars.is_(None)).label("unrated"),
    )
    .join(Conversation, Conversation.id == TelegramChat.conversation_id)
    .where(
        TelegramChat.conversation_id == bindparam("conversation"),
        TelegramChat.blocked_at.is_(None),
        Conversation.last_seq > TelegramChat.sent_seq,
    )
)
_THIS = TelegramChat.chat_id == bindparam("chat")
_MINE = or_(
    TelegramChat.held_by.is_(None),
    TelegramChat.held_by == bindparam("by"),
    TelegramChat.held_until < bindparam("now", type_=Float),
)
_HOLD = (
    update(TelegramChat)
    .where(_THIS, _MINE)
    .values(held_by=bindparam("by"), held_until=bindparam("until", type_=Float))
    .returning(TelegramChat.chat_id)
)
_ALL = bindparam("seq", type_=Integer) >= _NEWEST
_TOLD = (
    update(TelegramChat)
    .where(_THIS)
    .values(sent_seq=bindparam("seq", type_=Integer), held_by=case((_ALL, None), else_=TelegramChat.held_by))
    .returning(TelegramChat.held_by.is_(None))
)
