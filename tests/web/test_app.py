"""The layers every route stands behind, and the pages of the operation."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy import text

from rapport.store.database import Database
from rapport.web.app import create_app
from tests.web.conftest import Client, Running


@pytest.mark.parametrize("path", ["/", "/healthz", "/widget.js", "/nothing", "/docs", "/chat/messages"])
async def test_every_answer_tells_the_browser_to_trust_only_this_host(client: Client, path: str) -> None:
    headers = (await client.http.get(path)).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
    assert headers["referrer-policy"] == "same-origin"


async def test_foreign_pages_may_not_talk_to_the_chat(running: Running) -> None:
    async with running(allowed_origins=("https://shop.example",)) as client:
        own, listed = client.settings.public_url, "https://shop.example"
        answers = {}
        for origin in (own, listed, "https://evil.example", "null", "https://shop.example.evil.example"):
            answer = await client.http.post("/chat/sessions", json={}, headers={"Origin": origin})
            answers[origin] = (answer.status_code, answer.headers.get("access-control-allow-origin"))
        assert answers[own] == (201, own)
        assert answers[listed] == (201, listed)
        assert set(list(answers.values())[2:]) == {(403, None)}


async def test_a_listed_page_s_preflight_is_answered(running: Running) -> None:
    async with running(allowed_origins=("https://shop.example/",)) as client:
        headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
        answer = await client.http.options("/chat/messages", headers=headers)
        assert (answer.status_code, answer.headers["access-control-allow-methods"]) == (204, "GET, POST")
        headers["Origin"] = "https://evil.example"
        assert (await client.http.options("/chat/messages", headers=headers)).status_code == 403


async def test_on_loopback_this_machine_s_other_name_is_our_own_page(client: Client) -> None:
    origin = f"http://localhost:{client.settings.port}"
    answer = await client.http.post("/chat/sessions", json={}, headers={"Origin": origin, "Host": origin[7:]})
    assert answer.status_code == 201
    answer = await client.http.post("/chat/sessions", json={}, headers={"Origin": "http://evil", "Host": "evil"})
    assert answer.status_code == 403


async def test_ready_says_what_is_missing(client: Client) -> None:
    answer = await client.http.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (
        200,
        {"database": "ok", "migrations": "ok", "assistant": "ok"},
    )
    database = Database(client.settings.database_url)
    async with database.session() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = 'old'"))
    await database.close()
    client.rasa.status = 500
    answer = await client.http.get("/readyz")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    checks = answer.json()["checks"]
    assert (checks["database"], checks["migrations"][:6], checks["assistant"][:15]) == (
        "ok",
        "at old",
        "does not answer",
    )
    assert (await client.http.get("/healthz")).json() == {"status": "ok"}


async def test_metrics_count_by_route_and_never_by_address(client: Client) -> None:
    await client.begin()
    await client.http.get("/products/secret-thing")
    counted = (await client.http.get("/metrics")).text
    assert 'rapport_http_requests_total{method="POST",route="/chat/sessions",status="201"} 1.0' in counted
    assert 'route="/products/{sku}",status="404"' in counted
    assert "secret" not in counted


async def test_the_request_log_names_no_token_and_no_address(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="rapport.web"):
        await client.begin()
        ticket = (await client.http.post("/chat/tickets", headers=client.headers)).json()["ticket"]
        await client.http.get("/chat/stream", params={"ticket": ticket + "x"})
        await client.http.get("/nothing/mei@example.org")
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name == "rapport.web")
    assert "POST /chat/sessions 201" in logged
    assert "GET /chat/stream 401" in logged
    assert ticket not in logged
    assert "mei" not in logged


async def test_the_api_page_lists_every_described_route(client: Client) -> None:
    page = (await client.http.get("/docs")).text
    described = create_app(client.settings).openapi()["paths"]
    assert "/chat/messages" in described
    for path, operations in described.items():
        for method in operations:
            assert f"<code>{method.upper()} {path}</code>" in page


async def test_every_described_route_stands_in_the_docs(client: Client) -> None:
    documented = (Path(__file__).parents[2] / "docs" / "routes.md").read_text(encoding="utf-8")
    described = create_app(client.settings).openapi()["paths"]
    routes = {f"`{method.upper()} {path}`" for path, operations in described.items() for method in operations}
    assert {route for route in routes if route not in documented} == set()
