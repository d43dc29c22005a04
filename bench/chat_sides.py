"""The two ways into a conversation that are compared: our gateway with its stream, and Rasa's REST channel."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bench.wire import Wire
from rapport.chat.customer_token import issue_customer_token
from rapport.settings import Settings

QUESTION = "Can you recommend me something?"
SHOWN = 3

Turn = Callable[[], Coroutine[None, None, float]]
Open = Callable[[], Awaitable[Turn]]


@dataclass(frozen=True, slots=True)
class Doors:
    """Opens conversations, each of the next of `customers` (external ids): a turn returns the seconds it took."""

    settings: Settings
    customers: Iterator[str]
    _wires: list[Wire] = field(default_factory=list)

    async def gateway(self) -> Turn:
        """Posted to the gateway; over when the answer, which is written whole, comes on the stream."""
        said, heard = await self._wire(self.settings.public_url), await self._wire(self.settings.public_url)
        headers = {"Authorization": f"Bearer {(await self._session())['token']}"}
        answers = _of_the_assistant(heard.events("/chat/stream", headers))

        async def turn() -> float:
            began = time.perf_counter()
            body = {"client_id": secrets.token_hex(8), "text": QUESTION}
            posted = await said.post("/chat/messages", body, headers)
            # What an earlier turn said last may still be on its way.
            while (answer := await anext(answers))["seq"] < posted["seq"]:
                continue
            taken = time.perf_counter() - began
            _check(answer.get("cards"))
            return taken

        return turn

    async def rest_channel(self) -> Turn:
        """Rasa alone; the gateway has only given the conversation the row that the action looks up."""
        wire, sender = await self._wire(self.settings.assistant_url), (await self._session())["conversation_id"]

        async def turn() -> float:
            began = time.perf_counter()
            answers = await wire.post("/webhooks/rest/webhook", {"sender": sender, "message": QUESTION}, {})
            taken = time.perf_counter() - began
            _check(next((item["custom"]["cards"] for item in answers if "custom" in item), None))
            return taken

        return turn

    async def _session(self) -> Any:
        token = issue_customer_token(
            next(self.customers), key=self.settings.shop_chat_key(), id=secrets.token_hex(8), now=datetime.now(UTC)
        )
        wire = await self._wire(self.settings.public_url)
        return await wire.post("/chat/sessions", {"locale": "en", "customer_token": token}, {})

    async def _wire(self, url: str) -> Wire:
        self._wires.append(await Wire.open(url))
        return self._wires[-1]

    def close(self) -> None:
        for wire in self._wires:
            wire.close()


@contextmanager
def doors(settings: Settings, customers: Iterator[str]) -> Iterator[Doors]:
    """Closed with the block."""
    opened = Doors(settings, customers)
    try:
        yield opened
    finally:
        opened.close()


async def _of_the_assistant(events: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for event in events:
        if event.get("author") == "assistant":
            yield event


def _check(cards: Any) -> None:
    """A turn that fell back to kind words, or answered something else, would be a figure of nothing."""
    if len(cards or ()) != SHOWN:
        raise RuntimeError(f"this was no suggestion of {SHOWN} products: is the action server reached?")
