from __future__ import annotations

import jsonschema
import pytest
from rasa.core.actions.action import RemoteAction

from nlu.answers import prepare_validation


@pytest.fixture
def action() -> RemoteAction:
    prepare_validation()
    return RemoteAction("action_answer", None)


def test_good_answer_is_taken(action: RemoteAction) -> None:
    events = [{"event": "slot", "name": "asked_for", "value": None, "timestamp": None}]
    assert action._validate_action_result({"events": events, "responses": [{"text": "hello"}]}) is True


def test_bad_answer_is_still_refused(action: RemoteAction) -> None:
    with pytest.raises(jsonschema.ValidationError, match="'hello' is not of type 'array'"):
        action._validate_action_result({"events": [], "responses": "hello"})
