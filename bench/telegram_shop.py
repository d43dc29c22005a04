"""A shop with a bot at the local Bot API server, an echo in the assistant's place, and a push that is queued."""

from __future__ import annotations

import json
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from pydantic import SecretStr
from sqlalchemy import insert

from demo.bot_api import BotApi, Person
from rapport.cli.assistant import ROOT
from rapport.cli.demo_shop import free_port
from rapport.settings import Settings
from rapport.store.base import Base
from rapport.store.consents import Consent
from rapport.store.conversations import Conversation
from rapport.store.customers import Customer, Identity
from rapport.store.database import Database
from rapport.store.messages import Delivery, Message
from rapport.store.products import Product
from rapport.store.schema import migrate
from rapport.store.telegram import TelegramChat

BATCH = 500


@asynccontextmanager
async def shop_with_bot(api: BotApi) -> AsyncIterator[Settings]:
    """Settings of an empty shop in a folder of its own; its assistant says "You said: …" at once."""
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as name:
        folder = Path(name)
        async with _echo() as url:
            settings = Settings(
                database_url=f"sqlite+aiosqlite:///{folder}/shop.db", var_dir=folder, rules_dir=_rules(folder),
                port=(port := free_port()), public_url=f"http://127.0.0.1:{port}", assistant_url=url,
                telegram_token=SecretStr(api.token), telegram_api_url=api.url, telegram_updates="polling",
                chat_messages_per_minute=0, default_language="en", log_level="warning",
            )  # fmt: skip
            database = Database(settings.database_url)
            await migrate(database)
            await database.close()
            yield settings


def _rules(folder: Path) -> Path:
    """The shop's rules without quiet hours: a benchmark may run at night."""
    there = Path(shutil.copytree(ROOT / "rules", folder / "rules"))
    policy = there / "contact-policy.yml"
    kept = yaml.safe_load(policy.read_text(encoding="utf-8"))
    kept["quiet_hours"] = {"from": "00:00", "to": "00:00"}
    policy.write_text(yaml.safe_dump(kept), encoding="utf-8")
    return there


@asynccontextmanager
async def _echo() -> AsyncIterator[str]:
    async def answer(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        asked = json.loads(body or b"{}")
        said = [{"recipient_id": asked.get("sender"), "text": f"You said: {asked.get('message')}"}]
        content = json.dumps(said).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        answer, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listener])
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        await server.shutdown(sockets=[listener])


async def queue_push(settings: Settings, people: list[Person]) -> None:
    """One message by Telegram to each, due now: a template with three products and their tracked links."""
    now, names = datetime.now(UTC), ("Mist Tea", "Clay Cup", "Bamboo Tray")
    products = [
        {"sku": f"P-{n}", "names": {"zh": name, "en": name}, "price_minor": 8800, "stock": 9}
        for n, name in enumerate(names)
    ]
    database = Database(settings.database_url)
    async with database.session() as session:
        await session.execute(insert(Product), products)
    for start in range(0, len(people), BATCH):
        async with database.session() as session:
            for table, values in _rows(people[start : start + BATCH], start + 1, now):
                await session.execute(insert(table), values)
    await database.close()


def _rows(people: list[Person], first: int, now: datetime) -> Iterator[tuple[type[Base], list[dict[str, Any]]]]:
    known = list(enumerate(people, first))
    said = {"channel": "telegram", "purpose": "recommendations"}
    yield Customer, [{"id": n, "name": f"Mei {n}", "registered_at": now} for n, _ in known]
    yield (
        Identity,
        [{"customer_id": n, "kind": "telegram", "value": str(one.id), "added_at": now} for n, one in known],
    )
    yield Consent, [{"customer_id": n, **said, "granted": True, "at": now, "source": "bench"} for n, _ in known]
    # They came long ago, and what was said then is told.
    yield Conversation, [
        {"id": f"{n:032x}", "customer_id": n, "channel": "telegram", "language": "en",
         "opened_at": now - timedelta(days=9)}
        for n, _ in known
    ]  # fmt: skip
    yield (
        TelegramChat,
        [{"chat_id": one.id, "conversation_id": f"{n:032x}", "language": "en", "opened_at": now} for n, one in known],
    )
    yield Message, [
        {"id": n, "key": str(n), "customer_id": n, **said, "template": "recommendations", "language": "en",
         "context": {"products": ["P-0", "P-1", "P-2"]}, "message_id": f"<{n}@shop.example>", "queued_at": now}
        for n, _ in known
    ]  # fmt: skip
    yield Delivery, [{"message_id": n, "channel": "telegram", "due_at": now} for n, _ in known]
