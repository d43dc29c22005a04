"""How fast the bot may speak, kept in the database, so that all processes together keep Telegram's limits.

Telegram allows 30 messages a second, one a second to a chat, 20 a minute to a group. The bot has 30 slots, and each
serves one message in 1.15 s, or again a second after Telegram said that it has the last one: in no second, wherever
it begins, there are more than 30, but an answer need not wait while there were few. A message may leave up to `LATE`
seconds after its moment; one that would leave later still has to ask again. Pushes are spread evenly besides: soon a
slot is free for an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlalchemy import BigInteger, Float, Table, bindparam, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.database import insert_or_ignore
from rapport.store.telegram import TelegramChat, TelegramPace

LATE = 0.05
# A slot serves again a second after the latest moment its message may have arrived at, so long a way being usual.
WAY = 0.1
SLOTS, SLOT = 30, 1.0 + LATE + WAY
# Once the answer is there, the message is, too; two clocks may differ by a few milliseconds.
AFTER_ARRIVAL = 1.005
CHAT = {"private": 1.0 + LATE, "group": 60 / 19}
PUSH = 1 / 29
# The row of the pushes; those of the slots follow.
PUSHES = 1
# How far ahead of now a push may reserve: so long an answer waits at most behind pushes.
PUSH_AHEAD = 0.25
FAR = 1e12


@dataclass(frozen=True, slots=True)
class Moment:
    """`at` in Unix seconds: when to send, where it is `granted`, by this `slot`; else when to ask again."""

    at: float
    granted: bool
    slot: int = 0


async def reserve(session: AsyncSession, chat_id: int, *, now: float, ahead: float | None = None) -> Moment:
    """The moment at which one message may leave for this chat.

    Refused while the chat itself has to wait: a moment of the whole bot is not spent on who cannot use it. `ahead`
    (seconds) makes it a push: refused, too, where the bot is booked further ahead than that.
    """
    chat = (await session.execute(_CHAT, {"chat": chat_id})).one_or_none()
    if chat is not None and chat.next_at > now:
        return Moment(chat.next_at, granted=False)
    moment = await (_slot(session, now=now) if ahead is None else _push(session, now=now, ahead=ahead))
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
    moment = await _slot(session, now=now)
    if moment.at > now:
        await session.execute(_MOVE_ON, {"chat": chat_id, "next": moment.at + CHAT[kind]})
    return moment


async def _why_not(session: AsyncSession, chat_id: int, *, by: str, now: float) -> Moment | None:
    chat = await session.get(TelegramChat, chat_id, populate_existing=True)
    if chat is None or (chat.held_by not in (None, by) and chat.held_until >= now):
        return None
    return Moment(chat.next_at, granted=False)


async def give_back(session: AsyncSession, chat_id: int, missed: Moment) -> None:
    """The chat's second of a moment at which nothing left: by who holds the chat."""
    spent = CHATS.c.next_at <= missed.at + max(CHAT.values())
    await session.execute(update(CHATS).where(CHATS.c.chat_id == chat_id, spent).values(next_at=missed.at))


async def hold_chat(session: AsyncSession, chat_id: int, *, until: float) -> None:
    """Telegram wants this chat left alone until then (429 with `retry_after`); other chats go on."""
    held = (TelegramChat.chat_id == chat_id) & (TelegramChat.next_at < until)
    await session.execute(update(TelegramChat).where(held).values(next_at=until))


async def arrived(session: AsyncSession, moment: Moment, *, at: float) -> None:
    """Telegram has answered the message of this moment: its slot serves the next one a second later.

    Nothing where the slot has been given to another meanwhile.
    """
    ours = moment.at + SLOT + 0.001
    await session.execute(_ARRIVED, {"slot": moment.slot, "ours": ours, "next": at + AFTER_ARRIVAL})


async def _push(session: AsyncSession, *, now: float, ahead: float) -> Moment:
    latest = now + ahead
    turn = float(await session.scalar(_TURN) or 0.0)
    if turn > latest:
        return Moment(turn - ahead, granted=False)
    moment = await _slot(session, now=max(now, turn), latest=latest)
    if not moment.granted:
        return Moment(max(now, moment.at - ahead), granted=False)
    await session.execute(_NEXT_TURN, {"next": moment.at + PUSH})
    return moment


async def _slot(session: AsyncSession, *, now: float, latest: float = FAR) -> Moment:
    """The slot that is free first; refused where that is after `latest`."""
    taken = (await session.execute(_TAKE, {"now": now, "latest": latest})).one_or_none()
    if taken is not None:
        return Moment(float(taken.next_at) - SLOT, granted=True, slot=taken.id)
    await _prepare(session)
    free = float(await session.scalar(_FREE_AT) or 0.0)
    # Else there were no slots yet, or others were just taking them.
    return Moment(free, granted=False) if free > latest else await _slot(session, now=now, latest=latest)


async def _prepare(session: AsyncSession) -> None:
    rows = [{"id": number, "next_at": 0.0} for number in range(PUSHES, PUSHES + SLOTS + 1)]
    await session.execute(insert_or_ignore(session, TelegramPace, conflict=["id"]), rows)


CHATS, PACE = cast(Table, TelegramChat.__table__), cast(Table, TelegramPace.__table__)
# The chat's row is locked first, everywhere: what is locked in one order cannot wait for itself.
_THIS = CHATS.c.chat_id == bindparam("chat", type_=BigInteger)
_CHAT = select(CHATS.c.next_at, CHATS.c.kind).where(_THIS).with_for_update()
_NOW = bindparam("now", type_=Float)
_SLOT = (
    select(PACE.c.id)
    .where(PACE.c.id > PUSHES, PACE.c.next_at <= bindparam("latest", type_=Float))
    .order_by(PACE.c.next_at, PACE.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(PACE)
    .where(PACE.c.id == _SLOT.scalar_subquery())
    .values(next_at=case((PACE.c.next_at > _NOW, PACE.c.next_at), else_=_NOW) + SLOT)
    .returning(PACE.c.id, PACE.c.next_at)
)
_ARRIVED = (
    update(PACE)
    .where(PACE.c.id == bindparam("slot"), PACE.c.next_at < bindparam("ours", type_=Float))
    .values(next_at=bindparam("next", type_=Float))
)
_FREE_AT = select(func.min(PACE.c.next_at)).where(PACE.c.id > PUSHES)
_TURN = select(PACE.c.next_at).where(PACE.c.id == PUSHES).with_for_update()
_NEXT_TURN = update(PACE).where(PACE.c.id == PUSHES).values(next_at=bindparam("next", type_=Float))
_MOVE_ON = update(CHATS).where(_THIS).values(next_at=bindparam("next", type_=Float))
_FREE = or_(CHATS.c.held_by.is_(None), CHATS.c.held_by == bindparam("by"), CHATS.c.held_until < _NOW)
_NEXT = case((CHATS.c.kind == "group", bindparam("group", type_=Float)), else_=bindparam("private", type_=Float))
_HOLD = (
    update(CHATS)
    .where(_THIS, _FREE, CHATS.c.next_at <= _NOW)
    .values(held_by=bindparam("by"), held_until=bindparam("until", type_=Float), next_at=_NEXT)
    .returning(CHATS.c.kind)
)
