"""What the chat's routes share: opened with the application, beside the services every route has."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Request

from rapport.chat.assistant import Assistant, wire_to
from rapport.chat.desk_file import TermsInForce
from rapport.chat.sentiment import SentimentOf
from rapport.chat.sessions import conversation_of
from rapport.chat.terms import TERMS, Terms, TermsNow
from rapport.chat.turns import Outcome, Turns
from rapport.chat.typing_now import TypingNow
from rapport.web.limits import Limit
from rapport.web.metrics import Metrics
from rapport.web.services import Services

SESSIONS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Desk:
    """`key` signs the chat's tokens; the limits are per conversation and per address."""

    turns: Turns
    typing: TypingNow
    key: str
    per_conversation: Limit
    per_address: Limit
    terms_now: TermsNow = lambda: TERMS

    @property
    def terms(self) -> Terms:
        """What holds at this moment."""
        return self.terms_now()


@asynccontextmanager
async def open_desk(services: Services, metrics: Metrics) -> AsyncIterator[Desk]:
    """The desk for as long as the application runs; it first takes up the turns a crash left open."""
    settings, key = services.settings, services.settings.key()
    terms = await asyncio.to_thread(TermsInForce, settings)
    typing = TypingNow(services.signals, me=secrets.token_hex(4))
    rate = settings.chat_messages_per_minute

    def count(outcome: Outcome, seconds: float) -> None:
        metrics.turn_ended(outcome, seconds)

    sentiment = await asyncio.to_thread(SentimentOf.load, settings.var_dir / "models", key=key)
    async with wire_to(settings.assistant_url) as wire:
        assistant = Assistant(wire, sentiment)
        turns = Turns(
            services.database, services.signals, assistant, typing,
            clock=services.clock, key=key, timeout=settings.assistant_timeout, on_turn=count, terms=terms,
        )  # fmt: skip
        try:
            await turns.resume()
            with services.signals.watched(typing):
                yield Desk(turns, typing, key, Limit(rate), Limit(SESSIONS_PER_MINUTE if rate else 0), terms)
        finally:
            await turns.close()


def the_desk(request: Request) -> Desk:
    """The desk of the application that serves this request."""
    found: Desk = request.app.state.desk
    return found


AtDesk = Annotated[Desk, Depends(the_desk)]


async def bearer(desk: AtDesk, authorization: Annotated[str | None, Header()] = None) -> str:
    """The conversation this request's session token opens; 401 without a good one."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.casefold() != "bearer":
        raise HTTPException(401, "This address needs the session's token: `Authorization: Bearer TOKEN`.")
    return conversation_of(token.strip(), key=desk.key)


InConversation = Annotated[str, Depends(bearer)]
