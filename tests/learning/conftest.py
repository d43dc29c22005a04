"""A small shop with a past, once for all tests: filled by the demo's simulator."""

from __future__ import annotations

import asyncio
import io
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from demo.catalogue import load_catalogue
from demo.history import Plan
from demo.simulator import simulate
from rapport.store.database import Database

UNTIL = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def shop_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.db"

    async def fill() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        plan = Plan(seed=7, customers=600, until=UNTIL)
        await simulate(database, load_catalogue(), plan, now=UNTIL, console=Console(file=io.StringIO()))
        await database.close()

    asyncio.run(fill())
    return path


@pytest.fixture
async def shop(shop_file: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """A copy of the shop: a test may do with it what it likes."""
    path = tmp_path / "shop.db"
    shutil.copy(shop_file, path)
    database = Database(f"sqlite+aiosqlite:///{path}")
    yield database
    await database.close()
