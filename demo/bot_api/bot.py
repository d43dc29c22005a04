"""What the server knows: chats, updates, files, every call; and the troubles it is asked to make."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from demo.bot_api.chats import Chat, Wire
from demo.bot_api.errors import ApiError, bad, too_many
from demo.bot_api.files import Files
from demo.bot_api.limits import Limits, Pace, retry_after
from demo.bot_api.updates import Updates
from demo.bot_api.webhook import Backoff, Courier, Delivery, Webhook

TOKEN = "700001:local-bot-api-server-needs-no-secret"  # noqa: S105  it opens a server on loopback
FIRST_UPDATE = 800_000_001
QUERY_SECONDS = 15.0
# Only what never comes is waited for so long, also on a machine that has much else to do.
PATIENCE, LOOK_AGAIN = 60.0, 0.1
Found = TypeVar("Found")


@dataclass(slots=True)
class Call:
    """One call as the server saw it: `at` is when it arrived (monotonic seconds), `status` what was answered."""

    at: float
    method: str
    chat: int
    values: dict[str, str]
    status: int = 0
    description: str = ""


@dataclass(slots=True)
class Query:
    """A pressed button that waits for its answer."""

    id: str
    at: float
    answer: Wire | None = None


@dataclass
class Bot:
    """One bot as its server knows it. Everything is in memory; `clock` gives monotonic seconds.

    `latency` is added to every answer; `hosts` maps a webhook's origin ("https://shop.example") to where it is
    served on this machine.
    """

    token: str = TOKEN
    username: str = "halfhill_bot"
    limits: Limits = field(default_factory=Limits)
    backoff: Backoff = field(default_factory=Backoff)
    clock: Callable[[], float] = time.monotonic
    latency: float = 0.0
    hosts: dict[str, str] = field(default_factory=dict)
    url: str = ""

    def __post_init__(self) -> None:
        self.calls: list[Call] = []
        self.deliveries: list[Delivery] = []
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self.commands: dict[tuple[str, str], list[Wire]] = {}
        self.profile: dict[str, str] = {}
        self.files = Files()
        self.pace = Pace(self.limits)
        self.updates = Updates(FIRST_UPDATE)
        self.courier: Courier | None = None
        self._delivering: asyncio.Task[None] | None = None
        self._floods: dict[int | None, float] = {}
        self._coming: dict[int | None, float] = {}
        self._failures: list[int] = []
        self._last_message = 0
        self._watchers: set[asyncio.Event] = set()

    @property
    def me(self) -> Wire:
        bot = {
            "id": int(self.token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Half Hill",
            "username": self.username,
        }
        return bot | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    # Troubles

    def flood(self, seconds: float, *, chat: int | None = None) -> None:
        """Every message (or every message to this chat) is told 429, for so long after the first that is."""
        self._coming[chat] = seconds

    def fail(self, count: int = 1, *, status: int = 502) -> None:
        """The next calls that send or edit are told 5xx, and nothing is done."""
        self._failures += [status] * count

    def trouble(self, chat: int | None) -> None:
        """Raises what was asked for with `flood` and `fail`."""
        if self._failures:
            raise ApiError(self._failures.pop(0), "Bad Gateway")
        for key in (None, chat):
            if (seconds := self._coming.pop(key, None)) is not None:
                self._floods[key] = self.clock() + seconds
            if (left := self._floods.get(key, 0.0) - self.clock()) > 0:
                raise too_many(retry_after(left))

    def take(self, chat: Chat, count: int = 1) -> None:
        """Counts messages against the limits; 429 where they are too many."""
        if wait := self.pace.take(chat.id, self.clock(), group=chat.is_group, count=count):
            raise too_many(retry_after(wait))

    # What happened

    def calls_to(self, *methods: str, chat: int | None = None) -> list[Call]:
        """The calls that were done (answered 200), oldest first."""
        done = (call for call in self.calls if call.status == 200)
        return [call for call in done if call.method in methods and chat in (None, call.chat)]

    async def until(self, condition: Callable[[], Found], *, seconds: float = PATIENCE) -> Found:
        """What the condition gives once that is true; TimeoutError with the last calls otherwise."""
        came = asyncio.Event()
        self._watchers.add(came)
        try:
            async with asyncio.timeout(seconds):
                while not (found := condition()):
                    # What the condition asks about need not be of this server's telling.
                    await asyncio.wait([waiting := asyncio.ensure_future(came.wait())], timeout=LOOK_AGAIN)
                    waiting.cancel()
                    came.clear()
        except TimeoutError:
            last = [f"{call.method} {call.status} {call.description} {call.values}" for call in self.calls[-5:]]
            raise TimeoutError("\n".join(["not within time; last calls:", *last])) from None
        finally:
            self._watchers.discard(came)
        return found

    def tell(self) -> None:
        """Something changed: who waits looks again."""
        for came in self._watchers:
            came.set()

    def message_id(self) -> int:
        self._last_message += 1
        return self._last_message

    def chat(self, written: str) -> Chat:
        """The chat of a call's `chat_id`."""
        if not written:
            raise bad("chat_id is empty")
        with suppress(ValueError):
            if chat := self.chats.get(int(written)):
                return chat
        raise bad("chat not found")

    # Updates

    async def set_webhook(self, webhook: Webhook | None) -> None:
        """Starts delivering there, or stops."""
        if self._delivering:
            self._delivering.cancel()
            await asyncio.gather(self._delivering, return_exceptions=True)
        self._delivering = self.courier = None
        if webhook:
            self.updates.stop_polling("terminated by setWebhook request")
            self.courier = Courier(self.updates, webhook, self.backoff, self.hosts, self.deliveries, self.tell)
            self._delivering = asyncio.create_task(self.courier.run())
            self.updates.wake()

    @property
    def webhook(self) -> Webhook | None:
        return self.courier.webhook if self.courier else None

    def webhook_info(self) -> dict[str, Any]:
        info = {"url": "", "has_custom_certificate": False, "pending_update_count": len(self.updates.pending)}
        if self.courier is None:
            return info
        hook = {"url": self.courier.webhook.url, "max_connections": self.courier.webhook.connections}
        return info | hook | {"allowed_updates": sorted(self.updates.kinds)} | self.courier.last_error

    async def close(self) -> None:
        await self.set_webhook(None)
