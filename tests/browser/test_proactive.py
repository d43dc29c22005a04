"""A marketer's message finds the customer on the shop's page: a word beside the closed button, then in the chat."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.async_api import BrowserContext, expect

from rapport.marketing.rulebook import RuleFolder
from rapport.messaging.opening import open_outbox
from rapport.store.consents import record_consent
from rapport.store.customers import add_customer
from rapport.store.database import Database
from rapport.store.messages import queue_message
from rapport.store.products import Product
from tests.browser.customer import behind, bubble, opened, said, write
from tests.web.conftest import Client

# No quiet hours anywhere near the shop.
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LINE = "您之前问起的这几样，现在都还有货。看中哪件，直接跟我说就行。"


async def test_a_message_by_the_channel_web_opens_a_teaser(context: BrowserContext, client: Client) -> None:
    pictures = client.settings.var_dir / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    (pictures / "P-0.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    page = await opened(context)
    await write(page, "你好")
    await expect(said(page, "assistant")).to_have_count(2)
    await page.keyboard.press("Escape")
    async with behind(client) as (session, conversation):
        customer = await add_customer(session, {"external_id": "mei"}, now=NOON, language="zh")
        conversation.customer_id = customer.id
        session.add(Product(sku="P-0", names={"zh": "云雾茶"}, descriptions={}, price_minor=8800, stock=5))
        await record_consent(
            session, customer.id, channel="web", purpose="recommendations", granted=True, at=NOON, source="test"
        )  # fmt: skip
        await queue_message(
            session, key="k", customer_id=customer.id, channel="web", purpose="recommendations",
            template="recommendations", language="zh", context={"products": ["P-0"]}, now=NOON, due_at=NOON,
        )  # fmt: skip
    rules = RuleFolder(client.settings.rules_dir)
    database = Database(client.settings.database_url)
    await open_outbox(client.settings, database, rules=rules, clock=lambda: NOON, name="web").run_once()
    await database.close()
    teaser = page.locator("rapport-chat .teaser")
    await expect(teaser.get_by_role("status")).to_contain_text(LINE)
    await expect(page.locator("rapport-chat .badge")).to_have_text("1")
    await teaser.get_by_role("button", name="收起").click()
    await expect(teaser).to_be_hidden()
    await expect(bubble(page)).to_be_focused()
    await bubble(page).click()
    await expect(said(page, "assistant").last).to_have_text(f"助手: {LINE}")
    await expect(page.locator("rapport-chat .card strong")).to_have_text("云雾茶")
