"""An import that is killed leaves whole orders behind, and the next one ends where one in peace would have."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from rapport.intake.mapping import shipped
from rapport.store.customers import Identity
from rapport.store.database import Database
from rapport.store.events import Event
from rapport.store.orders import Order, OrderLine, Refund
from rapport.store.products import Product

ORDERS, LINES = 1500, 4
# Says when a chunk has been committed, and then waits to be killed.
PROGRAM = """
import asyncio, sys, time
from datetime import UTC, datetime
from pathlib import Path
from rapport.intake.files import Import, import_file
from rapport.intake.staging import staging
from rapport.store.database import Database

def tell(what, done, total):
    if what == "writing" and sys.argv[4] == "stop":
        print(done, flush=True)
        time.sleep(60)

async def main():
    database = Database(sys.argv[1])
    with staging() as kept:
        what = Import("orders", Path(sys.argv[2]), Path(sys.argv[3]), False, "GBP")
        await import_file(database, what, kept, now=datetime(2026, 3, 1, tzinfo=UTC), tell=tell)
    await database.close()

asyncio.run(main())
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = ["number,placed_at,sku,quantity,unit_price,customer"]
    # The rows of an order lie as far apart as they can.
    for line in range(LINES):
        rest = f"{line + 1},2.50"
        rows += [f"N{n:05},2026-01-0{line + 1},S{(n + line) % 50},{rest},{n % 300}" for n in range(ORDERS)]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def start(database: Database, file: Path, how: str) -> subprocess.Popen[str]:
    url = database.url.render_as_string(hide_password=False)
    arguments = (url, str(file), str(shipped("orders")), how)
    command = (sys.executable, "-c", PROGRAM, *arguments)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


async def count(database: Database, noun: type[Any]) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(noun)) or 0


async def test_a_killed_import_leaves_whole_orders_and_can_go_on(database: Database, file: Path) -> None:
    process = start(database, file, "stop")
    assert process.stdout is not None
    assert int(process.stdout.readline()) > 0
    process.send_signal(signal.SIGKILL)
    process.communicate()
    orders = await count(database, Order)
    assert 0 < orders < ORDERS
    assert await count(database, OrderLine) == orders * LINES
    assert await count(database, Event) == orders
    process = start(database, file, "on")
    process.communicate()
    assert process.returncode == 0
    counts = [await count(database, noun) for noun in (Order, OrderLine, Event, Product, Identity, Refund)]
    assert counts == [ORDERS, ORDERS * LINES, ORDERS, 50, 300, 0]
