"""Random schedules of a customer, the assistant and two agents on one conversation, and what must hold in each."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from rapport.chat.agent_lines import say_as_agent
from rapport.chat.assignment import set_presence
from rapport.chat.assistant import Assistant
from rapport.chat.desk import close, hand_back, snooze, take_over, transfer
from rapport.chat.desk_clock import DeskClock
from rapport.chat.ending import end_conversation
from rapport.chat.errors import AssistantError, ChatError
from rapport.chat.gateway import receive
from rapport.chat.responder import leave_queue
from rapport.chat.staff import Acting
from rapport.chat.terms import Terms
from rapport.chat.turns import Turns
from rapport.chat.typing_now import TypingNow
from rapport.messaging.line import Line
from rapport.messaging.senders.web import WebSender
from rapport.store.conversations import Conversation, messages_after
from rapport.store.database import Database
from rapport.store.queue import start_handoff
from rapport.store.signals import Signals
from rapport.store.turns import pending_turn
from tests.chat.staff import ANN, BOB

KEY = "a key that is only for tests, long enough"
ANNOUNCED = "好的，这就帮您找"
# Every change of who responds, with the number of the newest message at that moment.
TABLE = "CREATE TABLE history (conversation_id TEXT, version INT, responder TEXT, agent TEXT, last_seq INT)"
TRIGGER = "CREATE TRIGGER remember AFTER UPDATE OF version ON conversations"
ADD = "INSERT INTO history VALUES (new.id, new.version, new.responder, new.agent, new.last_seq);"
HISTORY = {
    True: (TABLE, f"{TRIGGER} WHEN new.version <> old.version BEGIN {ADD} END"),
    False: (
        TABLE,
        f"CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {ADD} RETURN new; END $$",
        f"{TRIGGER} FOR EACH ROW WHEN (new.version <> old.version) EXECUTE FUNCTION remember()",
    ),
}
FORGET = ("DROP TRIGGER remember ON conversations", "DROP FUNCTION remember", "DROP TABLE history")


@dataclass
class Rasa:
    """A Wire without a network: an answer waits until it is let go, or its Rasa is killed. Its action hands over."""

    database: Database
    clock: Callable[[], datetime]
    held: list[asyncio.Future[None]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    at_once: Counter[str] = field(default_factory=Counter)
    most_at_once: int = 0

    async def post(self, path: str, content: Any) -> Any:
        conversation_id, said = content["sender"], content["message"]
        self.asked.append(said)
        self.at_once[conversation_id] += 1
        self.most_at_once = max(self.most_at_once, self.at_once[conversation_id])
        try:
            if said.startswith("人工"):
                async with self.database.session() as session:
                    await start_handoff(session, conversation_id, reason="asked", now=self.clock())
            held = asyncio.get_running_loop().create_future()
            self.held.append(held)
            await held
            return [{"text": ANNOUNCED if said.startswith("人工") else f"答：{said}"}]
        finally:
            self.at_once[conversation_id] -= 1

    def let_go(self) -> None:
        for held in self.held:
            if not held.done():
                held.set_result(None)
        self.held.clear()

    def kill(self) -> None:
        for held in self.held:
            if not held.done():
                held.set_exception(AssistantError("Rasa was killed."))
        self.held.clear()


@dataclass
class Schedule:
    """One conversation and a seeded run of who does what when."""

    database: Database
    signals: Signals
    id: str
    dice: random.Random
    now: datetime
    terms: Terms = field(default_factory=Terms)
    said: list[str] = field(default_factory=list)
    acked: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    changes: list[int] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    restarts: int = 0

    def __post_init__(self) -> None:
        self.rasa = Rasa(self.database, lambda: self.now)
        self.turns = self._turns()
        self.clock = DeskClock(lambda: self.terms)
        self.posting = asyncio.Lock()

    def _turns(self) -> Turns:
        assistant = Assistant(self.rasa)  # type: ignore[arg-type]  # what it has of a Wire is `post`
        typing = TypingNow(self.signals)
        return Turns(
            self.database, self.signals, assistant, typing,
            clock=lambda: self.now, key=KEY, timeout=3600.0, terms=lambda: self.terms,
            on_turn=lambda outcome, seconds: self.refused.update([outcome]),
        )  # fmt: skip

    async def run(self, steps: int) -> None:
        doing: list[asyncio.Task[None]] = []
        for number in range(steps):
            self.now += timedelta(seconds=self.dice.choice((0, 1, 5, 40)))
            doing.append(asyncio.create_task(self._step(number)))
            for _ in range(self.dice.choice((0, 1, 3, 30))):
                await asyncio.sleep(0)
        await asyncio.gather(*doing)
        while self.turns._lines:
            self.rasa.let_go()
            await asyncio.sleep(0)

    async def _step(self, number: int) -> None:
        who = self.dice.choice((ANN, BOB))
        steps: list[tuple[int, Callable[[], Coroutine[Any, Any, Any]]]] = [
            (6, lambda: self._say(f"问{number}")),
            (2, lambda: self._say(f"人工{number}")),
            (3, lambda: self._act(take_over, who)),
            (5, lambda: self._line(who, f"线{number}")),
            (2, lambda: self._act(hand_back, who)),
            (1, lambda: self._act(transfer, who, to=self.dice.choice((None, "ann", "bob")))),
            (1, lambda: self._act(close, who)),
            (1, lambda: self._act(snooze, who, until=self.now + timedelta(minutes=5))),
            (1, lambda: self._herself(leave_queue)),
            (1, lambda: self._herself(end_conversation)),
            (2, lambda: self._market(f"荐{number}")),
            (6, self._rasa(self.rasa.let_go)),
            (1, self._rasa(self.rasa.kill)),
            (1, self._restart),
            (2, lambda: self._present(who)),
            (1, self._hour),
        ]
        weights, acts = zip(*steps, strict=True)
        await self.dice.choices(acts, weights)[0]()

    async def _say(self, what: str) -> None:
        async with self.posting:
            self.said.append(what)
            # A client that has lost its line says it again.
            for _ in range(self.dice.choice((1, 1, 2))):
                async with self.database.session() as session:
                    received = await receive(session, self.id, what, what, now=self.now, terms=self.terms)
                assert self.acked.setdefault(what, received.seq) == received.seq
                if received.awaits_assistant:
                    self.turns.start(self.id, received.turn)

    async def _act(self, act: Callable[..., Awaitable[int]], who: Acting, **more: Any) -> None:
        async with self.database.reading() as session:
            version = (await session.get_one(Conversation, self.id)).version
        await asyncio.sleep(0)
        try:
            async with self.database.session() as session:
                new = await act(session, self.id, who, version=version, now=self.now, terms=self.terms, **more)
            if new != version:
                self.changes.append(new)
        except ChatError as error:
            self.refused[type(error).__name__] += 1

    async def _line(self, who: Acting, what: str) -> None:
        if self.dice.random() < 0.7:
            # Mostly she who holds it speaks; the rest are late, or mistaken.
            async with self.database.reading() as session:
                agent = (await session.get_one(Conversation, self.id)).agent
            who = {"ann": ANN, "bob": BOB}.get(agent or "", who)
        try:
            for _ in range(self.dice.choice((1, 2))):
                async with self.database.session() as session:
                    seq = (await say_as_agent(session, self.id, who, client_id=what, text=what, now=self.now)).seq
                assert self.lines.setdefault(what, seq) == seq
        except ChatError as error:
            self.refused[type(error).__name__] += 1

    async def _herself(self, act: Callable[..., Awaitable[None]]) -> None:
        """What the customer changes: leaves the queue, ends the conversation."""
        try:
            async with self.database.session() as session:
                await act(session, self.id, now=self.now, terms=self.terms)
        except ChatError as error:
            self.refused[type(error).__name__] += 1

    async def _market(self, what: str) -> None:
        """A rule's line on the web channel, tried twice."""
        sender = WebSender(self.database, lambda: self.now)
        for _ in range(2):
            await sender.send(Line(key=what, recipient=self.id, text=what, cards=(), transactional=False))

    def _rasa(self, act: Callable[[], None]) -> Callable[[], Coroutine[Any, Any, None]]:
        async def do() -> None:
            act()

        return do

    async def _restart(self) -> None:
        self.restarts += 1
        old, self.turns = self.turns, self._turns()
        await old.close()
        await self.turns.resume()

    async def _present(self, who: Acting) -> None:
        async with self.database.session() as session:
            presence: Any = self.dice.choice(("online", "online", "away", "offline"))
            await set_presence(session, who.name, presence, now=self.now, terms=self.terms)

    async def _hour(self) -> None:
        """Sixty idle minutes; the clock strikes after some of them."""
        for minutes in (9, 51):
            self.now += timedelta(minutes=minutes)
            await self.clock.tick(self.database, self.now)

    async def check(self) -> Counter[str]:
        """What holds in every schedule, however it went; gives what there was to see."""
        async with self.database.reading() as session:
            messages = await messages_after(session, self.id, 0)
            rows = await session.execute(
                text("SELECT version, responder, agent, last_seq FROM history WHERE conversation_id = :id"),
                {"id": self.id},
            )
            history = [(1, "assistant", None, -1), *map(tuple, rows)]
            left = await pending_turn(session, self.id)
        assert left is None, left
        assert [message.seq for message in messages] == list(range(1, len(messages) + 1))
        # One responder: every version is one change, made by one of those who tried.
        assert [version for version, *_ in history] == list(range(1, len(history) + 1))
        assert len(set(self.changes)) == len(self.changes), self.changes
        assert [one.text for one in messages if one.author == "customer"] == self.said
        assert {one.text: one.seq for one in messages if one.author == "customer"} == self.acked
        assert {one.text: one.seq for one in messages if one.author == "agent"} == self.lines
        marketing = [one.text for one in messages if one.text.startswith("荐")]
        assert len(marketing) == len(set(marketing)), marketing
        answers = [one.text for one in messages if one.author == "assistant" and one.text.startswith("答：")]
        assert answers == sorted(set(answers), key=lambda answer: self.said.index(answer[2:]))
        assert self.rasa.most_at_once <= 1 + self.restarts, self.rasa.most_at_once
        for message in messages:
            _, responder, agent, _ = [change for change in history if change[3] < message.seq][-1]
            if message.author == "agent":
                assert (responder, agent) == ("agent", message.agent), (message, history)
            if message.author == "assistant":
                assert responder == "assistant" or (responder, message.text) == ("queue", ANNOUNCED), (
                    message,
                    history,
                )
        seen = Counter(message.author for message in messages) + self.refused
        return seen + Counter(f"to {responder}" for _, responder, *_ in history[1:])
