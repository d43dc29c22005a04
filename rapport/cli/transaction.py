"""One command, one transaction on the database that is configured."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.cli.output import refuse
from rapport.settings import Settings
from rapport.store.database import Database

Result = TypeVar("Result")


def in_transaction(work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """What `work` gives; committed when it ends, undone when it refuses. Says what to do where tables are missing."""

    async def run() -> Result:
        database = Database(Settings().database_url)
        try:
            async with database.session() as session:
                return await work(session)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except (OperationalError, ProgrammingError) as error:
        reason = str(error.orig).splitlines()[0]
        refuse(f"The database does not answer as it should ({reason}). `rapport migrate` brings it up to date.")
