"""Turns: each message of a customer is answered once, in order and soon, by the assistant or by a kind word."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from sqlalchemy.exc import SQLAlchemyError

from rapport.chat.answers import Answer
from rapport.chat.assistant import Assistant, as_free_text
from rapport.chat.buttons import LONGEST_PAYLOAD, Button, signed_button
from rapport.chat.errors import AssistantError, ChatError
from rapport.chat.gateway import DESK, tell_other_processes, topic
from rapport.chat.late import LateAnswers
from rapport.chat.reception import welcome
from rapport.chat.terms import TERMS, TermsNow
from rapport.chat.typing_now import TypingNow
from rapport.chat.words import words
from rapport.clock import Clock
from rapport.store.conversations import open_handoff
from rapport.store.database import Database
from rapport.store.signals import Signals
from rapport.store.turns import (
    PendingTurn,
    conversations_with_pending_turns,
    pending_turn,
    write_announcement,
    write_late_replies,
    write_replies,
)

log = logging.getLogger(__name__)
Outcome = Literal["answered", "fallback", "dropped", "late"]
# A message that waited behind others is given at least this long, however late it already is.
LEAST_PATIENCE = 0.5
RETRY_SECONDS = 1.0
# A quicker answer is there before other processes could show that it comes.
TELL_AFTER = 0.3


@dataclass(slots=True)
class _Line:
    """What waits in one conversation: since when (the loop's clock), and whether the rows must be read again.

    `known` is its first turn where the caller has just seen that no other one waits.
    """

    task: asyncio.Task[None]
    known: PendingTurn | None = None
    arrivals: list[float] = field(default_factory=list)
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Turns:
    """Runs this process's turns: those of one conversation one after another, of different ones side by side.

    What is still to be answered stands in the database (`answered_seq`); `resume()` takes up what a crash left.
    """

    database: Database
    signals: Signals
    assistant: Assistant
    typing: TypingNow
    clock: Clock
    key: str
    timeout: float
    on_turn: Callable[[Outcome, float], None] = lambda outcome, seconds: None
    terms: TermsNow = lambda: TERMS
    _lines: dict[str, _Line] = field(default_factory=dict)
    _late: LateAnswers = field(default_factory=LateAnswers)

    async def resume(self) -> int:
        """Takes up every turn that was left open; returns how many conversations had one."""
        async with self.database.reading() as session:
            waiting = await conversations_with_pending_turns(session)
        for conversation_id in waiting:
            self.start(conversation_id)
        return len(waiting)

    def start(self, conversation_id: str, turn: PendingTurn | None = None) -> None:
        """A message of this conversation was just committed: sees to it that its turn runs.

        `turn` is its turn where no other waits before it, which saves reading it back.
        """
        line = self._lines.get(conversation_id)
        if line is None:
            self.typing.begin(conversation_id, "assistant")
            line = _Line(asyncio.create_task(self._work_off(conversation_id)), turn)
            self._lines[conversation_id] = line
        line.arrivals.append(_loop_time())
        line.unread = True

    async def idle(self) -> None:
        """Returns when no turn is running."""
        while self._lines:
            await asyncio.wait([line.task for line in self._lines.values()])

    async def close(self) -> None:
        """Stops; what is unanswered stays so in the database, for the next start."""
        tasks = [line.task for line in self._lines.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._late.close()

    async def _work_off(self, conversation_id: str) -> None:
        line = self._lines[conversation_id]
        try:
            while line.unread:
                line.unread = False
                try:
                    more = await self._next(conversation_id, line)
                    # Not `|=` around the await: what `start` noted meanwhile would be lost.
                    line.unread = line.unread or more
                except SQLAlchemyError:
                    log.exception("A turn could not be read or written; it is tried again.")
                    await asyncio.sleep(RETRY_SECONDS)
                    line.unread = True
        finally:
            del self._lines[conversation_id]
            self.typing.end(conversation_id, "assistant")

    async def _next(self, conversation_id: str, line: _Line) -> bool:
        """Runs the oldest open turn; says whether another one may be open."""
        seen, began = len(line.arrivals), _loop_time()
        arrived = line.arrivals[0] if line.arrivals else began
        deadline = max(arrived + self.timeout, began + LEAST_PATIENCE)
        free = await self._late.gone_by(conversation_id, deadline)
        turn, line.known = line.known or await self._oldest(conversation_id), None
        if turn is None:
            del line.arrivals[:seen]
            return False
        answers = await self._ask(turn, deadline) if free else None
        more = await self._answer(turn, answers, began)
        del line.arrivals[:1]
        return more

    async def _oldest(self, conversation_id: str) -> PendingTurn | None:
        async with self.database.reading() as session:
            return await pending_turn(session, conversation_id)

    async def _ask(self, turn: PendingTurn, deadline: float) -> tuple[Answer, ...] | None:
        """The assistant's answers, or None where there are none by the deadline; then they may come late."""
        call = asyncio.create_task(self.assistant.ask(turn))
        try:
            await asyncio.wait({call}, timeout=min(TELL_AFTER, deadline - _loop_time()))
            if not call.done():
                await self._tell_typing(turn, seconds=deadline - _loop_time())
                await asyncio.wait({call}, timeout=deadline - _loop_time())
        except asyncio.CancelledError:
            call.cancel()
            raise
        if not call.done():
            self._late.keep(turn.conversation_id, call, partial(self._deliver_late, turn))
            return None
        try:
            return call.result()
        except AssistantError as error:
            log.warning("%s", error)
        except Exception:  # whatever broke, the customer gets her kind word
            log.exception("The assistant could not be asked.")
        return None

    async def _tell_typing(self, turn: PendingTurn, *, seconds: float) -> None:
        """The customer's stream may be another process's. Whether it shows dots is no reason to lose her turn."""
        try:
            await self.typing.tell(self.database, turn.conversation_id, "assistant", seconds=max(1.0, seconds))
        except SQLAlchemyError:
            log.info("Other processes could not be told that an answer is on its way.", exc_info=True)

    async def _answer(self, turn: PendingTurn, answers: tuple[Answer, ...] | None, began: float) -> bool:
        """Writes the end of a turn if the conversation is still the assistant's; says whether more may be open."""
        async with self.database.session() as session:
            replies, now = self._replies(turn, answers or (_fallback(turn),)), self.clock()
            written = await write_replies(session, turn, replies, at=now)
            # The version stands, so nothing but these messages is new to a stream; else the rows must tell.
            news = written.said if written else None
            if written is None and answers and await open_handoff(session, turn.conversation_id):
                written = await write_announcement(session, turn, replies, at=now)
            await self.typing.tell_end(session, turn.conversation_id, "assistant")
            await tell_other_processes(session, turn.conversation_id)
        self.signals.wake(topic(turn.conversation_id), news)
        if news is None:
            await self._welcome(turn.conversation_id)
        outcome: Outcome = "dropped" if written is None else "answered" if answers else "fallback"
        self.on_turn(outcome, _loop_time() - began)
        # Dropped: whoever moved the conversation has changed what is open in it.
        return written is None or written.wait > 0

    async def _welcome(self, conversation_id: str) -> None:
        """The turn has put the customer into the queue, perhaps: what she is told there comes after its answer."""
        try:
            async with self.database.session() as session:
                seen_to = await welcome(session, conversation_id, now=self.clock(), terms=self.terms())
        except ChatError as error:
            # Erased meanwhile, or moved on: there is nobody to see to.
            log.info("%s", error)
            return
        if seen_to:
            self.signals.wake(topic(conversation_id))
            self.signals.wake(DESK)

    async def _deliver_late(self, turn: PendingTurn, answers: tuple[Answer, ...]) -> None:
        async with self.database.session() as session:
            replies = self._replies(turn, answers)
            if await write_late_replies(session, turn, replies, at=self.clock()):
                await tell_other_processes(session, turn.conversation_id)
                self.on_turn("late", 0.0)
        self.signals.wake(topic(turn.conversation_id))

    def _replies(self, turn: PendingTurn, answers: tuple[Answer, ...]) -> list[dict[str, Any]]:
        return [_as_parts(answer, turn.conversation_id, key=self.key) for answer in answers]


def _fallback(turn: PendingTurn) -> Answer:
    say, again = words(turn.language), turn.payload or as_free_text(turn.text)
    retry = (Button(say.try_again, again),) if len(again) <= LONGEST_PAYLOAD else ()
    return Answer(say.fallback, retry)


def _as_parts(answer: Answer, conversation_id: str, *, key: str) -> dict[str, Any]:
    """The columns of a message; what an answer has not got is left out, so that it stays NULL."""
    buttons = [signed_button(button, conversation_id, key=key) for button in answer.buttons]
    parts = {
        "buttons": buttons,
        "cards": [dict(card) for card in answer.cards],
        "table": answer.table,
        "timeline": answer.timeline,
        "form": answer.form,
    }
    return {"text": answer.text, **{name: part for name, part in parts.items() if part}}


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
