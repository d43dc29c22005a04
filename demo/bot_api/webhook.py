"""Hands updates to a webhook: chats side by side, one chat's updates in order, each again until it is taken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from demo.bot_api.chats import Wire
from demo.bot_api.errors import bad
from demo.bot_api.updates import Updates

PORTS = (80, 88, 443, 8443)
HERE = ("127.0.0.1", "localhost", "::1")
SECRET = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
MOST_SECRET = 256


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates go."""

    url: str
    secret: str = ""
    connections: int = 40


@dataclass(slots=True)
class Delivery:
    """One attempt at handing an update over, as the server saw it; status 0 where nobody answered."""

    at: float
    update_id: int
    status: int


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds before an update that was not taken is brought again, doubled each time up to the longest."""

    first: float = 1.0
    longest: float = 60.0
    timeout: float = 30.0


def checked_webhook(url: str, secret: str, connections: int) -> Webhook:
    """400 for what the real server would not call. Loopback may do without TLS, as at a local server."""
    parts = urlsplit(url)
    here = parts.hostname in HERE
    if parts.scheme != "https" and not here:
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if not here and (parts.port or 443) not in PORTS:
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if len(secret) > MOST_SECRET or not set(secret) <= SECRET:
        raise bad("secret token contains unallowed characters")
    return Webhook(url, secret, min(max(connections, 1), 100))


@dataclass
class Courier:
    """Brings pending updates to the webhook until stopped. `hosts`: where an origin is served on this machine."""

    updates: Updates
    webhook: Webhook
    backoff: Backoff
    hosts: Mapping[str, str]
    log: list[Delivery]
    tell: Callable[[], None]
    last_error: Wire = field(default_factory=dict)

    async def run(self) -> None:
        lanes: dict[Any, list[Wire]] = {}
        slots = asyncio.Semaphore(self.webhook.connections)
        given: set[int] = set()
        async with httpx.AsyncClient(timeout=self.backoff.timeout) as client, asyncio.TaskGroup() as tasks:
            while True:
                for number, update in sorted(self.updates.pending.items()):
                    if number in given:
                        continue
                    given.add(number)
                    key = lane_of(update)
                    lanes.setdefault(key, []).append(update)
                    if len(lanes[key]) == 1:
                        tasks.create_task(self._drain(client, lanes, key, slots))
                await self.updates.came()

    async def _drain(
        self, client: httpx.AsyncClient, lanes: dict[Any, list[Wire]], key: Any, slots: asyncio.Semaphore
    ) -> None:
        while lanes[key]:
            await self._bring(client, lanes[key][0], slots)
            lanes[key].pop(0)
        del lanes[key]

    async def _bring(self, client: httpx.AsyncClient, update: Wire, slots: asyncio.Semaphore) -> None:
        wait, number = self.backoff.first, update["update_id"]
        while number in self.updates.pending:
            async with slots:
                taken = await self.attempt(client, update)
            if taken:
                self.updates.pending.pop(number, None)
                self.tell()
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, self.backoff.longest)

    async def attempt(self, client: httpx.AsyncClient, update: Wire) -> bool:
        """Whether it was taken."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.secret} if self.webhook.secret else {}
        delivery = Delivery(time.monotonic(), update["update_id"], 0)
        self.log.append(delivery)
        try:
            response = await client.post(self._address(), json=update, headers=headers)
        except httpx.HTTPError as error:
            self._failed(f"Connection failed: {error}")
            return False
        delivery.status = response.status_code
        if not response.is_success:
            self._failed(f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}")
        return response.is_success

    def _address(self) -> str:
        parts = urlsplit(self.webhook.url)
        there = self.hosts.get(f"{parts.scheme}://{parts.netloc}")
        if there is None and parts.hostname not in HERE:
            raise httpx.ConnectError("this server calls nobody outside of this machine")
        return self.webhook.url.replace(f"{parts.scheme}://{parts.netloc}", there, 1) if there else self.webhook.url

    def _failed(self, why: str) -> None:
        self.last_error = {"last_error_date": int(time.time()), "last_error_message": why}


def lane_of(update: Wire) -> Any:
    """Updates with the same lane keep their order: those of one chat."""
    body = next(value for name, value in update.items() if name != "update_id")
    chat = body.get("chat") or body.get("message", {}).get("chat") or body.get("from", {})
    return chat.get("id")
