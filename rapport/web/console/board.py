"""The supervisor's board: what is going on now, kept fresh, and the figures of a period."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.learning.errors import UnusablePeriodError
from rapport.learning.figures import Rates, Report, Split
from rapport.store.board import open_with_people
from rapport.web.api.figures import report_of, standing
from rapport.web.chat.desk import AtDesk, Desk
from rapport.web.console.chart import HEIGHT, WIDTH, bars
from rapport.web.console.page import Console, Looking
from rapport.web.console.supervision_words import share, span, supervision_words

router = APIRouter(include_in_schema=False)
HERE = "/console/board"
LISTED = 50
Day = Annotated[str, Query(max_length=10)]


@router.get(HERE, response_class=HTMLResponse)
async def board(
    here: Looking, desk: AtDesk, first: Annotated[str, Query(alias="from", max_length=10)] = "", to: Day = "",
    by: Split = "day",
) -> HTMLResponse:  # fmt: skip
    here.needs("figures.read")
    async with here.given.database.reading() as session:
        report, wrong = await _report(session, here, first, to, by=by)
        values = _figures(here, report) | await _now(session, here, desk)
    return here.show("console/board.html", here=HERE, wrong=wrong, **values)


@router.get("/console/board/now", response_class=HTMLResponse)
async def board_now(here: Looking, desk: AtDesk) -> HTMLResponse:
    here.needs("figures.read")
    async with here.given.database.reading() as session:
        values = await _now(session, here, desk)
    return here.show("console/board_now.html", here=HERE, **values)


async def _report(session: AsyncSession, here: Console, first: str, to: str, *, by: Split) -> tuple[Report, bool]:
    """The period asked for; where that is none, the usual one, and True."""
    try:
        days = [date.fromisoformat(day) if day else None for day in (first, to)]
        return await report_of(session, here.given, *days, by=by), False
    except (ValueError, UnusablePeriodError):
        return await report_of(session, here.given, None, None, by=by), True


async def _now(session: AsyncSession, here: Console, desk: Desk) -> dict[str, Any]:
    now, say = here.given.clock(), supervision_words(here.staff.language)
    told = await standing(session, now=now, silent=desk.terms.silent)
    threads = await open_with_people(session, limit=LISTED)
    waited = {one.id: span((now - one.since).total_seconds(), say) for one in threads if one.since}
    names = {agent["name"]: agent["shown_name"] for agent in told["agents"]}
    return {"say": say, "now": told, "threads": threads, "waited": waited, "names": names, "span": span}


def _figures(here: Console, report: Report) -> dict[str, Any]:
    counted = [(row.name, row.conversations or 0, _self_served(row.rates, row.conversations)) for row in report.rows]
    drawn = bars(counted) if report.by == "day" and len(counted) > 1 else []
    size = {"width": WIDTH, "height": HEIGHT}
    return {"report": report, "bars": drawn, "size": size, "share": share, "agents": report.names}


def _self_served(rates: Rates | None, conversations: int | None) -> int:
    """How many conversations the assistant had alone."""
    if rates is None or not conversations or rates.deflection is None or rates.involvement is None:
        return 0
    return round(rates.deflection * rates.involvement * conversations)
