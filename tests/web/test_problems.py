"""Whatever a client sends wrong is a problem document with a 4xx, never a 5xx, and nothing is stored."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.web.conftest import Client

JSON = {"Content-Type": "application/json"}


def is_problem(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


@pytest.mark.parametrize(
    "path", ["/nothing", "/chat/nothing", "/products/none", "/products/%00", "/pictures/..%2fx.svg", "/static/x.py"]
)
async def test_an_unknown_address_is_404_or_422(client: Client, path: str) -> None:
    answer = await client.http.get(path)
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("language", "said"), [("zh-CN,zh;q=0.9", "这里没有页面"), ("en", "There is no page here")])
@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/chat/sessions", 405), ("/products/none", 404)])
async def test_who_looks_for_a_page_is_told_in_her_language_that_there_is_none(
    client: Client, path: str, status: int, language: str, said: str
) -> None:
    headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": language}
    answer = await client.http.get(path, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert said in answer.text
    assert path not in answer.text
    part = await client.http.get(path, headers=headers | {"HX-Request": "true"})
    assert part.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/chat/messages"), ("PUT", "/"), ("GET", "/chat/sessions")])
async def test_a_wrong_method_is_405_and_says_which_would_be_right(client: Client, method: str, path: str) -> None:
    answer = await client.http.request(method, path)
    is_problem(answer, 405)
    assert answer.headers["allow"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b'"text"', b"null", b"\xff\xfe", b"{}", b'{"client_id": "a"}',
        b'{"client_id": "a", "text": ""}', b'{"client_id": "a", "text": "  "}', b'{"client_id": "", "text": "a"}',
        b'{"client_id": "a", "text": 7}', b'{"client_id": 7, "text": "a"}', b'{"client_id": "a", "text": ["a"]}',
        b'{"client_id": "a", "text": "a", "payload": "b"}', b'{"client_id": "a", "text": "a", "more": 1}',
        b'{"client_id": "a", "text": "a\\u0000b"}', b'{"client_id": "a", "text": "\\ud800"}',
        b'{"client_id": "a\\u0000", "text": "a"}', b'{"client_id": "' + b"a" * 65 + b'", "text": "a"}',
        b'{"client_id": "a", "text": NaN}', b"[" * 30_000, b'{"a": ' + b"9" * 5_000 + b"}",
    ],
)  # fmt: skip
async def test_a_malformed_message_is_refused_whole(client: Client, body: bytes) -> None:
    await client.begin()
    answer = await client.http.post("/chat/messages", content=body, headers=client.headers | JSON)
    assert answer.status_code in ((400, 422) if body[:1] in (b"\xff", b"[", b"{") else (422,))
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await client.read())["messages"] == []


async def test_malformed_json_is_422_and_shows_nothing_of_it(client: Client) -> None:
    await client.begin()
    content = b'{"client_id": "a", "text": "mei@example.org'
    answer = await client.http.post("/chat/messages", content=content, headers=client.headers | JSON)
    is_problem(answer, 422)
    assert "mei@" not in answer.text


async def test_oversized_text_is_413_by_bytes(client: Client) -> None:
    await client.begin()
    assert (await client.say("好" * 1365)).status_code == 202
    is_problem(await client.say("好" * 1366), 413)
    is_problem(await client.say("a" * 200_000), 413)


async def test_a_body_that_hides_its_length_is_413_too(client: Client) -> None:
    await client.begin()

    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 1024

    answer = await client.http.post("/chat/messages", content=endless(), headers=client.headers | JSON)
    is_problem(answer, 413)


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30, "1.5", ""])
async def test_a_wrong_number_is_422(client: Client, after: str) -> None:
    await client.begin()
    is_problem(await client.http.get("/chat/messages", params={"after": after}, headers=client.headers), 422)


@pytest.mark.parametrize("last", ["-1", "x", "9" * 30, "²"])
async def test_a_last_event_id_that_is_none_of_ours_breaks_nothing(client: Client, last: str) -> None:
    await client.begin()
    headers = [(name.encode(), value.encode()) for name, value in client.headers.items()]
    headers.append((b"Last-Event-ID", last.encode()))
    async with client.http.stream("GET", "/chat/stream", headers=headers) as answer:
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "body", [{"locale": 7}, {"locale": "x" * 40}, {"customer_token": "x" * 5000}, {"a": 1}, [], "x"]
)
async def test_a_malformed_session_is_422(client: Client, body: Any) -> None:
    answer = await client.http.post("/chat/sessions", content=json.dumps(body), headers=JSON)
    is_problem(answer, 422)


async def test_a_conversation_that_is_gone_is_404(client: Client) -> None:
    from rapport.chat.sessions import SESSION
    from rapport.tokens import sign

    gone = sign("0" * 32, key=client.settings.key(), purpose=SESSION)
    client.headers = {"Authorization": f"Bearer {gone}"}
    is_problem(await client.say("你好"), 404)
    for method, path in [("GET", "/chat/messages"), ("GET", "/chat/stream"), ("POST", "/chat/assistant")]:
        is_problem(await client.http.request(method, path, headers=client.headers), 404)


async def test_a_mistake_of_ours_is_a_problem_document_that_tells_nothing(client: Client) -> None:
    from fastapi import FastAPI

    from rapport.web.metrics import Metrics
    from rapport.web.request_log import RequestLog

    app = FastAPI()

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("secret")

    app.add_middleware(RequestLog, metrics=Metrics())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://test"
    ) as http:
        answer = await http.get("/broken")
    is_problem(answer, 500)
    assert "secret" not in answer.text
