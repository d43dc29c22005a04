"""The last turns of a conversation and every slot's value: all the assistant must remember, at a bounded length."""

from __future__ import annotations

from collections.abc import Sequence

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker


def window(tracker: DialogueStateTracker, length: int) -> list[Event]:
    """At most `length` events that rebuild the slots and the last whole turns.

    Rasa's own bound cuts anywhere and loses the slots that were set before the cut; here they are set again first.
    """
    events = list(tracker.events)
    if len(events) <= length:
        return events
    kept = events[_turn_start(events, length - len(tracker.slots)) :]
    set_again = {event.key for event in kept if isinstance(event, SlotSet)}
    known = tracker.current_slot_values().items()
    carried = [
        SlotSet(key, value, kept[0].timestamp) for key, value in known if value is not None and key not in set_again
    ]
    return carried + kept


def _turn_start(events: Sequence[Event], length: int) -> int:
    """The earliest index of a turn's first event from which at most `length` events remain."""
    earliest = len(events) - max(length, 1)
    return next((index for index in range(earliest, len(events)) if _begins_turn(events, index)), earliest)


def _begins_turn(events: Sequence[Event], index: int) -> bool:
    # The last event of all is the assistant waiting: a turn that has not begun.
    event = events[index]
    return isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME and index < len(events) - 1
