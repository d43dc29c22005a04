"""Everything with the keyboard alone, and an input method's Enter is its own."""

from __future__ import annotations

from playwright.async_api import BrowserContext, Page, expect

from tests.browser.customer import bubble, input_of, opened, said, write
from tests.browser.parts import CARDS, FORM
from tests.web.conftest import Client


async def test_enter_while_composing_sends_nothing(context: BrowserContext, client: Client) -> None:
    page = await opened(context)
    input_ = input_of(page)
    await input_.fill("nihao")
    for composing in ({"isComposing": True}, {"keyCode": 229}):
        await input_.dispatch_event("keydown", {"key": "Enter", "bubbles": True, **composing})
    await expect(input_).to_have_value("nihao")
    await page.keyboard.press("Shift+Enter")
    await expect(input_).to_have_value("nihao\n")
    await write(page, "你好")
    await expect(said(page, "customer")).to_have_text(["您: 你好"])


async def test_a_candidate_picked_with_enter_is_not_sent(context: BrowserContext, client: Client) -> None:
    page = await opened(context)
    devtools = await context.new_cdp_session(page)
    await input_of(page).focus()
    typed = {"text": "ni hao", "selectionStart": 6, "selectionEnd": 6}
    await devtools.send("Input.imeSetComposition", typed)
    enter = {"type": "rawKeyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
    await devtools.send("Input.dispatchKeyEvent", enter)
    await devtools.send("Input.insertText", {"text": "你好"})
    await expect(input_of(page)).to_have_value("你好")
    await expect(page.locator("rapport-chat .message.customer")).to_have_count(0)
    await page.keyboard.press("Enter")
    await expect(said(page, "customer")).to_have_text(["您: 你好"])


async def test_the_keyboard_opens_closes_and_keeps_the_focus(context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto("/?lang=en")
    await bubble(page).focus()
    await page.keyboard.press("Enter")
    await expect(input_of(page)).to_be_focused()
    await expect(page.locator("rapport-chat").get_by_role("log")).to_have_attribute("aria-live", "polite")
    await page.keyboard.press("Escape")
    await expect(bubble(page)).to_be_focused()


async def test_the_focus_goes_back_to_what_opened_the_chat(context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto("/?lang=en")
    ask = page.locator("[data-ask]").first
    await ask.focus()
    await page.keyboard.press("Enter")
    await expect(input_of(page)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(ask).to_be_focused()


async def in_chat(page: Page) -> bool:
    return bool(await page.evaluate("document.activeElement?.localName === 'rapport-chat'"))


async def test_only_a_full_screen_keeps_the_focus_in(context: BrowserContext) -> None:
    page = await context.new_page()
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.goto("/?lang=en")
    await bubble(page).click()
    panel = page.locator("rapport-chat .panel")
    await expect(panel).to_have_attribute("aria-modal", "true")
    for key in ("Tab", "Shift+Tab"):
        for _ in range(12):
            await page.keyboard.press(key)
            assert await in_chat(page)
    await page.keyboard.press("Escape")
    await page.set_viewport_size({"width": 1280, "height": 800})
    await bubble(page).click()
    await expect(panel).not_to_have_attribute("aria-modal", "true")
    for _ in range(12):
        await page.keyboard.press("Tab")
        if not await in_chat(page):
            return
    raise AssertionError("the focus never came out of the chat")


async def test_cards_are_walked_with_the_arrow_keys(context: BrowserContext, client: Client) -> None:
    client.rasa.answer = lambda question: [{"text": "看看：", "custom": {"cards": CARDS}}]
    page = await opened(context)
    await write(page, "推荐")
    cards = page.locator("rapport-chat").get_by_role("group", name="商品").get_by_role("link")
    await expect(cards).to_have_count(5)
    await cards.first.focus()
    for _ in range(4):
        await page.keyboard.press("ArrowRight")
    await expect(cards.last).to_be_focused()
    await expect(cards.last).to_be_in_viewport()
    await page.keyboard.press("Home")
    await expect(cards.first).to_be_focused()
    following = page.get_by_role("button", name="下一个")
    await following.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="上一个")).to_be_enabled()


async def test_a_form_is_filled_in_checked_and_sent(context: BrowserContext, client: Client) -> None:
    client.rasa.answer = lambda question: [{"text": "哪个订单？", "custom": {"form": FORM}}]
    page = await opened(context)
    await write(page, "订单")
    form = page.locator("rapport-chat").get_by_role("group", name="查一下订单").first
    order, email = form.get_by_label("订单号"), form.get_by_label("邮箱")
    await order.focus()
    await page.keyboard.type("HM-1001")
    await page.keyboard.press("Tab")
    await page.keyboard.type("mei@shop")
    await page.keyboard.press("Enter")
    await expect(email).to_be_focused()
    await expect(email).to_have_attribute("aria-invalid", "true")
    await expect(email).to_have_accessible_description("请填写正确的邮箱地址")
    await page.keyboard.type(".example")
    await expect(email).to_have_attribute("aria-invalid", "false")
    await page.keyboard.press("Enter")
    await expect(said(page, "customer").last).to_have_text("您: 订单号: HM-1001\n邮箱: mei@shop.example")
    await expect(form.get_by_role("button")).to_be_disabled()
    # Answered is answered, after a reload too.
    await page.reload()
    await expect(form.get_by_role("button")).to_be_disabled()
    assert client.rasa.said()[-1] == '/order_status{"order_id": "HM-1001", "email": "mei@shop.example"}'
