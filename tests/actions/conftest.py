"""A small shop, and the action server in front of it, asked over real HTTP as Rasa asks."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from actions.server import serving
from rapport.settings import Settings
from rapport.store.database import Database
from tests.actions.rasa_calls import Rasa
from tests.actions.small_shop import Shop, open_shop


@pytest.fixture
async def shop(database: Database, now: datetime) -> Shop:
    return await open_shop(database, now)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    rules = tmp_path / "rules"
    rules.mkdir()
    shutil.copy("rules/policies.yml", rules)
    return Settings(
        database_url=database_url, var_dir=tmp_path / "var", rules_dir=rules, secret_key=SecretStr("k" * 40)
    )


@pytest.fixture
async def rasa(shop: Shop, settings: Settings, free_port: int, now: datetime) -> AsyncIterator[Rasa]:
    async with actions(settings, free_port, now) as http:
        yield Rasa(http)


@contextlib.asynccontextmanager
async def actions(settings: Settings, port: int, now: datetime) -> AsyncIterator[httpx.AsyncClient]:
    """The real action server, and a client for it."""
    async with (
        serving(settings, port=port, clock=lambda: now),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http,
    ):
        yield http
