from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rasa.core.tracker_store import check_if_tracker_store_async
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from nlu.tracker_store import BoundedTrackerStore

DOMAIN = Domain.from_dict(
    {
        "version": "3.1",
        "intents": ["greet"],
        "slots": {name: {"type": "text", "mappings": [{"type": "custom"}]} for name in ("order_id", "email")},
        "actions": ["action_answer"],
    }
)


@pytest.fixture
def store(tmp_path: Path) -> BoundedTrackerStore:
    return BoundedTrackerStore(DOMAIN, max_event_history=40, db=str(tmp_path / "assistant.db"))


def take_turn(store: BoundedTrackerStore, number: int, slot: SlotSet | None = None) -> DialogueStateTracker:
    tracker = asyncio.run(store.get_or_create_tracker("someone", append_action_listen=False))
    tracker.update(ActionExecuted("action_listen"))
    tracker.update(UserUttered(f"message {number}", {"name": "greet"}))
    if slot:
        tracker.update(slot)
    tracker.update(ActionExecuted("action_answer"))
    tracker.update(BotUttered(f"answer {number}"))
    asyncio.run(store.save(tracker))
    return tracker


def reopened(store: BoundedTrackerStore) -> DialogueStateTracker:
    path = store._connection.execute("PRAGMA database_list").fetchone()[2]
    tracker = asyncio.run(BoundedTrackerStore(DOMAIN, max_event_history=40, db=path).retrieve("someone"))
    assert tracker is not None
    return tracker


def test_history_is_bounded_and_begins_with_a_whole_turn(store: BoundedTrackerStore) -> None:
    for number in range(60):
        take_turn(store, number)
    events = list(reopened(store).events)
    assert len(events) <= 40
    assert isinstance(events[0], ActionExecuted)
    assert isinstance(events[-1], BotUttered)
    assert events[-1].text == "answer 59"


def test_slots_outlive_the_events_that_set_them(store: BoundedTrackerStore) -> None:
    take_turn(store, 0, SlotSet("order_id", "20418"))
    for number in range(1, 60):
        take_turn(store, number)
    take_turn(store, 60, SlotSet("email", "kim@example.net"))
    assert len(reopened(store).events) <= 40
    assert reopened(store).current_slot_values() == {
        "order_id": "20418",
        "email": "kim@example.net",
        "session_started_metadata": None,
    }


def test_slot_that_was_cleared_stays_cleared(store: BoundedTrackerStore) -> None:
    take_turn(store, 0, SlotSet("order_id", "20418"))
    take_turn(store, 1, SlotSet("order_id", None))
    for number in range(2, 30):
        take_turn(store, number)
    assert reopened(store).get_slot("order_id") is None


def test_unknown_conversation_is_none_and_keys_are_listed(store: BoundedTrackerStore) -> None:
    assert asyncio.run(store.retrieve("nobody")) is None
    take_turn(store, 0)
    assert list(asyncio.run(store.keys())) == ["someone"]


def test_rasa_takes_the_store_as_asynchronous(store: BoundedTrackerStore) -> None:
    assert check_if_tracker_store_async(store)
