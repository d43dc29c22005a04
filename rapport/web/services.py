"""What every route is given: opened once when the application starts, closed when it stops."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from rapport.clock import Clock
from rapport.settings import Settings
from rapport.store.database import Database
from rapport.store.signals import Signals


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    database: Database
    signals: Signals
    clock: Clock


def services(request: Request) -> Services:
    """The services of the application that serves this request."""
    found: Services = request.app.state.services
    return found
