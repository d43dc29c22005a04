"""How Rasa calls our actions: over one kept connection, with what an action reads, and with answers still checked."""

from __future__ import annotations

from typing import Any

import aiohttp
import jsonschema
import rasa
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import DEFAULT_REQUEST_TIMEOUT, EndpointConfig

# Rasa 3.6 calls `jsonschema.validate`, which proves at every call that Rasa's own constant schema is a schema:
# two thirds of a whole turn. It has no hook for this, nor for the rest here, so the methods are replaced.
_VALIDATOR = jsonschema.Draft202012Validator(RemoteAction.action_response_format_spec())
# Before the action server closes an idle connection (5 s), so that none is stale.
_KEPT_SECONDS = 4.0


def validate_answer(action: RemoteAction, result: dict[str, Any]) -> bool:
    """True, or jsonschema's ValidationError naming what is wrong."""
    if not _plain(result):
        _VALIDATOR.validate(result)
    return True


def _plain(result: Any) -> bool:
    """Whether this is an answer as our actions give it, which the schema allows: texts, and slots to set."""
    if not isinstance(result, dict):
        return False
    events, responses = result.get("events"), result.get("responses")
    return (
        isinstance(events, list)
        and isinstance(responses, list)
        and all(isinstance(response, dict) for response in responses)
        and all(isinstance(event, dict) and _sets_slot(event) for event in events)
    )


def _sets_slot(event: dict[str, Any]) -> bool:
    timestamp = event.get("timestamp")
    return (
        event.get("event") == "slot"
        and isinstance(event.get("name"), str)
        and "value" in event
        and (timestamp is None or isinstance(timestamp, (int, float)))
    )


def call_of(action: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """What is posted: the message and the slots. Rasa would post every event that is kept, and its domain."""
    state = {**tracker.current_state(EventVerbosity.NONE), "events": []}
    return {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "tracker": state,
        "version": rasa.__version__,
    }


class KeptSession:
    """An HTTP session that stays open; Rasa opens one for every call and closes it after."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(keepalive_timeout=_KEPT_SECONDS),
                timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
            )
        return self._session

    async def __aexit__(self, *failure: object) -> None:
        """It is left open."""


def session_of(endpoint: EndpointConfig) -> KeptSession:
    """The endpoint's one session. Ours is on loopback: it knows no password."""
    kept: KeptSession = endpoint.kwargs.setdefault("kept_session", KeptSession())
    return kept


def prepare_calls() -> None:
    """From now on every remote action of this process is called so."""
    RemoteAction._validate_action_result = validate_answer
    RemoteAction._action_call_format = call_of
    EndpointConfig.session = session_of
