"""Conversations survive a restart, and the thousandth message costs what the tenth did."""

from __future__ import annotations

import functools
import json
import os
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

from nlu.action_calls import prepare_calls
from nlu.graph_runs import prepare_runs
from nlu.window import window

# NORMAL: a power cut may lose the last turns, never the file; every message is in the product's own database.
_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS trackers (sender_id TEXT PRIMARY KEY, saved_at REAL NOT NULL, events TEXT NOT NULL);
"""


class BoundedTrackerStore(TrackerStore):
    """One SQLite row a conversation, holding its window; `max_event_history` is the most events kept between turns.

    Erasing a person is deleting the rows of their conversations from `trackers` in `assistant.db`.
    """

    def __init__(
        self,
        domain: Domain | None,
        event_broker: EventBroker | None = None,
        host: str | None = None,
        max_event_history: int = 24,
        db: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._length = max_event_history
        # One connection, used from Rasa's event loop alone: a turn's read and write take some 0.1 ms each.
        self._connection = sqlite3.connect(db or _default_path(), isolation_level=None)
        self._connection.executescript(_SCHEMA)
        # The one place of ours that a serving Rasa passes and a training one does not.
        prepare_calls()
        prepare_runs()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Replaces the conversation's row."""
        await self.stream_events(tracker)
        events = json.dumps([event.as_dict() for event in window(tracker, self._length)], ensure_ascii=False)
        self._connection.execute("REPLACE INTO trackers VALUES (?, ?, ?)", (tracker.sender_id, time.time(), events))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation as it was saved, None if there is none."""
        query = self._connection.execute("SELECT events FROM trackers WHERE sender_id = ?", (sender_id,))
        row = query.fetchone()
        return DialogueStateTracker.from_events(sender_id, _events(row[0]), self.domain.slots) if row else None

    async def keys(self) -> Iterable[str]:
        """Every conversation's sender id."""
        return [sender_id for (sender_id,) in self._connection.execute("SELECT sender_id FROM trackers")]


def _events(saved: str) -> list[Event]:
    """Rasa's own reader walks the tree of all event classes for every event, a fifth of a turn."""
    kinds = _kinds()
    return [kinds[event["event"]]._from_parameters(event) for event in json.loads(saved)]


@functools.cache
def _kinds() -> dict[str, type[Event]]:
    return {kind.type_name: kind for kind in all_subclasses(Event)}


def _default_path() -> Path:
    folder = Path(os.environ.get("RAPPORT_VAR_DIR", "../var"))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "assistant.db"
    # Customers' words lie in it: for the process's own user alone.
    path.touch(mode=0o600)
    return path
