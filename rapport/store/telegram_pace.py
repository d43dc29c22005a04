"""How fast the bot may speak, kept in the database, so that all processes together keep Telegram's limits.

A generic cell rate algorithm (ITU-T I.371) without bursts: each message takes the next free moment of the whole bot
and moves it on. Telegram allows 30 messages a second, one a second to a chat, 20 a minute to a group. The intervals
leave room for a message that leaves up to `LATE` seconds after its moment, in every sliding window and not just on
average; one that would leave later still has to ask again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlalchemy import BigInteger, Float, Table, bindparam, case, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.database import insert_or_ignore
from rapport.store.telegram import TelegramChat, TelegramPace

# Within a closed second leave at most (1 + LATE) / BOT + 1 messages, less than 30.
BOT, LATE = 1 / 27, 0.05
CHAT = {"private": 1.0 + LATE, "group": 60 / 19}
# How far ahead of now a push may reserve: so long an answer waits at most behind pushes.
PUSH_AHEAD = 0.25
FAR = 1e9


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
    moment = await _of_the_bot(session, now=now, ahead=ahead)
    if chat is not None and moment.granted:
        await session.execute(_MOVE_ON, {"chat": chat_id, "next": moment.at + CHAT[chat.kind]})
    return moment


async def reserve_held(session: AsyncSession, chat_id: int, *, by: str, now: float, lease: float) -> Moment | None:
    """The same, and the chat is held for `lease` seconds: one process speaks to it; None while another one does.

    One statement does for the lease and the chat's second: every answer waits for this.
    """
    values = {"chat": chat_id, "by": by, "now": now, "until": now + lease}
    values |= {kind: now + seconds for kind, seconds in CHAT.items()}
    kind = await session.scalar(_HOLD, values)
    if kind is None:
        return await _why_not(session, chat_id, by=by, now=now)
    moment = await _of_the_bot(session, now=now, ahead=None)
    if moment.at > now:
        await session.execute(_MOVE_ON, {"chat": chat_id, "next": moment.at + CHAT[kind]})
    return moment


async def _why_not(session: AsyncSession, chat_id: int, *, by: str, now: float) -> Moment | None:
    chat = await session.get(TelegramChat, chat_id, populate_existing=True)
    if chat is None or (chat.held_by not in (None, by) and chat.held_until >= now):
        return None
    return Moment(chat.next_at, granted=False)


async def hold_chat(session: AsyncSession, chat_id: int, *, until: float) -> None:
    """Telegram wants this chat left alone until then (429 with `retry_after`); other chats go on."""
    held = (TelegramChat.chat_id == chat_id) & (TelegramChat.next_at < until)
    await session.execute(update(TelegramChat).where(held).values(next_at=until))


async def hold_bot(session: AsyncSession, *, until: float) -> None:
    """Telegram wants the whole bot to be silent until then."""
    await _free_at(session)
    await session.execute(update(TelegramPace).where(TelegramPace.next_at < until).values(next_at=until))


async def _of_the_bot(session: AsyncSession, *, now: float, ahead: float | None) -> Moment:
    latest = now + (FAR if ahead is None else ahead)
    before = await session.scalar(_TAKE, {"now": now, "latest": latest})
    if before is not None:
        return Moment(float(before) - BOT, granted=True)
    free = await _free_at(session)
    if free > latest:
        return Moment(free - (ahead or 0.0), granted=False)
    # There was no row to move on: the bot's first message.
    return await _of_the_bot(session, now=now, ahead=ahead)


async def _free_at(session: AsyncSession) -> float:
    """The bot's next free moment; its row is made where there is none yet."""
    await session.execute(insert_or_ignore(session, TelegramPace, conflict=["id"]).values(id=1, next_at=0.0))
    return float(await session.scalar(select(TelegramPace.next_at)) or 0.0)


CHATS, PACE = cast(Table, TelegramChat.__table__), cast(Table, TelegramPace.__table__)
# The chat's row is locked first, everywhere: what is locked in one order cannot wait for itself.
_THIS = CHATS.c.chat_id == bindparam("chat", type_=BigInteger)
_CHAT = select(CHATS.c.next_at, CHATS.c.kind).where(_THIS).with_for_update()
_NOW, _LATEST = bindparam("now", type_=Float), bindparam("latest", type_=Float)
_TAKE = (
    update(PACE)
    .where(PACE.c.id == 1, PACE.c.next_at <= _LATEST)
    .values(next_at=case((PACE.c.next_at > _NOW, PACE.c.next_at), else_=_NOW) + BOT)
    .returning(PACE.c.next_at)
)
_MOVE_ON = update(CHATS).where(_THIS).values(next_at=bindparam("next", type_=Float))
_FREE = or_(CHATS.c.held_by.is_(None), CHATS.c.held_by == bindparam("by"), CHATS.c.held_until < _NOW)
_NEXT = case((CHATS.c.kind == "group", bindparam("group", type_=Float)), else_=bindparam("private", type_=Float))
_HOLD = (
    update(CHATS)
    .where(_THIS, _FREE, CHATS.c.next_at <= _NOW)
    .values(held_by=bindparam("by"), held_until=bindparam("until", type_=Float), next_at=_NEXT)
    .returning(CHATS.c.kind)
)
