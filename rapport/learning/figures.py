"""The supervisor's figures over a period, in total and by day or agent. docs/figures.md gives every formula.

The four rates are Intercom's ("Fin AI Agent report", intercom.com/help, article 7837533), made exact for our rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.learning.errors import UnusablePeriodError
from rapport.store.agents import agents_by_name
from rapport.store.figures import (
    FIRST_RESPONSE,
    HANDLING,
    WAITING,
    By,
    Conversations,
    Handoffs,
    Period,
    Spread,
    conversation_figures,
    handoff_figures,
    spreads,
)

# Who has said nothing for a day is not coming back to say that it did not help.
SILENT = timedelta(hours=24)
LONGEST = 366
YEARS = frozenset(range(2000, 2200))
TOTAL = "total"
Split = Literal["day", "agent"]
Counted = TypeVar("Counted", Conversations, Handoffs)


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of one; None where there is nothing to take a share of."""

    involvement: float | None
    answer: float | None
    deflection: float | None
    resolution: float | None


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """How many rated, their mean stars (1 to 5), and the share of 4 and 5 stars."""

    count: int
    mean: float | None
    content: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted of a period, a day or an agent. Of an agent there are no rates: they are the assistant's."""

    name: str
    conversations: int | None
    rates: Rates | None
    handoffs: Handoffs
    satisfaction: Satisfaction
    waiting: Spread
    first_response: Spread
    handling: Spread


@dataclass(frozen=True, slots=True)
class Report:
    """`first` to `last`, both of them days of `time_zone`; `names` are those agents are shown by."""

    first: date
    last: date
    time_zone: str
    by: Split
    total: Figures
    rows: tuple[Figures, ...]
    names: Mapping[str, str]


async def figures(
    session: AsyncSession, first: date, last: date, *, by: Split, time_zone: str, now: datetime
) -> Report:
    """The figures of these days, both included. Raises UnusablePeriodError."""
    if first > last or (last - first).days >= LONGEST or not {first.year, last.year} <= YEARS:
        raise UnusablePeriodError
    zone = ZoneInfo(time_zone)
    days = [_day(first + timedelta(days=number), zone) for number in range((last - first).days + 1)]
    whole = [Period(TOTAL, days[0].begins, days[-1].ends)]
    # Numbers of days add up; medians do not.
    periods = days if by == "day" else whole
    counted = await conversation_figures(session, periods, silent_before=now - SILENT)
    handed = await handoff_figures(session, periods, by="period")
    everything = {TOTAL: _sum(Handoffs, handed.values())}
    spans = await _spans(session, whole, "period")
    total = _row(TOTAL, everything, spans, conversations=_sum(Conversations, counted.values()))
    rows = await (_of_days(session, days, counted, handed) if by == "day" else _of_agents(session, whole))
    names = {agent.name: agent.shown_name for agent in await agents_by_name(session)}
    return Report(first, last, time_zone, by, total, tuple(rows), names)


def rates(counted: Conversations) -> Rates:
    """Involvement: of all conversations begun by a customer, those in which the assistant said something. Of those,
    answer: at least one thing was understood and answered; deflection: no person was asked for or came; resolution:
    answered, no person, the last message was not lost, no one or two stars, and the conversation is over."""
    involved = counted.involved
    return Rates(
        _share(involved, counted.all),
        _share(counted.answered, involved),
        _share(counted.deflected, involved),
        _share(counted.resolved, involved),
    )


async def _of_days(
    session: AsyncSession,
    days: Sequence[Period],
    counted: Mapping[str, Conversations],
    handed: Mapping[str, Handoffs],
) -> list[Figures]:
    spans = await _spans(session, days, "period")
    return [_row(day.name, handed, spans, conversations=counted.get(day.name, Conversations())) for day in days]


async def _of_agents(session: AsyncSession, periods: Sequence[Period]) -> list[Figures]:
    handed, spans = await handoff_figures(session, periods, by="agent"), await _spans(session, periods, "agent")
    return [_row(name, handed, spans, conversations=None) for name in sorted(handed)]


async def _spans(session: AsyncSession, periods: Sequence[Period], by: By) -> list[dict[str, Spread]]:
    """Waiting, first response, handling: each by name."""
    return [await spreads(session, periods, span, by=by) for span in (WAITING, FIRST_RESPONSE, HANDLING)]


def _sum(kind: type[Counted], rows: Iterable[Counted]) -> Counted:
    each = [astuple(row) for row in rows]
    return kind(*map(sum, zip(*each, strict=True))) if each else kind()


def _row(
    name: str,
    handed: Mapping[str, Handoffs],
    spans: Sequence[Mapping[str, Spread]],
    *,
    conversations: Conversations | None,
) -> Figures:
    handoffs = handed.get(name, Handoffs())
    rated = handoffs if conversations is None else conversations
    return Figures(
        name,
        conversations.all if conversations else None,
        rates(conversations) if conversations else None,
        handoffs,
        Satisfaction(rated.rated, _share(rated.stars, rated.rated), _share(rated.content, rated.rated)),
        *(span.get(name, Spread()) for span in spans),
    )


def _day(day: date, zone: ZoneInfo) -> Period:
    begins, ends = (datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + timedelta(days=1)))
    return Period(day.isoformat(), begins, ends)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def flat(row: Figures) -> Iterator[tuple[str, Any]]:
    """The row's figures as columns of a table: nested names joined by a dot."""
    for name, value in asdict(row).items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", figure) for inner, figure in value.items())
        elif value is None and name == "rates":
            yield from ((f"{name}.{inner}", None) for inner in Rates.__dataclass_fields__)
        else:
            yield name, value
