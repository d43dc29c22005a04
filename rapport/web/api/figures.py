"""The supervisor's figures as JSON and CSV."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.learning.figures import Figures, Report, Split, figures, flat
from rapport.store.board import agents_at_work, longest_waiting_since, open_by_responder
from rapport.web.chat.desk import AtDesk
from rapport.web.chat.routes import Given
from rapport.web.csv_export import as_csv
from rapport.web.services import Services
from rapport.web.staff.caller import Staff, needs

router = APIRouter(prefix="/api", tags=["figures"])
Reader = Annotated[Staff, Depends(needs("figures.read"))]
From = Annotated[date | None, Query(alias="from", description="the first day, as 2026-03-01; six days before `to`")]
To = Annotated[date | None, Query(description="the last day; today")]
# A customer who has said nothing for so long has gone.
LIVE = timedelta(minutes=30)


@router.get("/figures", summary="Rates, satisfaction, waiting and handling times; and what is going on now")
async def read_figures(
    given: Given, desk: AtDesk, by_whom: Reader, first: From = None, to: To = None, by: Split = "day"
) -> dict[str, Any]:
    async with given.database.reading() as session:
        report = await report_of(session, given, first, to, by=by)
        now = await standing(session, now=given.clock(), silent=desk.terms.silent)
    return {
        "from": report.first.isoformat(),
        "to": report.last.isoformat(),
        "time_zone": report.time_zone,
        "total": _told(report.total),
        f"by_{report.by}": [_told(row) for row in report.rows],
        "now": now,
    }


@router.get("/figures.csv", summary="The same rows as CSV")
async def export_figures(
    given: Given, by_whom: Reader, first: From = None, to: To = None, by: Split = "day"
) -> Response:
    async with given.database.reading() as session:
        report = await report_of(session, given, first, to, by=by)
    rows = [dict(flat(row)) for row in (report.total, *report.rows)]
    name = f"figures-{report.first}-{report.last}-by-{by}"
    return as_csv(list(rows[0]), [list(row.values()) for row in rows], name=name)


async def report_of(
    session: AsyncSession, given: Services, first: date | None, last: date | None, *, by: Split
) -> Report:
    """The figures of a period of days in the shop's time zone; the last seven where none is named."""
    now, time_zone = given.clock(), given.settings.default_time_zone
    last = last or now.astimezone(ZoneInfo(time_zone)).date()
    first = first or date.fromordinal(max(1, last.toordinal() - 6))
    return await figures(session, first, last, by=by, time_zone=time_zone, now=now)


async def standing(session: AsyncSession, *, now: datetime, silent: timedelta) -> dict[str, Any]:
    """The live board: open conversations by who responds, how long the longest waits, and who is there."""
    since = await longest_waiting_since(session)
    return {
        "open": await open_by_responder(session, silent_before=now - LIVE),
        "longest_wait_seconds": max(0, round((now - since).total_seconds())) if since else None,
        "agents": [asdict(agent) for agent in await agents_at_work(session, heard_since=now - silent)],
    }


def _told(row: Figures) -> dict[str, Any]:
    return asdict(row)
