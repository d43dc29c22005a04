"""What staff do in conversations, by its routes, side by side with the customer."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from rapport.chat.words import words
from rapport.clock import utc_now
from rapport.store.database import Database
from rapport.store.events import add_event
from rapport.store.queue import start_handoff
from tests.web.conftest import Client
from tests.web.signing_in import key_of_program, signed_in_as

Headers = dict[str, str]


class Member:
    """A member of staff at her console."""

    def __init__(self, client: Client, headers: Headers) -> None:
        self.client, self.headers = client, headers

    async def does(self, what: str, **body: Any) -> httpx.Response:
        path = f"/api/conversations/{self.client.conversation_id}/{what}"
        return await self.client.http.post(path, json=body, headers=self.headers)

    async def sees(self, **query: Any) -> list[dict[str, Any]]:
        answer = await self.client.http.get("/api/conversations", params=query, headers=self.headers)
        found: list[dict[str, Any]] = answer.raise_for_status().json()["conversations"]
        return found

    async def reads(self) -> dict[str, Any]:
        path = f"/api/conversations/{self.client.conversation_id}"
        found: dict[str, Any] = (await self.client.http.get(path, headers=self.headers)).raise_for_status().json()
        return found

    async def is_there(self, presence: str = "online") -> dict[str, Any]:
        answer = await self.client.http.post("/api/presence", json={"presence": presence}, headers=self.headers)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found


async def member(client: Client, name: str, role: Any = "agent") -> Member:
    return Member(client, await signed_in_as(client.settings, name, role))


async def wait_in_queue(client: Client) -> None:
    """As the assistant's action does it, in its own process."""
    database = Database(client.settings.database_url)
    async with database.session() as session:
        await start_handoff(session, client.conversation_id, reason="asked", now=utc_now())
    await database.close()


async def answered(client: Client, seq: int) -> None:
    while (await client.read(seq))["messages"] == []:
        await asyncio.sleep(0.02)


async def comes(events: Any, name: str, **parts: Any) -> dict[str, Any]:
    """The next event of this name, with such parts: marks of what was read may come between."""
    async for found, _, data in events:
        if found == name and parts.items() <= data.items():
            return dict(data)
    raise AssertionError(name)


async def test_an_agent_takes_over_answers_and_hands_back(client: Client) -> None:
    ann, bob = await member(client, "ann"), await member(client, "bob")
    assert await ann.is_there() == {"presence": "online", "again_within_seconds": 20}
    await client.begin()
    async with client.stream() as events:
        await comes(events, "state", responder="assistant")
        taken = await ann.does("take-over", version=1)
        assert (taken.status_code, taken.json()) == (200, {"version": 2})
        await comes(events, "message", author="system", text=words("zh").joined.format(agent="Ann"))
        await comes(events, "state", responder="agent", agent="Ann")
        assert (await ann.does("typing")).status_code == 202
        await comes(events, "typing", authors=["agent"])
        assert (await bob.does("typing")).status_code == 409
        line = {"version": 2, "client_id": "one", "text": "您好，我来看看"}
        assert [(await ann.does("messages", **line)).json() for _ in range(2)] == [{"seq": 2}] * 2
        await comes(events, "message", author="agent", text="您好，我来看看")
        await client.say("太好了")
        await comes(events, "message", author="customer", seq=3)
        back = await ann.does("hand-back", version=2, order_id="HM-1", topic="order_status")
        assert back.json() == {"version": 3}
        await comes(events, "message", author="system", seq=4)
        assert "agent" not in await comes(events, "state", responder="assistant")
        assert (await ann.does("typing")).status_code == 409
    assert client.rasa.questions == []


async def test_of_two_agents_who_take_one_conversation_one_gets_it(client: Client) -> None:
    ann, bob = await member(client, "ann"), await member(client, "bob")
    await client.begin()
    answers = await asyncio.gather(*(who.does("take-over", version=1) for who in (ann, bob)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (refused,) = [answer for answer in answers if answer.status_code == 409]
    assert refused.headers["content-type"] == "application/problem+json"
    (item,) = await ann.sees(mine=True) + await bob.sees(mine=True)
    assert (item["responder"], item["agent"] in ("ann", "bob")) == ("agent", True)


async def test_the_list_says_what_to_decide_by(client: Client) -> None:
    ann, bob = await member(client, "ann"), await member(client, "bob")
    await ann.is_there("away")
    await client.begin()
    await client.say("蓝色的围巾有吗")
    await answered(client, 1)
    await wait_in_queue(client)
    (item,) = await ann.sees(queue=True)
    assert (item["id"], item["reason"], item["position"], item["unread"], item["sla"], item["last"]["author"]) == (
        client.conversation_id,
        "asked",
        1,
        1,
        "ok",
        "assistant",
    )
    assert [len(await ann.sees(q=text)) for text in ("围巾", "100%", "You said")] == [1, 0, 1]
    assert [len(await ann.sees(responder=who)) for who in ("assistant", "queue", "agent")] == [0, 1, 0]
    assert (await ann.does("read", seq=2)).status_code == 202
    assert [(await who.sees())[0]["unread"] for who in (ann, bob)] == [0, 1]


async def test_a_page_of_the_list_leads_to_the_next(client: Client) -> None:
    ann = await member(client, "ann")
    for number in range(3):
        await client.begin()
        await client.say(f"第{number}个")
        await answered(client, 1)
    seen: list[str] = []
    after: dict[str, int] = {}
    while True:
        answer = await client.http.get("/api/conversations", params={"limit": 2, **after}, headers=ann.headers)
        seen += [item["id"] for item in answer.json()["conversations"]]
        if "after" not in answer.json():
            break
        after = {"after": answer.json()["after"]}
    assert (len(seen), len(set(seen))) == (3, 3)


async def test_the_thread_shows_what_was_understood_noted_and_why_it_was_handed_over(client: Client) -> None:
    ann = await member(client, "ann")
    await client.begin()
    await client.say("我要找人")
    await answered(client, 1)
    database = Database(client.settings.database_url)
    async with database.session() as session:
        understood = {"intent": "handoff", "confidence": 0.97, "entities": [], "sentiment": 0.3}
        await add_event(
            session, "message_understood", customer_id=None, at=utc_now(), properties=understood,
            conversation_id=client.conversation_id, key=f"{client.conversation_id}:1:0",
        )  # fmt: skip
    await database.close()
    await wait_in_queue(client)
    assert (await ann.does("notes", text="<script>alert(1)</script>")).json() == {"id": 1, "after_seq": 2}
    thread = await ann.reads()
    assert thread["messages"][0]["understood"] == understood
    assert [(note["after_seq"], note["agent"], note["text"]) for note in thread["notes"]] == [
        (2, "ann", "<script>alert(1)</script>")
    ]
    assert [(one["reason"], one["state"]) for one in thread["handoffs"]] == [("asked", "requested")]
    assert (await client.read())["messages"][-1]["seq"] == 2


async def test_a_closed_conversation_asks_for_stars_and_goes_on_with_the_next_word(client: Client) -> None:
    ann = await member(client, "ann")
    await client.begin()
    await ann.does("take-over", version=1)
    assert (await ann.does("close", version=2)).json() == {"version": 3}
    assert (await client.read())["state"] == {"responder": "assistant", "closed": True, "rate": True}
    stars = await client.http.post("/chat/rating", json={"stars": 5}, headers=client.headers)
    assert stars.status_code == 202
    assert (await client.read())["state"] == {"responder": "assistant", "closed": True}
    async with client.stream(params={"after": 2}) as events:
        assert await anext(events) == ("state", "", {"responder": "assistant", "closed": True})
        await client.say("还有一个问题")
        assert (await anext(events))[2]["text"] == "还有一个问题"
        names = {(await anext(events))[0] for _ in range(2)}
        assert "state" in names
    await answered(client, 3)
    assert (await client.read())["state"] == {"responder": "assistant"}


@pytest.mark.parametrize(("role", "reads", "acts"), [("marketer", 200, 403), ("viewer", 403, 403)])
async def test_a_role_that_may_not_answer_does_not(client: Client, role: str, reads: int, acts: int) -> None:
    other = await member(client, "vera", role)
    await client.begin()
    assert (await client.http.get("/api/conversations", headers=other.headers)).status_code == reads
    assert (await other.does("take-over", version=1)).status_code == acts
    assert (await client.http.get("/api/conversations")).status_code == 401


async def test_a_program_with_a_key_may_answer_too(client: Client) -> None:
    program = Member(client, await key_of_program(client.settings, "crm"))
    await client.begin()
    assert (await program.does("take-over", version=1)).json() == {"version": 2}
    assert (await program.does("messages", version=2, client_id="1", text="Hi")).json() == {"seq": 2}
    assert (await program.does("messages", version=1, client_id="2", text="Hi")).status_code == 409
    assert (await client.read())["state"]["agent"] == "key:crm"


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("take-over", {}, 422),
        ("take-over", {"version": 10**12}, 422),
        ("take-over", {"version": 7}, 409),
        ("hand-back", {"version": 1}, 409),
        ("snooze", {"version": 1, "until": "2020-01-01T00:00:00Z"}, 422),
        ("snooze", {"version": 1, "until": "2020-01-01T00:00:00"}, 422),
        ("transfer", {"version": 1, "agent": "nobody"}, 409),
        ("messages", {"version": 1, "client_id": "a", "text": "x" * 5000}, 413),
        ("messages", {"version": 1, "client_id": "a", "text": "\x00"}, 422),
        ("notes", {"text": ""}, 422),
        ("read", {"seq": -1}, 422),
    ],
)
async def test_what_cannot_be_done_is_a_problem(client: Client, what: str, body: dict[str, Any], status: int) -> None:
    ann = await member(client, "ann")
    await client.begin()
    answer = await ann.does(what, **body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_an_unknown_conversation_is_404(client: Client) -> None:
    ann = await member(client, "ann")
    client.conversation_id = "f" * 32
    assert (await ann.does("take-over", version=1)).status_code == 404
    assert (await client.http.get(f"/api/conversations/{'f' * 32}", headers=ann.headers)).status_code == 404
