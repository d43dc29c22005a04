"""The whole system with a small demo shop, and a bot at the local Bot API server, started once for its journeys."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import select

from demo.bot_api import BotApi, Person, serving
from demo.catalogue import load_catalogue
from demo.history import Plan
from demo.simulator import simulate, write_files
from rapport.cli import assistant
from rapport.cli.demo_shop import demo_settings, free_port
from rapport.cli.programs import actions_program, web_program, worker_program
from rapport.cli.supervisor import supervised
from rapport.clock import utc_now
from rapport.settings import Settings
from rapport.store.conversations import Conversation
from rapport.store.database import Database
from rapport.store.telegram import TelegramChat

CUSTOMERS = 40
# The shop's own rule waits for two hours, and for a week after the first.
AT_ONCE = """
rule: follow-up-at-once
purpose: recommendations
when: {intent: recommend}
then:
  send: {channel: telegram, template: recommendations}
"""


@dataclass(frozen=True, slots=True)
class System:
    """Web, actions, worker and assistant, each a process of its own; `http` is a browser at the shop."""

    http: httpx.AsyncClient
    settings: Settings
    database: Database
    api: BotApi

    async def conversation_of(self, person: Person) -> Conversation:
        """As it stands now."""
        here = select(TelegramChat.conversation_id).where(TelegramChat.chat_id == person.id).scalar_subquery()
        async with self.database.reading() as session:
            return (await session.scalars(select(Conversation).where(Conversation.id == here))).one()


async def heard_next(person: Person, before: int) -> str:
    """What the bot said first after `before` messages."""
    return (await person.hears(before + 1))[before].text


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[System]:
    """The trained assistant and all that belongs to it, for as long as the block lasts."""
    await assistant.train_assistant(Settings().var_dir)
    async with serving(BotApi()) as api:
        settings = _settings(folder, api)
        database = Database(settings.database_url)
        await _open_shop(settings, database)
        model = assistant.archive(Settings().var_dir)
        others = (actions_program(settings), web_program(settings), worker_program(settings))
        async with (
            supervised(folder / "logs", say=print) as supervisor,
            httpx.AsyncClient(base_url=settings.public_url, timeout=30.0, trust_env=False) as http,
        ):
            programs = (assistant.assistant_program(settings, model=model), *others)
            await asyncio.gather(*map(supervisor.start, programs))
            yield System(http, settings, database, api)
        await database.close()


def _settings(folder: Path, api: BotApi) -> Settings:
    rules = folder / "rules"
    shutil.copytree("rules", rules)
    (rules / "recommendation-follow-up.yml").write_text(AT_ONCE)
    hour = utc_now().hour
    changes = {
        "port": free_port(), "chat_messages_per_minute": 0, "rules_dir": rules,
        # Whoever's own zone is not known is where it is noon: nobody is written to at night.
        "default_time_zone": f"Etc/GMT{hour - 12:+d}",
        "telegram_token": SecretStr(api.token), "telegram_api_url": api.url, "telegram_updates": "polling",
    }  # fmt: skip
    return demo_settings(Settings().model_copy(update=changes), var_dir=folder / "var")


async def _open_shop(settings: Settings, database: Database) -> None:
    settings.var_dir.mkdir(exist_ok=True)
    catalogue, now = load_catalogue(), utc_now()
    plan = Plan(seed=7, customers=CUSTOMERS, until=now.replace(microsecond=0))
    await simulate(database, catalogue, plan, now=now, console=Console(quiet=True))
    await asyncio.to_thread(write_files, catalogue, settings.var_dir)
