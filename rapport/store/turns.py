"""Turns: which of a customer's messages waits for the assistant, and its answer, written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Integer, bindparam, case, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.conversations import CONVERSATIONS, ChatMessage, Conversation, Utterance, add_utterances


@dataclass(frozen=True, slots=True)
class PendingTurn:
    """A customer's message the assistant owes an answer, and the version of the conversation it was read at."""

    conversation_id: str
    seq: int
    text: str
    payload: str | None
    language: str
    version: int


async def pending_turn(session: AsyncSession, conversation_id: str) -> PendingTurn | None:
    """The oldest message of the customer not dealt with, while the assistant is the responder."""
    statement = (
        select(ChatMessage.seq, ChatMessage.text, ChatMessage.payload, Conversation.language, Conversation.version)
        .join(Conversation, Conversation.id == ChatMessage.conversation_id)
        .where(Conversation.id == conversation_id, _waits_for_the_assistant())
        .order_by(ChatMessage.seq)
        .limit(1)
    )
    row = (await session.execute(statement)).one_or_none()
    return PendingTurn(conversation_id, *row) if row is not None else None


async def conversations_with_pending_turns(session: AsyncSession) -> list[str]:
    """The conversations in which a turn was left open, as after a crash."""
    waiting = exists().where(ChatMessage.conversation_id == Conversation.id, _waits_for_the_assistant())
    return list(await session.scalars(select(Conversation.id).where(Conversation.closed_at.is_(None), waiting)))


def _waits_for_the_assistant() -> Any:
    # A file comes without text, and was thanked for when it came.
    question = (ChatMessage.author == "customer") & (ChatMessage.text != "")
    return question & (ChatMessage.seq > Conversation.answered_seq) & (Conversation.responder == "assistant")


@dataclass(frozen=True, slots=True)
class Written:
    """An answer that was written; so many of the customer's messages `wait` meanwhile, at most (0: none came)."""

    said: tuple[Utterance, ...]
    wait: int


async def write_replies(
    session: AsyncSession, turn: PendingTurn, replies: Sequence[Mapping[str, Any]], *, at: datetime
) -> Written | None:
    """Ends a turn with the assistant's `replies` (the parts of a message each).

    None when the conversation was handed over or answered meanwhile: then nothing was written.
    """
    last_seq = await _close(session, turn, len(replies), version=turn.version, responder="assistant")
    return await _add(session, turn, replies, last_seq=last_seq, at=at)


async def write_announcement(
    session: AsyncSession, turn: PendingTurn, replies: Sequence[Mapping[str, Any]], *, at: datetime
) -> Written | None:
    """Like `write_replies`, where this very turn has put the customer into the queue: says so to her."""
    last_seq = await _close(session, turn, len(replies), version=turn.version + 1, responder="queue")
    return await _add(session, turn, replies, last_seq=last_seq, at=at)


async def write_late_replies(
    session: AsyncSession, turn: PendingTurn, replies: Sequence[Mapping[str, Any]], *, at: datetime
) -> bool:
    """An answer after the fallback: only while nobody else has spoken since and the version stands."""
    newer = exists().where(
        ChatMessage.conversation_id == turn.conversation_id,
        ChatMessage.author == "customer",
        ChatMessage.seq > turn.seq,
    )
    statement = (
        update(Conversation)
        .where(Conversation.id == turn.conversation_id, Conversation.version == turn.version, ~newer)
        .where(Conversation.responder == "assistant")
        .values(last_seq=Conversation.last_seq + len(replies), answered_seq=Conversation.last_seq + len(replies))
        .returning(Conversation.last_seq)
        .execution_options(synchronize_session=False)
    )
    last_seq = await session.scalar(statement)
    return (await _add(session, turn, replies, last_seq=last_seq, at=at)) is not None


async def leave_to_a_person(session: AsyncSession, conversation_id: str) -> None:
    """What was said so far is for whoever responds now: the assistant will not come back to it."""
    statement = update(Conversation).where(Conversation.id == conversation_id)
    await session.execute(statement.values(answered_seq=Conversation.last_seq))


async def _close(session: AsyncSession, turn: PendingTurn, count: int, *, version: int, responder: str) -> int | None:
    values = {
        "conversation": turn.conversation_id,
        "at_version": version,
        "by": responder,
        "seq": turn.seq,
        "count": count,
    }
    last_seq: int | None = await session.scalar(_CLOSE, values)
    return last_seq


_SEQ: BindParameter[int] = bindparam("seq")
_COUNT: BindParameter[int] = bindparam("count", type_=Integer)
# The answers too are dealt with, unless somebody spoke between the question and them.
_ANSWERED = case((CONVERSATIONS.c.last_seq == _SEQ, CONVERSATIONS.c.last_seq + _COUNT), else_=_SEQ)
# Every turn waits for it: built once, because building it takes longer than running it.
_CLOSE = (
    update(CONVERSATIONS)
    .where(CONVERSATIONS.c.id == bindparam("conversation"), CONVERSATIONS.c.version == bindparam("at_version"))
    .where(CONVERSATIONS.c.responder == bindparam("by"), CONVERSATIONS.c.answered_seq < _SEQ)
    .values(last_seq=CONVERSATIONS.c.last_seq + _COUNT, answered_seq=_ANSWERED)
    .returning(CONVERSATIONS.c.last_seq)
)


async def _add(
    session: AsyncSession,
    turn: PendingTurn,
    replies: Sequence[Mapping[str, Any]],
    *,
    last_seq: int | None,
    at: datetime,
) -> Written | None:
    if last_seq is None:
        return None
    first = last_seq - len(replies) + 1
    said = tuple(Utterance(seq, "assistant", at=at, **reply) for seq, reply in enumerate(replies, first))
    await add_utterances(session, turn.conversation_id, said)
    return Written(said, wait=first - 1 - turn.seq)
