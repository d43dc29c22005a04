"""The chat's routes, as the contract has them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest

from rapport.chat.customer_token import issue_customer_token
from rapport.chat.words import words
from rapport.clock import utc_now
from rapport.store.conversations import Conversation, Handoff, change_responder
from rapport.store.customers import identities_of
from rapport.store.database import Database
from tests.web.conftest import SHOP_KEY, Client, Running


async def answered(client: Client, seq: int) -> list[dict[str, Any]]:
    while not (messages := (await client.read(seq))["messages"]):
        await asyncio.sleep(0.02)
    return list(messages)


async def test_a_message_is_accepted_at_once_and_answered(client: Client) -> None:
    opened = await client.begin()
    assert (opened.status_code, set(opened.json())) == (201, {"token", "conversation_id"})
    said = await client.say("你好")
    assert (said.status_code, said.json()) == (202, {"seq": 1})
    (message,) = await answered(client, 1)
    at = message.pop("at")
    assert message == {"seq": 2, "author": "assistant", "text": "You said: 你好"}
    assert at.endswith("+00:00")
    assert (await client.read())["state"] == {"responder": "assistant"}


async def test_the_same_client_id_is_one_message(client: Client) -> None:
    await client.begin()
    posts = [client.say("你好", client_id="one") for _ in range(5)]
    assert {answer.json()["seq"] for answer in await asyncio.gather(*posts)} == {1}
    await answered(client, 1)
    assert client.rasa.said() == ["你好"]


async def test_a_session_opens_its_own_conversation_only(client: Client) -> None:
    await client.begin()
    first, _ = client.headers, await client.say("第一")
    await client.begin()
    assert (await client.read())["messages"] == []
    client.headers = first
    assert (await client.read())["messages"][0]["text"] == "第一"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic dTpw", "Bearer ImFiYyI.wrong"])
async def test_a_wrong_token_is_401(client: Client, header: str) -> None:
    answer = await client.http.get("/chat/messages", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_customer_token_makes_her_known_and_works_once(client: Client) -> None:
    token = issue_customer_token("shop-77", key=SHOP_KEY, id="nonce", now=utc_now())
    assert (await client.begin(customer_token=token)).status_code == 201
    database = Database(client.settings.database_url)
    async with database.reading() as session:
        conversation = await session.get_one(Conversation, client.conversation_id)
        assert conversation.customer_id is not None
        assert await identities_of(session, conversation.customer_id) == {"external_id": "shop-77"}
    await database.close()
    assert (await client.begin(customer_token=token)).status_code == 403


def claims(**changes: Any) -> dict[str, Any]:
    now = int(utc_now().timestamp())
    return {"sub": "shop-77", "iat": now, "exp": now + 600, "jti": "n", **changes}


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        jwt.encode(claims(), "another key, also long enough for it", algorithm="HS256"),
        jwt.encode(claims(), SHOP_KEY, algorithm="HS512", headers={"alg": "HS512"}),
        jwt.encode(claims(), "", algorithm="none"),
        jwt.encode(claims(exp=claims()["iat"] + 601), SHOP_KEY, algorithm="HS256"),
        jwt.encode(claims(iat=claims()["iat"] - 700, exp=claims()["iat"] - 100), SHOP_KEY, algorithm="HS256"),
        jwt.encode(claims(iat=claims()["iat"] + 3600, exp=claims()["iat"] + 4000), SHOP_KEY, algorithm="HS256"),
        jwt.encode(claims(exp="soon"), SHOP_KEY, algorithm="HS256"),
        jwt.encode(claims(iat=1e300), SHOP_KEY, algorithm="HS256"),
        jwt.encode(claims(sub=" "), SHOP_KEY, algorithm="HS256"),
        jwt.encode(claims(sub="a\x00b"), SHOP_KEY, algorithm="HS256"),
        jwt.encode({key: value for key, value in claims().items() if key != "jti"}, SHOP_KEY, algorithm="HS256"),
    ],
)
async def test_a_wrong_customer_token_is_403(client: Client, token: str) -> None:
    assert (await client.begin(customer_token=token)).status_code == 403


async def test_a_button_opens_only_where_it_was_offered(client: Client) -> None:
    client.rasa.answer = lambda question: [{"text": "?", "buttons": [{"title": "好", "payload": "/affirm"}]}]
    await client.begin()
    await client.say("你好")
    (message,) = await answered(client, 1)
    payload = message["buttons"][0]["payload"]

    async def press(token: str) -> int:
        body = {"client_id": "b", "payload": token}
        return (await client.http.post("/chat/messages", json=body, headers=client.headers)).status_code

    assert await press("/affirm") == 403
    assert await press(payload + "x") == 403
    assert await press(payload) == 202
    await client.begin()
    assert await press(payload) == 403


async def test_the_stream_tells_everything_in_order_and_resumes(client: Client) -> None:
    await client.begin()
    async with client.stream() as events:
        assert await anext(events) == ("state", "", {"responder": "assistant"})
        await client.say("一")
        seen = [await anext(events) for _ in range(4)]
    assert [(name, number, data.get("text", data.get("authors"))) for name, number, data in seen] == [
        ("message", "1", "一"),
        ("typing", "", ["assistant"]),
        ("message", "2", "You said: 一"),
        ("typing", "", []),
    ]
    async with client.stream(headers={"Last-Event-ID": "1"}) as events:
        name, id_, data = await anext(events)
        assert (name, id_, data["text"]) == ("message", "2", "You said: 一")
    async with client.stream(params={"after": 2}) as events:
        assert await anext(events) == ("state", "", {"responder": "assistant"})


async def test_a_ticket_opens_one_stream(client: Client) -> None:
    await client.begin()
    bearer = client.headers
    ticket = (await client.http.post("/chat/tickets", headers=bearer)).json()["ticket"]
    client.headers = {}
    async with client.stream(params={"ticket": ticket}) as events:
        assert await anext(events) == ("state", "", {"responder": "assistant"})
    for wrong in (ticket, "nonsense", bearer["Authorization"].removeprefix("Bearer ")):
        answer = await client.http.get("/chat/stream", params={"ticket": wrong})
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


async def test_another_process_s_change_reaches_the_stream(client: Client) -> None:
    await client.begin()
    database, now = Database(client.settings.database_url), utc_now()
    async with client.stream() as events:
        assert (await anext(events))[0] == "state"
        async with database.session() as session:
            from rapport.store.signals import send_signal

            session.add(Handoff(conversation_id=client.conversation_id, reason="asked", requested_at=now))
            await change_responder(session, client.conversation_id, "queue", version=1, waiting_since=now)
            await send_signal(session, f"chat:{client.conversation_id}")
        assert await anext(events) == ("state", "", {"responder": "queue", "position": 1})
        left = await client.http.post("/chat/assistant", headers=client.headers)
        assert left.status_code == 202
        name, _, data = await anext(events)
        assert (name, data["author"], data["text"]) == ("message", "system", words("zh").left_queue)
        assert await anext(events) == ("state", "", {"responder": "assistant"})
    await database.close()


async def test_leaving_an_agent_is_not_leaving_the_queue(client: Client) -> None:
    await client.begin()
    database = Database(client.settings.database_url)
    async with database.session() as session:
        await change_responder(session, client.conversation_id, "agent", version=1, agent="ann")
    await database.close()
    assert (await client.http.post("/chat/assistant", headers=client.headers)).status_code == 409


async def test_a_rating_is_kept(client: Client) -> None:
    await client.begin()
    body = {"stars": 5, "comment": "很好"}
    assert (await client.http.post("/chat/rating", json=body, headers=client.headers)).status_code == 202
    assert (await client.http.post("/chat/rating", json={"stars": 6}, headers=client.headers)).status_code == 422
    assert (await client.http.post("/chat/typing", headers=client.headers)).status_code == 202
    database = Database(client.settings.database_url)
    async with database.reading() as session:
        conversation = await session.get_one(Conversation, client.conversation_id)
        assert (conversation.stars, conversation.comment) == (5, "很好")
    await database.close()


async def test_an_assistant_that_is_down_is_covered_within_its_time(running: Running) -> None:
    async with running(assistant_url="http://127.0.0.1:9") as client:
        await client.begin(locale="en-GB")
        await client.say("Where is my parcel?")
        (message,) = await answered(client, 1)
        assert message["text"] == words("en").fallback
        assert (await client.read())["messages"][0]["text"] == "Where is my parcel?"


async def test_what_a_stopped_process_left_open_is_answered_by_the_next(running: Running) -> None:
    async with running() as client:
        client.rasa.hang()
        await client.begin()
        headers, seq = client.headers, (await client.say("等一下")).json()["seq"]
    async with running() as client:
        client.headers = headers
        assert [message["text"] for message in await answered(client, seq)] == ["You said: 等一下"]


async def test_a_flood_is_429_and_says_when_to_come_back(running: Running) -> None:
    async with running(chat_messages_per_minute=6) as client:
        await client.begin()
        statuses = [(await client.say(f"{number}")).status_code for number in range(4)]
        assert statuses == [202, 202, 202, 429]
        assert int((await client.say("?")).headers["retry-after"]) in range(1, 12)


async def test_a_token_from_the_past_or_future_is_refused() -> None:
    from rapport.chat.customer_token import read_customer_token
    from rapport.chat.errors import InvalidCustomerTokenError

    now = utc_now()
    token = issue_customer_token("a", key=SHOP_KEY, id="n", now=now)
    assert read_customer_token(token, key=SHOP_KEY, now=now + timedelta(minutes=9)).external_id == "a"
    for wrong in (now + timedelta(minutes=11), now - timedelta(minutes=2)):
        with pytest.raises(InvalidCustomerTokenError):
            read_customer_token(token, key=SHOP_KEY, now=wrong)


FORM = {
    "intent": "order_status",
    "fields": [{"name": "order_id", "label": "订单号", "type": "text", "required": True}],
}


async def test_a_form_is_answered_as_a_message(client: Client) -> None:
    client.rasa.answer = lambda question: [{"text": "哪个订单？", "custom": {"form": FORM}}]
    await client.begin()
    await client.say("订单")
    (message,) = await answered(client, 1)
    assert message["form"] == {"fields": FORM["fields"]}

    async def fill(values: dict[str, str], seq: int) -> httpx.Response:
        body = {"client_id": f"form:{seq}", "form": seq, "values": values}
        return await client.http.post("/chat/messages", json=body, headers=client.headers)

    empty = await fill({"order_id": " "}, message["seq"])
    assert (empty.status_code, empty.json()["fields"]) == (422, ["order_id"])
    assert (await fill({"order_id": "HM-1"}, 1)).status_code == 422
    sent = await fill({"order_id": "HM-1"}, message["seq"])
    assert (await fill({"order_id": "HM-2"}, message["seq"])).json() == sent.json()
    await answered(client, 2)
    assert client.rasa.said() == ["订单", '/order_status{"order_id": "HM-1"}']
    filled = (await client.read())["messages"][2]
    assert (filled["text"], filled["client_id"]) == ("订单号: HM-1", f"form:{message['seq']}")


async def test_what_the_customer_has_read_only_rises(client: Client) -> None:
    await client.begin()
    await client.say("你好")
    await answered(client, 1)
    for seq in (1, 0, 3, 2, 1):
        answer = await client.http.post("/chat/read", json={"seq": seq}, headers=client.headers)
        assert answer.status_code == 202
    database = Database(client.settings.database_url)
    async with database.reading() as session:
        assert (await session.get_one(Conversation, client.conversation_id)).read_seq == 2
    await database.close()
    assert (await client.http.post("/chat/read", json={"seq": -1}, headers=client.headers)).status_code == 422
    assert (await client.http.post("/chat/read", json={"seq": 1})).status_code == 401
