"""The demo shop: two languages, real shelves, and demo customers only where it is a demo."""

from __future__ import annotations

import re

import httpx
import pytest

from rapport.chat.customer_token import read_customer_token
from rapport.clock import utc_now
from rapport.store.customers import add_customer
from rapport.store.database import Database
from rapport.store.products import Category, Product
from rapport.web.static_files import widget_script
from tests.chat.conftest import unused_port
from tests.chat.rasa_server import serving
from tests.web.conftest import SHOP_KEY, Client, Running


@pytest.fixture
async def stocked(client: Client) -> Client:
    database = Database(client.settings.database_url)
    names = {"zh": "云雾绿茶 <b>", "en": "Mist Green Tea <b>"}
    async with database.session() as session:
        session.add(Category(code="tea", names={"zh": "茶叶", "en": "Tea"}))
        await session.flush()
        for number, stock in ((1, 0), (2, 3), (3, 50)):
            session.add(
                Product(
                    sku=f"TEA-00{number}", category="tea", price_minor=8850, stock=stock, names=names,
                    descriptions={"zh": "一芽一叶", "en": "One bud"},
                    attributes={"size": {"value": "100g", "names": {"zh": "100克"}, "label": {"zh": "规格"}}},
                )
            )  # fmt: skip
        await add_customer(session, {"external_id": "demo-zh"}, now=utc_now(), name="林小满")
    await database.close()
    return client


async def test_the_shop_shows_its_shelves_in_both_languages(stocked: Client) -> None:
    zh, en = [(await stocked.http.get("/", params={"lang": language})).text for language in ("zh", "en")]
    assert [word in zh for word in ("茶叶", "云雾绿茶 &lt;b&gt;", "¥88.50", "暂时缺货", "仅剩 3 件", "有货")] == [
        True
    ] * 6
    assert [word in en for word in ("Tea", "Mist Green Tea", "CN¥88.50", "Only 3 left")] == [True] * 4
    assert 'src="/widget.js" defer data-locale="en"' in en


async def test_the_language_is_remembered(stocked: Client) -> None:
    await stocked.http.get("/", params={"lang": "en"})
    assert "One bud" in (await stocked.http.get("/products/TEA-001")).text


async def test_a_product_has_its_page(stocked: Client) -> None:
    page = (await stocked.http.get("/products/TEA-002?lang=zh")).text
    assert [word in page for word in ("一芽一叶", "规格", "100克", "/pictures/TEA-002.svg", "TEA-003")] == [True] * 5


async def test_a_demo_customer_gets_a_token_the_chat_takes_once(stocked: Client) -> None:
    page = (await stocked.http.get("/", params={"as": "demo-zh"})).text
    (token,) = re.findall(r'data-customer-token="([^"]+)"', page)
    assert read_customer_token(token, key=SHOP_KEY, now=utc_now()).external_id == "demo-zh"
    assert [(await stocked.begin(customer_token=token)).status_code for _ in range(2)] == [201, 403]
    assert "data-customer-token" not in (await stocked.http.get("/", params={"as": ""})).text


async def test_without_the_demo_nobody_is_a_demo_customer(running: Running) -> None:
    async with running(mailbox_url=None) as client:
        page = (await client.http.get("/", params={"as": "demo-zh"})).text
        assert ("data-customer-token" in page, "/mailbox" in page) == (False, False)
        assert (await client.http.get("/mailbox")).status_code == 404


async def test_pictures_come_from_the_run_time_folder(client: Client) -> None:
    folder = client.settings.var_dir / "pictures"
    folder.mkdir(parents=True)
    (folder / "TEA-001.svg").write_text("<svg/>")
    answer = await client.http.get("/pictures/TEA-001.svg")
    assert (answer.text, answer.headers["content-type"]) == ("<svg/>", "image/svg+xml")
    assert (await client.http.get("/pictures/TEA-002.svg")).status_code == 404


async def test_the_widget_is_one_small_file_that_may_be_kept(client: Client) -> None:
    answer = await client.http.get("/widget.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert int(answer.headers["content-length"]) <= 20_000
    again = await client.http.get("/widget.js", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = await client.http.get("/widget.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content


@pytest.mark.parametrize(
    "word", ["innerHTML", "insertAdjacentHTML", "outerHTML", "eval(", "document.write", "`.style="]
)
def test_nothing_in_the_widget_parses_what_it_is_given(word: str) -> None:
    assert word not in widget_script()


async def test_the_mailbox_is_passed_on(running: Running) -> None:
    async def mail_server(scope: dict[str, object], receive: object, send: object) -> None:
        body = f"{scope['path']}?{scope['query_string'].decode()}".encode()  # type: ignore[attr-defined]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": body})  # type: ignore[operator]

    async with serving(mail_server, unused_port()) as url, running(mailbox_url=httpx.URL(url)) as client:
        paths = ("/mailbox", "/mailbox.json?a=b", "/mailbox/3/html")
        assert [(await client.http.get(path)).text for path in paths] == [
            "/mailbox?",
            "/mailbox.json?a=b",
            "/mailbox/3/html?",
        ]
    async with running() as client:
        assert (await client.http.get("/mailbox")).status_code == 502
