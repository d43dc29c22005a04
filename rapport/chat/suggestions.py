"""Suggested replies for an agent: what policies, canned replies and resolved threads say to this question."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.errors import UnknownConversationError
from rapport.chat.filling import filled
from rapport.chat.known_replies import UNHEARD, KnownReplies, Source, known_replies
from rapport.marketing.newest_policies import PolicyFile
from rapport.settings import LANGUAGES, Language
from rapport.store.canned_replies import canned_replies
from rapport.store.conversations import ChatMessage, Conversation
from rapport.store.customers import Customer
from rapport.store.resolved import ASKED, resolved_exchanges, resolved_stamp
from rapport.store.understood import understood

THREADS = 500
LOOKED_AT_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A reply to edit and send, in the customer's language, its variables filled; `name` says which of its source."""

    source: Source
    name: str
    text: str
    score: float


class ReplyMemory:
    """The newest of all that a reply may come from; built again when a source has changed, each five minutes at most.

    A thread that was erased is forgotten the same way.
    """

    def __init__(self, policies: PolicyFile, *, shop: str) -> None:
        self.shop = shop
        self._policies = policies
        self._stamp: tuple[Any, ...] = ()
        self._looked_at: datetime | None = None
        self._known: dict[Language, KnownReplies] = {}
        self._building = asyncio.Lock()

    async def known(self, session: AsyncSession, language: Language, *, now: datetime) -> KnownReplies:
        """What may be suggested in this language now."""
        async with self._building:
            if self._looked_at is None or not timedelta(0) <= now - self._looked_at < LOOKED_AT_EVERY:
                await self._look(session)
                self._looked_at = now
        return self._known[language]

    async def _look(self, session: AsyncSession) -> None:
        canned = await canned_replies(session)
        written = tuple((one.id, one.changed_at) for one in canned)
        stamp = (self._policies.current(), written, await resolved_stamp(session))
        if stamp == self._stamp:
            return
        exchanges = await resolved_exchanges(session, limit=THREADS)
        policies, about = self._policies.current(), self._policies.search()
        for language in LANGUAGES:
            self._known[language] = await asyncio.to_thread(
                known_replies, language, policies=policies, about=about, canned=canned, exchanges=exchanges
            )
        self._stamp = stamp


async def suggestions(
    session: AsyncSession, conversation_id: str, memory: ReplyMemory, *, agent: str, now: datetime
) -> tuple[Suggestion, ...]:
    """Up to three replies to what the customer asked last; none where she asked nothing that is known.

    `agent` is the name customers read. Raises UnknownConversationError.
    """
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        raise UnknownConversationError
    language: Language = "en" if conversation.language == "en" else "zh"
    question, told = await _asked(session, conversation_id)
    if not question:
        return ()
    customer = await session.get(Customer, conversation.customer_id) if conversation.customer_id else None
    values = {
        "customer": customer.name if customer else "",
        "agent": agent,
        "shop": memory.shop,
        "order": _order(told),
    }
    known = await memory.known(session, language, now=now)
    hits = await asyncio.to_thread(known.find, question, intent=_intent(told))
    return tuple(
        Suggestion(hit.known.source, hit.known.name, filled(hit.known.text, language, values), round(hit.score, 3))
        for hit in hits
    )


async def _asked(session: AsyncSession, conversation_id: str) -> tuple[str, list[dict[str, Any]]]:
    """The customer's last messages in a row, and what the assistant heard of them."""
    statement = (
        select(ChatMessage.seq, ChatMessage.author, ChatMessage.text)
        .where(
            ChatMessage.conversation_id == conversation_id,
            ChatMessage.author.in_(("customer", "agent")),
            ChatMessage.payload.is_(None),
            ChatMessage.text != "",
        )
        .order_by(ChatMessage.seq.desc())
        .limit(8 * ASKED)
    )
    rows = (await session.execute(statement)).all()
    heard = await understood(session, [(conversation_id, seq) for seq, author, _ in rows if author == "customer"])
    told = {seq: properties for (_, seq), properties in heard.items()}
    asked = _run([(seq, author, text) for seq, author, text in rows if told.get(seq, {}).get("intent") not in SILENT])
    return " ".join(text for _, text in reversed(asked)), [told.get(seq, {}) for seq, _ in asked]


# "I want a person" is heard, and says nothing of what for.
SILENT = UNHEARD - {"nlu_fallback", "out_of_scope", "complaint"}


def _run(newest_first: Sequence[tuple[int, str, str]]) -> list[tuple[int, str]]:
    """Up to three of the customer's messages in a row, newest first; an agent's last word is passed over."""
    run: list[tuple[int, str]] = []
    for seq, author, text in newest_first:
        if author == "customer":
            run.append((seq, text))
        elif run:
            break
        if len(run) == ASKED:
            break
    return run


def _intent(told: Sequence[dict[str, Any]]) -> str:
    heard = (str(one.get("intent", "")) for one in told)
    return next((intent for intent in heard if intent and intent not in UNHEARD), "")


def _order(told: Sequence[dict[str, Any]]) -> str:
    named = (entity for one in told for entity in one.get("entities", ()) if entity.get("entity") == "order_id")
    return next((str(cast(Any, entity["value"])) for entity in named), "")
