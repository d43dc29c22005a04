"""`desk.yml`: when people answer, and what skill a reason needs, as the shop has written it."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rapport.chat.hours import Hours
from rapport.chat.terms import Terms
from rapport.marketing.errors import RuleError, choices
from rapport.marketing.marked_yaml import Document, read
from rapport.settings import Settings

NAME = "desk.yml"
Stamp = tuple[int, int, int]
log = logging.getLogger(__name__)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)")


class TermsInForce:
    """The last good version of the file, looked at whenever it is asked for; no mistake in it keeps anybody away.

    A broken edit is logged once, with file and line, and nothing of it is taken. One that is broken from the start
    leaves people answering at any hour.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stamp: Stamp | None = None
        self._terms = _terms(settings, Hours(), {})
        self._kept = "people are taken to answer at any hour until it is mended"
        self._look(self._now())

    def __call__(self) -> Terms:
        stamp = self._now()
        if stamp != self._stamp:
            self._look(stamp)
        return self._terms

    def _now(self) -> Stamp | None:
        try:
            found = (self._settings.rules_dir / NAME).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _look(self, stamp: Stamp | None) -> None:
        self._stamp = stamp
        try:
            self._terms = read_terms(self._settings)
            self._kept = "what stood there before stays in force"
        except (OSError, RuleError) as error:
            log.error("%s; %s", error, self._kept)


def read_terms(settings: Settings) -> Terms:
    """What holds: times from the settings, the rest from `desk.yml` where there is one. Raises RuleError."""
    path = settings.rules_dir / NAME
    hours, skills = read_desk(path) if path.is_file() else (Hours(), {})
    return _terms(settings, hours, skills)


def _terms(settings: Settings, hours: Hours, skills: Mapping[str, str]) -> Terms:
    return Terms(
        first_response=timedelta(seconds=settings.first_response_seconds),
        next_response=timedelta(seconds=settings.next_response_seconds),
        accept=timedelta(seconds=settings.accept_seconds),
        silent=timedelta(seconds=settings.agent_silent_seconds),
        gone=timedelta(seconds=settings.agent_gone_seconds),
        hours=hours,
        skills=skills,
    )


def read_desk(path: Path) -> tuple[Hours, Mapping[str, str]]:
    """The hours and the skills in a file. Raises RuleError with file and line."""
    documents = read(path.read_bytes(), path.name)
    if not documents:
        return Hours(), {}
    document = documents[0]
    data = _mapping(document, document.data, "the file", ("hours", "skills"))
    hours = _mapping(document, data.get("hours") or {}, "hours", ("time_zone", "zone", "week", "closed"))
    skills = data.get("skills") or {}
    if not isinstance(skills, Mapping):
        raise document.error(("skills",), "skills takes a mapping of reasons to skills")
    return _hours(document, hours), {str(reason): str(skill) for reason, skill in skills.items()}


def _hours(document: Document, data: Mapping[str, Any]) -> Hours:
    zone = str(data.get("time_zone") or "UTC")
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError) as error:
        raise document.error(("hours", "time_zone"), f'"{zone}" is no time zone, like Asia/Shanghai') from error
    names = data.get("zone") or {}
    week = _week(document, data["week"]) if "week" in data else Hours().week
    return Hours(week, zone, dict(names) if isinstance(names, Mapping) else {}, _closed(document, data.get("closed")))


def _week(document: Document, data: Any) -> tuple[tuple[tuple[time, time], ...], ...]:
    if not isinstance(data, Mapping):
        raise document.error(("hours", "week"), "week takes a mapping of days, as `mon-fri`, to spans of time")
    days: dict[str, tuple[tuple[time, time], ...]] = {}
    for key, spans in data.items():
        first, _, last = str(key).partition("-")
        if first not in DAYS or (last and last not in DAYS):
            raise document.error(("hours", "week", key), f'"{key}" is no day; {choices(first, DAYS)}')
        found = tuple(_span(document, key, span) for span in (spans if isinstance(spans, list) else [spans]))
        for day in DAYS[DAYS.index(first) : DAYS.index(last or first) + 1]:
            days[day] = found
    return tuple(days.get(day, ()) for day in DAYS)


def _span(document: Document, key: Any, span: Any) -> tuple[time, time]:
    found = SPAN.fullmatch(str(span))
    if found is None:
        raise document.error(("hours", "week", key), f'"{span}" is no span of time; write it like "09:00-21:00"')
    hour, minute, to_hour, to_minute = map(int, found.groups())
    return time(hour, minute), time(to_hour, to_minute)


def _closed(document: Document, data: Any) -> frozenset[date]:
    try:
        return frozenset(date.fromisoformat(str(day)) for day in data or ())
    except (TypeError, ValueError) as error:
        raise document.error(("hours", "closed"), "closed takes a list of days like 2026-10-01") from error


def _mapping(document: Document, part: Any, place: str, known: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(part, Mapping):
        raise document.error((), f"{place} takes a mapping of {', '.join(known)}")
    for key in part:
        if key not in known:
            raise document.error((key,), f'"{key}" has no meaning in {place}; {choices(key, known)}')
    return part
