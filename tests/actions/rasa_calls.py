"""Action calls as Rasa 3.6 makes them, from a recorded one, over real HTTP."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.actions.small_shop import ANONYMOUS

RECORDED = json.loads(Path("tests/contract/rasa_action_call.json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the responses as Rasa sees them, and the slots to set."""

    responses: tuple[dict[str, Any], ...]
    slots: dict[str, Any]

    @property
    def texts(self) -> list[str]:
        return [response["text"] for response in self.responses]

    @property
    def skus(self) -> list[str]:
        custom = [response["custom"] for response in self.responses]
        return [
            one["sku"]
            for parts in custom
            for one in (*parts.get("cards", []), *parts.get("table", {}).get("columns", []))
        ]

    @property
    def payloads(self) -> list[str]:
        return [button["payload"] for response in self.responses for button in response["buttons"]]


class Rasa:
    """Posts action calls of the recorded shape; slots are kept from call to call, as Rasa's tracker does."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.slots: dict[str, Any] = {}
        self._seq = 0

    def call(
        self, action: str, text: str, *, intent: str, by: str, entities: Sequence[dict[str, Any]] = (), **said: Any
    ) -> dict[str, Any]:
        self._seq += 1
        call = copy.deepcopy(RECORDED)
        latest: dict[str, Any] = {
            "text": text,
            "intent": {"name": intent, "confidence": 0.9},
            "entities": [_placed(entity, text) for entity in entities],
            "message_id": f"m{self._seq}",
            "metadata": {"seq": self._seq},
            **said,
        }
        call |= {"next_action": f"action_{action}", "sender_id": by}
        call["tracker"] |= {"sender_id": by, "latest_message": latest, "slots": dict(self.slots)}
        return call  # type: ignore[no-any-return]

    async def asks(self, action: str, text: str, *, intent: str = "", by: str = ANONYMOUS, **said: Any) -> Reply:
        for entity in said.get("entities", ()):
            if entity["entity"] in ("order_id", "email", "phone"):
                self.slots[entity["entity"]] = entity["value"]
        return await self.posts(self.call(action, text, intent=intent or action, by=by, **said))

    async def posts(self, call: dict[str, Any]) -> Reply:
        response = await self.http.post("/webhook", json=call)
        response.raise_for_status()
        body = response.json()
        slots = {event["name"]: event["value"] for event in body["events"]}
        self.slots |= slots
        return Reply(tuple(body["responses"]), slots)


def entity(kind: str, value: str | float, *, written: str | None = None, role: str | None = None) -> dict[str, Any]:
    """An entity as our NLU finds it; `written` is how it stands in the text where that is not the value."""
    found = {"entity": kind, "value": value, "written": written or str(value), "extractor": "ShopEntityExtractor"}
    return found | ({"role": role} if role else {})


def _placed(found: dict[str, Any], text: str) -> dict[str, Any]:
    placed = {name: value for name, value in found.items() if name != "written"}
    start = max(text.find(found["written"]), 0)
    return placed | {"start": start, "end": start + len(found["written"])}


def actions_by_intent() -> dict[str, str]:
    """As Rasa's rules have it."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in Path("rasa/data/rules").glob("*.yml")]
    steps = [rule["steps"] for file in files for rule in file["rules"]]
    return {step[0]["intent"]: step[1]["action"].removeprefix("action_") for step in steps if "intent" in step[0]}
