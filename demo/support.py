"""The demo shop's desk of late: canned replies, and a fortnight of threads, answered or resolved by an agent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from models.topics import known_questions
from rapport.marketing.policy_reader import read_policies
from rapport.settings import LANGUAGES, Settings
from rapport.store.canned_replies import CannedReply
from rapport.store.conversations import ChatMessage, Conversation, Handoff
from rapport.store.events import Event

FOLDER = Path(__file__).parent
HOME = ZoneInfo("Asia/Shanghai")
AGENTS = ("demo", "lin", "zhou")
DAYS = 14
POLICIES = FOLDER.parent / "rules" / "policies.yml"
# So many ways to ask of each topic, in each language.
ASKED = 4
Line = tuple[str, str, datetime, str | None]
Row = dict[str, Any]
HANDED_OVER = {
    "zh": "好的，这就请同事来看，请稍等。",
    "en": "Of course, let me bring in a colleague. One moment please.",
}


@dataclass(frozen=True, slots=True)
class Thread:
    """A question, the agent's answer to it, and the intent that the trained assistant heard."""

    topic: str
    language: str
    asked: str
    said: str
    heard: str


@dataclass(frozen=True, slots=True)
class Written:
    """The rows of one conversation."""

    conversation: Row
    messages: list[Row]
    event: Row
    handoff: Row | None


@cache
def threads() -> tuple[Thread, ...]:
    """All of them, topic by topic, in both languages."""
    return tuple(
        Thread(topic, language, *one)
        for language in LANGUAGES
        for topic, found in _read(f"threads/{language}.yml").items()
        for one in found
    )


@cache
def canned() -> Mapping[str, Mapping[str, str]]:
    """shortcut → topic, zh, en."""
    found: Mapping[str, Mapping[str, str]] = _read("canned_replies.yml")
    return found


async def add_support(session: AsyncSession, *, until: datetime) -> None:
    """Writes them, for visitors nobody knows; the same end gives the same rows."""
    replies = [
        {"shortcut": name, "text_zh": one["zh"], "text_en": one["en"], "changed_by": AGENTS[0], "changed_at": until}
        for name, one in canned().items()
    ]
    await session.execute(insert(CannedReply), replies)
    made = [_handed_over(number, thread, until) for number, thread in enumerate(threads())]
    made += [_answered(number, *one, until) for number, one in enumerate(_questions(), len(made))]
    await session.execute(insert(Conversation), [one.conversation for one in made])
    await session.execute(insert(ChatMessage), [line for one in made for line in one.messages])
    await session.execute(insert(Event), [one.event for one in made])
    await session.execute(insert(Handoff), [one.handoff for one in made if one.handoff])


def _handed_over(number: int, thread: Thread, until: datetime) -> Written:
    """An agent takes it after some waiting, answers, and closes it."""
    asked_at = _at(number, until)
    taken = asked_at + timedelta(seconds=15 + number * 37 % 170)
    said = taken + timedelta(seconds=40 + number * 53 % 300)
    ended, agent = said + timedelta(seconds=60 + number * 71 % 500), AGENTS[number % len(AGENTS)]
    lines = (
        ("customer", thread.asked, asked_at, None),
        ("assistant", HANDED_OVER[thread.language], asked_at + timedelta(seconds=1), None),
        ("agent", thread.said, said, agent),
    )
    handoff = {
        "conversation_id": _name(number), "state": "ended", "reason": "asked", "agent": agent,
        "requested_at": asked_at, "assigned_at": asked_at, "accepted_at": taken, "answered_at": said,
        "ended_at": ended, "language": thread.language, "outcome": "resolved",
    }  # fmt: skip
    told = {"intent": thread.heard, "confidence": 0.9, "entities": []}
    return _written(number, thread.language, lines, told, ended=ended, handoff=handoff)


def _answered(number: int, language: str, topic: str, question: str, text: str, until: datetime) -> Written:
    """The assistant answers it from the policies, and that is all."""
    asked_at = _at(number, until)
    lines = (
        ("customer", question, asked_at, None),
        ("assistant", text.format(shop="半山小铺 Halfhill"), asked_at + timedelta(seconds=1), None),
    )
    told = {"intent": "delivery_options", "confidence": 0.9, "entities": [], "topic": topic}
    return _written(number, language, lines, told, ended=asked_at + timedelta(minutes=10), handoff=None)


def _written(
    number: int, language: str, lines: Sequence[Line], told: dict[str, Any], *, ended: datetime, handoff: Row | None
) -> Written:
    name, asked_at = _name(number), lines[0][2]
    stars = None if number % 3 == 2 else 5 - number % 5 // 2
    conversation = {
        "id": name, "channel": "web", "language": language, "opened_at": asked_at, "closed_at": ended,
        "last_seq": len(lines), "answered_seq": len(lines), "read_seq": len(lines), "stars": stars,
    }  # fmt: skip
    messages = [
        {"conversation_id": name, "seq": seq, "author": author, "text": text, "at": at, "agent": who}
        for seq, (author, text, at, who) in enumerate(lines, 1)
    ]
    event = {
        "name": "message_understood", "conversation_id": name, "at": asked_at, "received_at": asked_at,
        "properties": told, "key": f"{name}:1:0",
    }  # fmt: skip
    return Written(conversation, messages, event, handoff)


def _questions() -> Iterator[tuple[str, str, str, str]]:
    """Language, topic, a way to ask for it, and what the shop's policies say to it."""
    for topic, policy in read_policies(POLICIES, Settings().promised).topics.items():
        questions = known_questions(topic)
        for language, asked in (("zh", questions[:ASKED]), ("en", questions[-ASKED:])):
            yield from ((language, topic, question, policy.texts[language]) for question in asked)


def _name(number: int) -> str:
    return hashlib.sha256(f"thread {number}".encode()).hexdigest()[:32]


def _at(number: int, until: datetime) -> datetime:
    """Within opening hours, one of the days before the last."""
    day = until.astimezone(HOME).date() - timedelta(days=1 + number % DAYS)
    minutes = 9 * 60 + number * 113 % (11 * 60)
    return datetime.combine(day, time(minutes // 60, minutes % 60), HOME).astimezone(until.tzinfo)


def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def split(language: str) -> Iterator[tuple[list[Thread], list[Thread]]]:
    """For each topic the threads that are known to the search for replies, and those kept apart to measure it."""
    for topic in dict.fromkeys(thread.topic for thread in threads()):
        of_topic = [one for one in threads() if one.topic == topic and one.language == language]
        yield of_topic[::2], of_topic[1::2]
