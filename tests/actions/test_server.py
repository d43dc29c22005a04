from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import zlib
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

import actions.ability
from rapport.settings import Settings
from rapport.store.consents import Consent
from rapport.store.database import Database
from rapport.store.schema import migrate
from tests.actions.rasa_calls import RECORDED, Rasa
from tests.actions.small_shop import KNOWN

SORRY = "抱歉，我这边刚才出了点小状况，没能办好。麻烦您过一会儿再试，或者直接说“转人工”。"


async def test_a_failing_action_says_sorry_and_the_log_is_masked(
    rasa: Rasa, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="actions.ability"):
        reply = await rasa.asks("order_status", "我的邮箱 mei@example.org", by="mei@example.org 13800138000")
    assert (reply.texts, reply.slots) == ([SORRY], {})
    assert "action_order_status failed" in caplog.text
    assert ("mei@" in caplog.text, "13800138000" in caplog.text) == (False, False)


async def test_a_failing_action_leaves_nothing_half_written(
    rasa: Rasa, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions.ability, "_understood", None)
    reply = await rasa.asks("marketing_opt_in", "订阅", by=KNOWN)
    database = Database(settings.database_url)
    async with database.reading() as session:
        consents = list(await session.scalars(select(Consent)))
    await database.close()
    assert (reply.texts, consents) == ([SORRY], [])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"tracker": {"secret": "mei@example.org"', 400),
        (b'[{"secret": "mei@example.org"}]', 400),
        (json.dumps({"next_action": "action_answer", "tracker": "mei@example.org"}).encode(), 400),
        (json.dumps({"next_action": ["mei@example.org"], "tracker": {}}).encode(), 400),
        (json.dumps(RECORDED | {"next_action": "action_unknown"}).encode(), 404),
    ],
)
async def test_an_error_answer_holds_nothing_of_the_conversation(rasa: Rasa, body: bytes, status: int) -> None:
    response = await rasa.http.post("/webhook", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, set(response.json())) == (
        status,
        {"error"} | ({"action_name"} & set(response.json())),
    )
    assert "mei@" not in response.text


async def test_a_call_without_the_domain_is_answered(rasa: Rasa) -> None:
    call = rasa.call("answer", "你好", intent="greet", by=KNOWN)
    del call["domain"]
    assert (await rasa.posts(call)).texts[0].startswith("林梅，您好呀")


async def test_a_compressed_call_is_answered(rasa: Rasa) -> None:
    call = rasa.call("answer", "你好", intent="greet", by=KNOWN)
    response = await rasa.http.post(
        "/webhook", content=zlib.compress(json.dumps(call).encode()), headers={"Content-Encoding": "deflate"}
    )
    assert response.json()["responses"][0]["text"].startswith("林梅，您好呀")


async def test_every_action_of_the_domain_is_served(rasa: Rasa) -> None:
    served = {action["name"] for action in (await rasa.http.get("/actions")).json()}
    assert served == {
        "action_answer",
        "action_coupon_problem",
        "action_delivery_problem",
        "action_fallback",
        "action_handoff",
        "action_invoice_request",
        "action_language",
        "action_loyalty_points",
        "action_marketing_opt_in",
        "action_marketing_opt_out",
        "action_order_cancel",
        "action_order_change",
        "action_order_status",
        "action_payment_problem",
        "action_privacy_request",
        "action_product_search",
        "action_promotion",
        "action_recommend",
        "action_refund_status",
        "action_returns",
    }


async def test_the_process_serves_on_loopback_and_ends_on_sigterm(tmp_path: Path, free_port: int) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/shop.db"
    database = Database(url)
    await migrate(database)
    await database.close()
    env = os.environ | {"RAPPORT_DATABASE_URL": url, "RAPPORT_VAR_DIR": str(tmp_path)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "actions.server", "--port", str(free_port), env=env, stderr=asyncio.subprocess.PIPE
    )
    try:
        await _until_healthy(f"http://127.0.0.1:{free_port}/health")
        process.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(process.communicate(), 20)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0
    # One process, one line: nothing of sanic's banner or rasa_sdk's registrations.
    assert [line.split("INFO ")[-1] for line in log.decode().splitlines()] == [
        f"actions.server: the actions listen at 127.0.0.1:{free_port}"
    ]


async def _until_healthy(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(300):
            try:
                if (await http.get(url)).json() == {"status": "ok"}:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    pytest.fail("the action server never answered")
