"""How fast the bot may speak, kept in the database, so that all processes together keep Telegram's limits.

A generic cell rate algorithm (ITU-T I.371) without bursts: each message takes the next free moment of the whole bot
and moves it on. Telegram allows 30 messages a second, one a second to a chat, 20 a minute to a group. The intervals
leave room for a message that leaves up to `LATE` seconds after its moment, in every sliding window and not just on
average; one that would leave later still has to ask again.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Float, bindparam, case, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.database import insert_or_ignore
from rapport.store.telegram import TelegramChat, TelegramPace

# Within a closed second leave at most (1 + LATE) / BOT + 1 messages, less than 30.
BOT, LATE = 1 / 27, 0.05
CHAT = {"private": 1.0 + LATE, "group": 60 / 19}
# How far ahead of now a push may reserve: so long an answer waits at most behind pushes.
PUSH_AHEAD = 0.25


@dataclass(frozen=True, slots=True)
class Moment:
    """`at` in Unix seconds: when to send, where it is `granted`; else when to ask again."""

    at: float
    granted: bool


async def reserve(session: AsyncSession, chat_id: int, *, now: float, ahead: float | None = None) -> Moment:
    """The moment at which one message may leave for this chat.

    Refused while the chat itself has to wait: a moment of the whole bot is not spent on who cannot use it. `ahead`
    (seconds): refused, too, where the bot is booked further ahead than that.
    """
    chat = (await session.execute(_CHAT, {"chat": chat_id})).one_or_none()
    if chat is not None and chat.next_at > now:
        return Moment(chat.next_at, granted=False)
    latest = now + (float("1e9") if ahead is None else ahead)
    after = await session.scalar(_TAKE, {"now": now, "latest": latest})
    if after is None:
        free = await _free_at(session)
        if free > latest:
            return Moment(free - (ahead or 0.0), granted=False)
        # There was no row to move on: the bot's first message.
        return await reserve(session, chat_id, now=now, ahead=ahead)
    at = float(after) - BOT
    if chat is not None:
        await session.execute(_MOVE_ON, {"chat": chat_id, "next": at + CHAT[chat.kind]})
    return Moment(at, granted=True)


async def hold_chat(session: AsyncSession, chat_id: int, *, until: float) -> None:
    """Telegram wants this chat left alone until then (429 with `retry_after`); other chats go on."""
    held = (TelegramChat.chat_id == chat_id) & (TelegramChat.next_at < until)
    await session.execute(update(TelegramChat).where(held).values(next_at=until))


async def hold_bot(session: AsyncSession, *, until: float) -> None:
    """Telegram wants the whole bot to be silent until then."""
    await _free_at(session)
    await session.execute(update(TelegramPace).where(TelegramPace.next_at < until).values(next_at=until))


async def _free_at(session: AsyncSession) -> float:
    """The bot's next free moment; its row is made where there is none yet."""
    await session.execute(insert_or_ignore(session, TelegramPace, conflict=["id"]).values(id=1, next_at=0.0))
    return float(await session.scalar(select(TelegramPace.next_at)) or 0.0)


# The chat's row is locked first, everywhere: what is locked in one order cannot wait for itself.
_CHAT = (
    select(TelegramChat.next_at, TelegramChat.kind).where(TelegramChat.chat_id == bindparam("chat")).with_for_update()
)
_NOW, _LATEST = bindparam("now", type_=Float), bindparam("latest", type_=Float)
_TAKE = (
    update(TelegramPace)
    .where(TelegramPace.id == 1, TelegramPace.next_at <= _LATEST)
    .values(next_at=case((TelegramPace.next_at > _NOW, TelegramPace.next_at), else_=_NOW) + BOT)
    .returning(TelegramPace.next_at)
)
_MOVE_ON = update(TelegramChat).where(TelegramChat.chat_id == bindparam("chat")).values(next_at=bindparam("next"))
