from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from rapport.store.conversations import append_message
from rapport.store.database import Database
from rapport.store.events import add_event
from tests.web.conftest import Client
from tests.web.signing_in import signed_in_as


async def misunderstood(client: Client, text: str) -> int:
    """Says something to the assistant that it has no idea of; gives the number it is reviewed by."""
    await client.begin()
    database, now = Database(client.settings.database_url), datetime.now(UTC)
    async with database.session() as session:
        said = await append_message(session, client.conversation_id, "customer", text, at=now)
        number = await add_event(
            session, "message_understood", customer_id=None, at=now, conversation_id=client.conversation_id,
            properties={"intent": "nlu_fallback", "confidence": 0.2, "likely": ["greet", "recommend"]},
            key=f"{client.conversation_id}:{said.seq}:0",
        )  # fmt: skip
    await database.close()
    assert number is not None
    return number


async def test_a_turn_is_listed_and_judged(client: Client) -> None:
    number = await misunderstood(client, "吱一声")
    agent = await signed_in_as(client.settings, "lin")
    (turn,) = (await client.http.get("/api/review", headers=agent)).raise_for_status().json()["turns"]
    assert (turn["id"], turn["text"], turn["likely"], turn["why"]) == (
        number,
        "吱一声",
        ["greet", "recommend"],
        "unsure",
    )
    judged = await client.http.post(f"/api/review/{number}", json={"intent": "greet"}, headers=agent)
    assert judged.json() == {"state": "proposed", "intent": "greet", "text": "吱一声"}
    assert (await client.http.get("/api/review", headers=agent)).json() == {"turns": []}
    dismissed = await client.http.post(f"/api/review/{number}", json={"dismiss": True}, headers=agent)
    assert dismissed.json() == {"state": "dismissed", "intent": None, "text": ""}


@pytest.mark.parametrize(
    "body",
    [{}, {"intent": "greet", "dismiss": True}, {"intent": "nlu_fallback"}, {"intent": 1}, {"dismiss": "yes"}, []],
)
async def test_a_decision_that_is_none_is_refused(client: Client, body: Any) -> None:
    agent = await signed_in_as(client.settings, "lin")
    assert (await client.http.post("/api/review/1", json=body, headers=agent)).status_code == 422


async def test_who_may_judge_what(client: Client) -> None:
    viewer = await signed_in_as(client.settings, "vera", "viewer")
    agent = await signed_in_as(client.settings, "lin")
    forged = {"Cookie": agent["Cookie"]}
    answers = [
        await client.http.get("/api/review", headers=viewer),
        await client.http.get("/api/review"),
        await client.http.post("/api/review/1", json={"dismiss": True}, headers=forged),
        await client.http.post("/api/review/4711", json={"dismiss": True}, headers=agent),
        await client.http.post(f"/api/review/{2**63}", json={"dismiss": True}, headers=agent),
    ]
    assert [answer.status_code for answer in answers] == [403, 401, 403, 404, 422]
