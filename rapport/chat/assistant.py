"""The assistant over Rasa's REST channel: a question goes in, answers or an AssistantError come out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from rapport.chat.answers import Answer, parse_answers
from rapport.chat.wire import Wire
from rapport.store.turns import PendingTurn

# As long as Rasa itself waits for the action server: after that, no turn of ours can still be running in it.
PATIENCE, CONNECT_SECONDS = 300.0, 2.0
# Kept connections end before Rasa's do (5 s), so that none is stale.
KEPT_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Assistant:
    """One Rasa, reached over connections that are kept open.

    `sentiment` says how content a text sounds, 0 to 1, or None where nobody can tell; see `rapport.chat.sentiment`.
    """

    wire: Wire
    sentiment: Callable[[str], float | None] = lambda text: None

    async def ask(self, turn: PendingTurn) -> tuple[Answer, ...]:
        """Rasa's answers to a customer's message. Raises AssistantError: no connection, an error, an empty answer."""
        question = {
            "sender": turn.conversation_id,
            "message": turn.payload or as_free_text(turn.text),
            "metadata": self._metadata(turn),
        }
        return parse_answers(await self.wire.post("/webhooks/rest/webhook", question))

    def _metadata(self, turn: PendingTurn) -> dict[str, Any]:
        """What Rasa hands on to the actions. A pressed button is in our words, not hers: it has no sentiment."""
        sentiment = None if turn.payload else self.sentiment(turn.text)
        known = {} if sentiment is None else {"sentiment": round(sentiment, 4)}
        return {"language": turn.language, "seq": turn.seq, **known}


@asynccontextmanager
async def wire_to(url: str) -> AsyncIterator[Wire]:
    """The connections to the assistant at `url`, for as long as the block lasts."""
    wire = Wire(url.rstrip("/"), kept=KEPT_SECONDS, connect_seconds=CONNECT_SECONDS, seconds=PATIENCE)
    try:
        yield wire
    finally:
        await wire.close()


def as_free_text(text: str) -> str:
    """What a customer typed, so that Rasa reads it as words: "/restart" or `/intent{…}` must never bypass the NLU.

    Rasa strips blanks before it looks for the slash, so they are stripped here too.
    """
    stripped = text.strip()
    return f"／{stripped[1:]}" if stripped.startswith("/") else stripped
