"""`rapport preview` and `rapport send-test`, on a real database and a real relay."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from typer.testing import CliRunner

from demo.bot_api import BotApi
from rapport.cli.messages import app
from rapport.cli.output import FINDING
from rapport.store.customers import add_customer
from rapport.store.database import Database
from rapport.store.products import Product
from rapport.store.schema import migrate

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Inbox:
    """Keeps what it is handed."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(envelope.content)
        return "250 OK"


@pytest.fixture
def inbox(free_port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port)
    controller.start()
    monkeypatch.setenv("RAPPORT_SMTP_URL", f"smtp://127.0.0.1:{free_port}")
    yield inbox
    controller.stop()


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/shop.db"
    for name, value in (("DATABASE_URL", url), ("VAR_DIR", str(tmp_path)), ("RULES_DIR", str(ROOT / "rules"))):
        monkeypatch.setenv(f"RAPPORT_{name}", value)

    async def fill() -> None:
        database = Database(url)
        await migrate(database)
        async with database.session() as session:
            await add_customer(session, {"email": "mei@example.org"}, now=NOW, name="林梅", language="zh")
            session.add(Product(sku="T-1", names={"zh": "云雾茶", "en": "Mist Tea"}, price_minor=8800, stock=3))
        await database.close()

    asyncio.run(fill())


def test_preview_shows_what_the_customer_would_get(tmp_path: Path) -> None:
    html = tmp_path / "mail.html"
    shown = CliRunner().invoke(app, ["preview", "recommendations", "--customer", "1", "--json", "--html", str(html)])
    assert shown.exit_code == 0
    assert json.loads(shown.stdout)["subject"] == "林梅，您问起的好物，替您留意着"
    assert "云雾茶" in html.read_text(encoding="utf-8")


def test_preview_in_the_other_language() -> None:
    shown = CliRunner().invoke(app, ["preview", "recommendations", "--customer", "1", "--language", "en"])
    assert (shown.exit_code, shown.stdout.splitlines()[0]) == (0, "Hello 林梅,")


@pytest.mark.parametrize(
    "arguments",
    [
        ["preview", "recommendations", "--customer", "9"],
        ["preview", "../secrets", "--customer", "1"],
        ["preview", "recommendations", "--customer", "1", "--product", "none"],
        ["preview", "recommendations", "--customer", "1", "--language", "fr"],
        ["send-test", "recommendations", "--to", "no address"],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_send_test_sends_at_once(inbox: Inbox) -> None:
    sent = CliRunner().invoke(app, ["send-test", "confirm_opt_in", "--to", "me@example.org"])
    assert (sent.exit_code, len(inbox.mails)) == (0, 1)
    assert b"\r\nTo: me@example.org\r\n" in inbox.mails[0]


def test_send_test_to_nobody_is_a_finding(free_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_SMTP_URL", f"smtp://127.0.0.1:{free_port}")
    assert CliRunner().invoke(app, ["send-test", "confirm_opt_in", "--to", "me@example.org"]).exit_code == 1


def test_preview_of_a_post_in_telegram(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_PUBLIC_URL", "https://shop.example")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "T-1.png").touch()
    asked = ["preview", "recommendations", "--customer", "1", "--channel", "telegram"]
    shown = CliRunner().invoke(app, asked)
    assert (shown.exit_code, shown.stderr) == (0, "Picture: T-1.png\n")
    assert "[云雾茶 · ¥88.00] https://shop.example/click/" in shown.stdout
    whole = json.loads(CliRunner().invoke(app, [*asked, "--json", "--language", "en"]).stdout)
    assert (whole["picture"], [title for title, _ in whole["keys"]]) == ("T-1.png", ["Mist Tea · CN¥88.00"])


async def test_send_test_posts_in_a_chat(bot_api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_TELEGRAM_TOKEN", bot_api.token)
    monkeypatch.setenv("RAPPORT_TELEGRAM_API_URL", bot_api.url)
    mei = bot_api.person("Mei")
    asked = ["send-test", "recommendations", "--to", str(mei.id), "--channel", "telegram", "--language", "en"]
    assert (await asyncio.to_thread(CliRunner().invoke, app, asked)).exit_code == FINDING
    mei.start()
    sent = await asyncio.to_thread(CliRunner().invoke, app, asked)
    assert sent.exit_code == 0
    assert ["• Mist Tea, CN¥88.00" in shown.text for shown in mei.heard] == [True]


@pytest.mark.parametrize("to", ["me@example.org", "7"])
def test_a_post_needs_a_bot_and_a_chat(to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_TELEGRAM_TOKEN", "" if to == "7" else "1:token")
    asked = ["send-test", "recommendations", "--to", to, "--channel", "telegram"]
    assert CliRunner().invoke(app, asked).exit_code == 2
