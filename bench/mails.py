"""Mails per second of the outbox worker, beside a bare aiosmtplib loop that sends one finished mail over and over."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from datetime import time as hour
from importlib.metadata import version
from pathlib import Path

from aiosmtplib import SMTP
from sqlalchemy import func, insert, select

from bench.row import Row
from rapport.marketing.contact_policy import ContactPolicy
from rapport.marketing.profiles import Home
from rapport.messaging.compose import Composer
from rapport.messaging.gate import contact_gate
from rapport.messaging.mime import Letter, make_mail
from rapport.messaging.prepare import Preparer
from rapport.messaging.senders.email import EmailSender, Relay
from rapport.messaging.templates import TemplateFolder
from rapport.messaging.worker import OutboxWorker, Pace
from rapport.settings import Settings
from rapport.store.consents import Consent
from rapport.store.customers import Customer, Identity
from rapport.store.database import Database
from rapport.store.messages import Delivery, Message
from rapport.store.products import Product
from rapport.store.schema import migrate

MAILS, CONNECTIONS = 1000, 20
TEMPLATES = Path(__file__).parents[1] / "rules" / "templates"
NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
WORK = (
    f"{MAILS} mails over {CONNECTIONS} connections to the same sink on loopback. Ours: claimed, asked again about "
    "consent, cap and suppression, composed for each customer with prices of the moment and tracked links, and every "
    "step recorded in SQLite (WAL, synchronous=FULL). The peer: the same finished mail, nothing recorded."
)


def run(settings: Settings) -> Iterator[Row]:
    """One row."""
    with sink() as port, tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        ours = asyncio.run(_ours(port, Path(folder) / "mails.db"))
        peer = asyncio.run(_peer(port))
    versions = f"aiosmtplib {version('aiosmtplib')}, SQLAlchemy {version('sqlalchemy')}"
    yield Row("mails", "mails/s", ours, peer, "bare aiosmtplib loop", versions, WORK)


@contextmanager
def sink() -> Iterator[int]:
    """The sink in a process of its own, and the port it listens at."""
    command = [sys.executable, "-m", "bench.mail_sink"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None  # noqa: S101  asked for above
        assert process.stdout is not None  # noqa: S101  the same
        yield int(process.stdout.readline())
        process.stdin.close()


async def _ours(port: int, path: Path) -> float:
    database = Database(f"sqlite+aiosqlite:///{path}")
    await migrate(database)
    await _fill(database)
    settings = Settings(public_url="https://shop.example", var_dir=path.parent)
    policy = ContactPolicy(quiet_from=hour(0), quiet_to=hour(0), caps={"email": 3})
    preparer = Preparer(
        Composer(TemplateFolder(TEMPLATES), settings, key="key"),
        contact_gate(lambda: policy, Home()),
        "Shop <hello@shop.example>",
    )
    senders = {"email": EmailSender(Relay("127.0.0.1", port, starttls=False))}
    worker = OutboxWorker(database, preparer, senders, lambda: NOW, "bench", Pace(in_flight=CONNECTIONS))
    start = time.perf_counter()
    while await worker.run_once():
        continue
    seconds = time.perf_counter() - start
    async with database.reading() as session:
        sent = await session.scalar(select(func.count()).where(Message.state == "sent"))
    assert sent == MAILS, f"{sent} of {MAILS} mails were sent"  # noqa: S101  a figure for less work would lie
    await worker.close()
    await database.close()
    return MAILS / seconds


async def _fill(database: Database) -> None:
    numbers = range(1, MAILS + 1)
    names = [{"zh": name, "en": name} for name in ("Mist Tea", "Clay Cup", "Bamboo Tray")]
    rows = {
        Product: [{"sku": f"P-{n}", "names": name, "price_minor": 8800, "stock": 9} for n, name in enumerate(names)],
        Customer: [{"id": n, "name": f"Mei {n}", "registered_at": NOW} for n in numbers],
        Identity: [
            {"customer_id": n, "kind": "email", "value": f"{n}@example.org", "added_at": NOW} for n in numbers
        ],
        Consent: [_consent(n) for n in numbers],
        Message: [_message(n) for n in numbers],
        Delivery: [{"message_id": n, "channel": "email", "due_at": NOW} for n in numbers],
    }
    async with database.session() as session:
        for table, values in rows.items():
            await session.execute(insert(table), values)


def _identity(number: int) -> dict[str, object]:
    return {"customer_id": number, "kind": "email", "value": f"{number}@example.org", "added_at": NOW}


def _consent(number: int) -> dict[str, object]:
    who = {"customer_id": number, "channel": "email", "purpose": "recommendations"}
    return who | {"granted": True, "at": NOW, "source": "bench"}


def _message(number: int) -> dict[str, object]:
    return {
        "id": number,
        "key": str(number),
        "customer_id": number,
        "channel": "email",
        "purpose": "recommendations",
        "template": "recommendations",
        "language": "en",
        "context": {"products": ["P-0", "P-1", "P-2"]},
        "message_id": f"<{number}@shop.example>",
        "queued_at": NOW,
    }


async def _peer(port: int) -> float:
    letter = Letter("Hello", "text " * 200, "<p>html</p>" * 2000, "en", {})
    mail = make_mail(letter, sender="a@shop.example", recipient="b@example.org", message_id="<1@x>", date=NOW)
    left = iter(range(MAILS))

    async def one_line() -> None:
        async with SMTP(hostname="127.0.0.1", port=port, start_tls=False, local_hostname="localhost") as client:
            for _ in left:
                await client.sendmail(mail.sender, [mail.recipient], mail.content)

    start = time.perf_counter()
    await asyncio.gather(*(one_line() for _ in range(CONNECTIONS)))
    return MAILS / (time.perf_counter() - start)


if __name__ == "__main__":
    for row in run(Settings()):
        print(f"{row.name}: {row.ours:,.0f} beside {row.peer:,.0f} {row.unit}, ratio {row.ratio:.2f}\n{row.work}")
