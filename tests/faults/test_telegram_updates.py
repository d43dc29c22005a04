"""Whatever is posted to the webhook: 200 or 4xx, nothing handled twice, nothing recorded for who does not know the
secret."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo.bot_api import BotApi
from tests.faults.telegram_app import SECRET, WEBHOOK, TelegramApp
from tests.faults.test_telegram_faults import said

USER = {"id": 4001, "is_bot": False, "first_name": "Mei", "language_code": "en"}
MESSAGE = {
    "message_id": 7,
    "from": USER,
    "chat": {"id": 4001, "first_name": "Mei", "type": "private"},
    "date": 1764000000,
    "text": "/start link-x",
    "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
    "photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1, "file_size": 1}],
    "location": {"latitude": 31.2, "longitude": 121.5},
}
QUERY = {"id": "1", "from": USER, "chat_instance": "1", "data": "x", "message": MESSAGE}
MEMBER = {"user": USER | {"is_bot": True}, "status": "member"}
JOINED = {
    "chat": MESSAGE["chat"], "from": USER, "date": 1764000000, "old_chat_member": MEMBER, "new_chat_member": MEMBER
}  # fmt: skip
SHAPES: tuple[dict[str, Any], ...] = (
    {"message": MESSAGE}, {"edited_message": MESSAGE | {"edit_date": 1764000001}}, {"callback_query": QUERY},
    {"my_chat_member": JOINED}, {"channel_post": MESSAGE}, {},
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=50)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
HOSTILE = st.sampled_from(
    ["\x00", "'; DROP TABLE customers;--", "<script>", "\ud83d", "_*[]()~`>#+-=|{}.!", "\u202e", "/start"]
)


@st.composite
def updates(draw: st.DrawFn) -> dict[str, Any]:
    """A real update, one to three of its values exchanged for anything at all."""
    update: dict[str, Any] = json.loads(
        json.dumps({"update_id": draw(st.integers(1, 2**40)), **draw(st.sampled_from(SHAPES))})
    )
    for _ in range(draw(st.integers(1, 3))):
        _exchange(draw, update)
    return update


def _exchange(draw: st.DrawFn, inside: Any) -> None:
    while isinstance(inside, dict | list) and inside:
        key = draw(st.sampled_from(sorted(inside) if isinstance(inside, dict) else range(len(inside))))
        if not isinstance(inside[key], dict | list) or draw(st.booleans()):
            inside[key] = draw(VALUES | HOSTILE)
            return
        inside = inside[key]


BODIES = (
    updates().map(lambda update: json.dumps(update).encode())
    | VALUES.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=200)
)
HUGE = [
    json.dumps({"update_id": 5, "message": MESSAGE | {"text": "x" * 5_000_000}}).encode(),
    b"[" * 100_000,
    b'{"update_id": 6, "message": ' * 20_000,
    json.dumps({"update_id": 10**400, "message": MESSAGE}).encode(),
    json.dumps({"update_id": 7, "message": MESSAGE | {"entities": [{}] * 50_000}}).encode(),
]


def fair(status: int) -> bool:
    return status == 200 or 400 <= status < 500


async def test_whatever_is_posted_is_answered_and_never_handled_twice(
    bot_api: BotApi, telegram_app: TelegramApp
) -> None:
    headers = {SECRET: telegram_app.settings.telegram_secret(), "Content-Type": "application/json"}

    def heard() -> tuple[int, int]:
        return telegram_app.count("chat_messages", "author = 'customer'"), telegram_app.count("telegram_updates")

    def fuzz() -> None:
        with httpx.Client(base_url=telegram_app.url, headers=headers, timeout=30) as client:

            @settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), database=None)
            @given(BODIES)
            def post(body: bytes) -> None:
                first = client.post(WEBHOOK, content=body).status_code
                before = heard()
                again = client.post(WEBHOOK, content=body).status_code
                assert (fair(first), fair(again), heard()) == (True, True, before)

            post()
            assert [fair(client.post(WEBHOOK, content=body).status_code) for body in HUGE] == [True] * len(HUGE)

    await asyncio.to_thread(fuzz)
    assert telegram_app.process is not None
    assert telegram_app.process.returncode is None
    assert "Traceback" not in telegram_app.log.read_text()
    mei = bot_api.person("Mei")
    mei.write("still there?")
    await bot_api.until(lambda: said(mei))
    assert said(mei) == ["You said: still there?"]


async def test_an_update_without_the_secret_is_forbidden_and_leaves_no_trace(
    bot_api: BotApi, telegram_app: TelegramApp
) -> None:
    update = {"update_id": 42, "message": MESSAGE | {"text": "hello"}}
    tables = ("telegram_updates", "telegram_chats", "conversations")
    for forged in ({"X-Other": "x"}, {SECRET: ""}, {SECRET: "guessed"}, {SECRET: "é"}):
        assert await telegram_app.deliver(update, **forged) == 403, forged
        assert [telegram_app.count(table) for table in tables] == [0, 0, 0], forged
