"""A relay on loopback that answers as it is told, and a shop with something in its outbox."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtpd.smtp
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.messaging.compose import Composer
from rapport.messaging.gate import Refusal
from rapport.messaging.prepare import Preparer
from rapport.messaging.senders.email import EmailSender, Relay
from rapport.messaging.templates import TemplateFolder
from rapport.messaging.worker import OutboxWorker, Pace
from rapport.settings import Settings
from rapport.store.customers import add_customer
from rapport.store.database import Database
from rapport.store.messages import Delivery, Message
from rapport.store.products import Product

TEMPLATES = Path(__file__).parents[2] / "rules" / "templates"
KEY = "a key for tests"
PRODUCTS = (("云雾茶", "Mist Tea"), ("粗陶杯", "Clay Cup"), ("竹托盘", "Bamboo Tray"))
Script = Callable[[str, str, int], str | None]


@dataclass
class RelayOnLoopback:
    """Logs every mail before it answers. `script(stage, address, count)` may answer otherwise: an SMTP line, `drop`
    or `hang`; stages are mail, rcpt and data, `count` is how often this stage was reached."""

    port: int = 0
    script: Script = lambda stage, address, count: None
    received: list[tuple[str, bytes]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    connections: int = 0

    @property
    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=email.policy.default) for _, raw in self.received]

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        envelope.mail_from = address
        return await self._answer("mail", address, server) or "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        answer = await self._answer("rcpt", address, server)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.received.append((envelope.rcpt_tos[0], envelope.original_content))
        return await self._answer("data", envelope.rcpt_tos[0], server) or "250 OK queued"

    async def _answer(self, stage: str, address: str, server: Any) -> str | None:
        self.counts[stage] = self.counts.get(stage, 0) + 1
        answer = self.script(stage, address, self.counts[stage])
        if answer == "drop":
            server.transport.abort()
            return "421 gone"
        if answer == "hang":
            await asyncio.sleep(30)
        return answer


@asynccontextmanager
async def relay_on_loopback() -> AsyncIterator[RelayOnLoopback]:
    relay, loop = RelayOnLoopback(), asyncio.get_running_loop()
    open_lines: list[Any] = []

    def answer_the_phone() -> Any:
        relay.connections += 1
        open_lines.append(aiosmtpd.smtp.SMTP(relay, hostname="relay.test", loop=loop))
        return open_lines[-1]

    server = await loop.create_server(answer_the_phone, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        for line in open_lines:
            if line._handler_coroutine is not None:
                line._handler_coroutine.cancel()
            if line.transport is not None:
                line.transport.abort()
        await asyncio.sleep(0)


@pytest.fixture
async def relay() -> AsyncIterator[RelayOnLoopback]:
    async with relay_on_loopback() as relay:
        yield relay


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        var_dir=tmp_path,
        rules_dir=TEMPLATES.parent,
        public_url="https://shop.example",
        shop_name="Halfhill",
        mail_from="半山小铺 <hello@shop.example>",
        secret_key=KEY,
    )


@dataclass
class Shop:
    """A database with three products, and letters to queue."""

    database: Database
    now: datetime
    queued: int = 0

    async def stock(self) -> None:
        async with self.database.session() as session:
            for number, (zh, en) in enumerate(
                (("云雾茶", "Mist Tea"), ("粗陶杯", "Clay Cup"), ("竹托盘", "Bamboo Tray"))
            ):
                names, descriptions = {"zh": zh, "en": en}, {"zh": f"好{zh}", "en": f"A good {en.lower()}"}
                session.add(
                    Product(sku=f"P-{number}", names=names, descriptions=descriptions, price_minor=8800, stock=5)
                )

    async def queue(self, *, address: str | None = "", name: str = "Mei", **columns: Any) -> int:
        """Queues a letter to a new customer; returns the number of the message."""
        self.queued += 1
        address = f"customer{self.queued}@example.org" if address == "" else address
        async with self.database.session() as session:
            identities = {"email": address} if address else {}
            customer = await add_customer(session, identities, now=self.now, name=name)  # type: ignore[arg-type]
            values = {
                "key": f"key {self.queued}",
                "customer_id": customer.id,
                "channel": "email",
                "purpose": "recommendations",
                "template": "recommendations",
                "language": "en",
                "context": {"products": ["P-0", "P-1"], "because": {"P-1": ["P-2"]}},
                "message_id": f"<{self.queued}@shop.example>",
                "queued_at": self.now,
            }
            message = Message(**values | columns)
            session.add(message)
            await session.flush()
            session.add(Delivery(message_id=message.id, channel=message.channel, due_at=self.now))
            return message.id

    async def message(self, number: int) -> Message:
        async with self.database.reading() as session:
            return (await session.scalars(select(Message).where(Message.id == number))).one()

    async def attempts(self, number: int) -> list[Delivery]:
        async with self.database.reading() as session:
            rows = select(Delivery).where(Delivery.message_id == number).order_by(Delivery.attempt)
            return list(await session.scalars(rows))

    async def until(self, number: int, **wanted: Any) -> None:
        """Waits until there is one attempt at this message, with these values."""
        async with asyncio.timeout(20):
            while [{name: getattr(one, name) for name in wanted} for one in await self.attempts(number)] != [wanted]:
                await asyncio.sleep(0.02)


@pytest.fixture
async def shop(database: Database, now: datetime) -> Shop:
    shop = Shop(database, now)
    await shop.stock()
    return shop


@dataclass
class MovableClock:
    """A clock that stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock(now: datetime) -> MovableClock:
    return MovableClock(now)


async def open_gate(session: AsyncSession, message: Message, now: datetime) -> Refusal | None:
    return None


@pytest.fixture
def composer(settings: Settings) -> Composer:
    return Composer(TemplateFolder(TEMPLATES), settings, key=KEY)


WorkerFactory = Callable[..., OutboxWorker]


@pytest.fixture
def make_worker(
    database: Database, relay: RelayOnLoopback, composer: Composer, clock: MovableClock, settings: Settings
) -> Iterator[WorkerFactory]:
    def make(*, name: str = "one", gate: Any = open_gate, pace: Pace | None = None, **sending: float) -> OutboxWorker:
        sender = EmailSender(Relay("127.0.0.1", relay.port, starttls=False), **sending)  # type: ignore[arg-type]
        preparer = Preparer(composer, gate, settings.mail_from)
        return OutboxWorker(database, preparer, {"email": sender}, clock, name, pace or Pace())

    return make  # type: ignore[return-value]
