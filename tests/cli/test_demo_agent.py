"""The demo's admin is made once, with a password that is shown once."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from rapport.cli.demo_agent import how_to_log_in, new_demo_agent
from rapport.settings import Settings
from rapport.store.agents import agent_called
from rapport.store.audit import AuditEntry
from rapport.store.database import Database
from rapport.web.staff.passwords import Passwords, fault_of


async def test_the_demo_s_admin_is_made_once(database: Database, now: datetime, tmp_path: Path) -> None:
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(_env_file=None, database_url=url, var_dir=tmp_path)
    password = await new_demo_agent(settings, now=now)
    assert password is not None
    assert fault_of(password, name="demo") is None
    assert await new_demo_agent(settings, now=now) is None
    async with database.reading() as session:
        agent = await agent_called(session, "demo")
        audited = [(entry.action, entry.object) for entry in await session.scalars(select(AuditEntry))]
    assert agent is not None
    assert agent.role == "admin"
    assert await Passwords().is_right(password, agent.password_hash)
    assert audited == [("agent_added", "agent:demo")]


def test_what_is_said_is_the_password_or_how_to_get_another(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, database_url=f"sqlite+aiosqlite:///{os.fspath(tmp_path)}/a b.db")
    assert "password s3cret " in how_to_log_in(settings, "s3cret")
    said = how_to_log_in(settings, None)
    assert f"RAPPORT_DATABASE_URL='{settings.database_url}'" in said
    assert said.endswith("rapport agents reset demo")
