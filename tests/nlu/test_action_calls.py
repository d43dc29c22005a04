from __future__ import annotations

import asyncio
from typing import Any

import jsonschema
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from nlu.action_calls import prepare_calls

SLOT = {"event": "slot", "name": "asked_for", "value": None, "timestamp": None}
DOMAIN = Domain.from_dict(
    {
        "version": "3.1",
        "intents": ["recommend"],
        "slots": {"asked_for": {"type": "text", "mappings": [{"type": "custom"}]}},
        "actions": ["action_recommend"],
    }
)


@pytest.fixture
def action() -> RemoteAction:
    prepare_calls()
    return RemoteAction("action_recommend", EndpointConfig("http://127.0.0.1:1", enable_selective_domain=True))


@pytest.fixture
def tracker() -> DialogueStateTracker:
    tracker = DialogueStateTracker.from_events("someone", [ActionExecuted("action_listen")], DOMAIN.slots)
    intent = {"name": "recommend", "confidence": 0.9}
    tracker.update(UserUttered("something nice?", intent, parse_data={"language": "en"}, metadata={"seq": 7}))
    tracker.update(SlotSet("asked_for", "order_status"))
    return tracker


@pytest.mark.parametrize("event", [SLOT, {**SLOT, "timestamp": 1.5, "value": ["a"]}, {"event": "pause"}])
def test_good_answer_is_taken(action: RemoteAction, event: Any) -> None:
    assert action._validate_action_result({"events": [event], "responses": [{"text": "hello"}]}) is True


@pytest.mark.parametrize(
    "answer",
    [
        {"events": [], "responses": "hello"},
        {"events": [], "responses": ["hello"]},
        {"events": [{**SLOT, "name": 7}], "responses": []},
        {"events": [{"event": "slot", "name": "asked_for"}], "responses": []},
        {"events": [{**SLOT, "timestamp": "now"}], "responses": []},
        {"events": [{"event": "unheard of"}], "responses": []},
        {"events": ["slot"], "responses": []},
        [],
    ],
)
def test_bad_answer_is_still_refused(action: RemoteAction, answer: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        action._validate_action_result(answer)


def test_an_action_is_told_the_message_and_the_slots(action: RemoteAction, tracker: DialogueStateTracker) -> None:
    call = action._action_call_format(tracker, DOMAIN)
    assert (call["next_action"], call["sender_id"], call["tracker"]["events"]) == ("action_recommend", "someone", [])
    assert call["tracker"]["slots"]["asked_for"] == "order_status"
    latest = call["tracker"]["latest_message"]
    assert (latest["text"], latest["intent"]["name"], latest["language"]) == ("something nice?", "recommend", "en")
    assert latest["metadata"] == {"seq": 7}
    assert "domain" not in call


def test_calls_share_a_connection(tracker: DialogueStateTracker) -> None:
    prepare_calls()
    connections = set()

    async def answer(request: web.Request) -> web.Response:
        connections.add(request.transport)
        return web.json_response({"events": [SLOT], "responses": [{"text": (await request.json())["sender_id"]}]})

    async def call_twice() -> None:
        app = web.Application()
        app.router.add_post("/webhook", answer)
        async with TestServer(app) as server:
            endpoint = EndpointConfig(str(server.make_url("/webhook")))
            for _ in range(2):
                said = await RemoteAction("action_recommend", endpoint).run(None, None, tracker, DOMAIN)
                assert [event.text for event in said[:1]] == ["someone"]
                assert said[1] == SlotSet("asked_for", None)
            async with endpoint.session() as session:
                await session.close()

    asyncio.run(call_twice())
    assert len(connections) == 1
