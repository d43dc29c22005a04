"""What Telegram brings while the database is away: it is told so, and brings it again."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from demo.bot_api import BotApi, Person
from rapport.store.conversations import ChatMessage
from rapport.store.database import Database
from tests.cable import Cable
from tests.web.conftest import Running

ON_POSTGRES = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
async def cable(database_url: str) -> AsyncIterator[Cable]:
    cable = Cable(database_url)
    await cable.mend()
    yield cable
    await cable.cut()


async def heard(database: Database) -> list[str]:
    async with database.reading() as session:
        mine = select(ChatMessage.text).where(ChatMessage.author == "customer").order_by(ChatMessage.id)
        return list(await session.scalars(mine))


def said(person: Person, text: str) -> bool:
    return any(shown.text == f"You said: {text}" for shown in person.heard)


@ON_POSTGRES
async def test_an_update_that_comes_while_the_database_is_away_is_taken_once_it_is_back(
    running: Running, bot_api: BotApi, cable: Cable, database: Database
) -> None:
    mei = bot_api.person("Mei")
    at = {"telegram_token": SecretStr(bot_api.token), "telegram_api_url": bot_api.url}
    async with running(**at, telegram_updates="webhook", database_url=cable.url):
        mei.write("before")
        await bot_api.until(lambda: said(mei, "before"))
        await cable.cut()
        mei.write("meanwhile")
        await bot_api.until(lambda: bot_api.deliveries[-1].status not in (0, 200))
        assert bot_api.deliveries[-1].status == 503
        await cable.mend()
        await bot_api.until(lambda: not bot_api.updates.pending)
        assert await heard(database) == ["before", "meanwhile"]
        # And nothing is stuck: what is said next is answered.
        mei.write("after")
        await bot_api.until(lambda: said(mei, "after"))
    assert await heard(database) == ["before", "meanwhile", "after"]
