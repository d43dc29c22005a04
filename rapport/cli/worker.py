"""The worker: the outbox, and the clock that brings journeys to their next step."""

from __future__ import annotations

import asyncio
import logging
import signal

from rapport.clock import Clock, clock_ahead
from rapport.marketing.automation import Automation
from rapport.marketing.journeys import advance_due
from rapport.marketing.rulebook import RuleFolder
from rapport.marketing.scoring import Scorer
from rapport.messaging.worker import OutboxWorker
from rapport.settings import Settings
from rapport.store.database import Database

TICK_SECONDS = 1.0
log = logging.getLogger(__name__)
