"""One script tag on any page: of another origin, under a policy that allows the chat alone, in any direction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Browser, expect

from rapport.chat.customer_token import issue_customer_token
from rapport.clock import utc_now
from tests.browser.conftest import Complaints
from tests.browser.customer import behind, bubble, said, write
from tests.browser.parts import CARDS
from tests.chat.conftest import unused_port
from tests.chat.rasa_server import serving
from tests.web.conftest import SHOP_KEY, Running

Send = Callable[[dict[str, Any]], Awaitable[None]]


def page_of(chat: str, token: str) -> Any:
    """A shop's own page, from right to left, that allows nothing but itself and the chat."""
    tag = f'<script src="{chat}/widget.js" defer data-locale="en" data-theme="dark" data-customer-token="{token}">'
    html = f'<!doctype html><html lang="ar" dir="rtl"><title>متجر</title><body><p>مرحبا</p>{tag}</script>'.encode()
    policy = f"default-src 'none'; script-src {chat}; connect-src {chat}; img-src {chat} blob:"

    async def app(scope: dict[str, Any], receive: Any, send: Send) -> None:
        kind = b"text/html; charset=utf-8" if scope["path"] == "/" else b"image/x-icon"
        headers = [(b"content-type", kind), (b"content-security-policy", policy.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": html if scope["path"] == "/" else b""})

    return app


async def test_a_page_elsewhere_needs_only_the_script_tag(
    browser: Browser, running: Running, complaints: Complaints
) -> None:
    port = unused_port()
    async with running(allowed_origins=[f"http://127.0.0.1:{port}"]) as client:
        client.rasa.answer = lambda question: [{"text": "Here:", "custom": {"cards": CARDS}}]
        token = issue_customer_token("shop-77", key=SHOP_KEY, id="nonce", now=utc_now())
        async with serving(page_of(client.settings.public_url, token), port) as shop:
            context = await browser.new_context(viewport={"width": 1280, "height": 800})
            complaints.watch(context)
            page = await context.new_page()
            asked: set[str] = set()
            page.on("request", lambda request: asked.add("/".join(request.url.split("/")[:3])))
            await page.goto(shop)
            await bubble(page).click()
            await write(page, "hello")
            await expect(said(page, "assistant").last).to_have_text("Assistant: Here:")
            await expect(page.locator("rapport-chat .card").last).to_be_attached()
            assert asked == {shop, client.settings.public_url}
            async with behind(client) as (_, conversation):
                assert conversation.customer_id is not None
            # The widget's own words run left to right whatever the page does; it stays within the window.
            box: Any = await page.locator("rapport-chat .panel").bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 1280
            edges = await said(page, "assistant").last.evaluate(
                "one => [one.getBoundingClientRect().left, one.closest('.log').getBoundingClientRect().left]"
            )
            assert edges[0] == edges[1]
            assert await page.locator("rapport-chat").evaluate("one => getComputedStyle(one).colorScheme") == "dark"
            await context.close()
    assert complaints == []
