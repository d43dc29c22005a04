"""The audit is added to and read; nobody changes it, on either database."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rapport.store.audit import add_audit_entry, audit_before
from rapport.store.database import Database


async def note(database: Database, now: datetime, *actions: tuple[str, str, str]) -> None:
    async with database.session() as session:
        for who, action, object_ in actions:
            await add_audit_entry(session, action, who=who, at=now, object=object_)


@pytest.mark.parametrize("change", ["UPDATE audit_entries SET who = 'x'", "DELETE FROM audit_entries"])
async def test_an_entry_is_neither_changed_nor_deleted(database: Database, now: datetime, change: str) -> None:
    await note(database, now, ("mei", "logged_in", "agent:mei"))
    with pytest.raises(DBAPIError, match="never changed or deleted"):
        async with database.session() as session:
            await session.execute(text(change))
    async with database.reading() as session:
        assert [entry.who for entry in await audit_before(session, None, limit=10)] == ["mei"]


async def test_it_is_read_newest_first_and_filtered(database: Database, now: datetime) -> None:
    await note(
        database, now, ("mei", "logged_in", "agent:mei"), ("ana", "logged_in", "agent:ana"),
        ("mei", "took_over", "conversation:1"), ("mei", "took_over", "conversation:1_"),
    )  # fmt: skip

    async def found(before: int | None = None, limit: int = 10, **only: str) -> list[tuple[str, str]]:
        async with database.reading() as session:
            entries = await audit_before(session, before, limit=limit, **only)
        return [(entry.who, entry.object) for entry in entries]

    assert await found() == [
        ("mei", "conversation:1_"), ("mei", "conversation:1"), ("ana", "agent:ana"), ("mei", "agent:mei"),
    ]  # fmt: skip
    assert await found(limit=1, before=3) == [("ana", "agent:ana")]
    assert await found(who="ana") == [("ana", "agent:ana")]
    assert await found(action="took_over", of="conversation:1_") == [("mei", "conversation:1_")]
    assert await found(of="agent:") == [("ana", "agent:ana"), ("mei", "agent:mei")]
