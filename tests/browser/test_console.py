"""The console in a real browser, customer and agent side by side: no line lost, none doubled, nothing stale."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, FilePayload, Page, expect
from sqlalchemy import select

from rapport.store.conversations import ChatMessage, Conversation
from rapport.store.database import Database
from tests.browser import desk_scene as scene
from tests.browser.conftest import Complaints, shared
from tests.web.conftest import Client

LOST_LINE = re.compile("ERR_INTERNET_DISCONNECTED|Failed to fetch|status of 409|htmx:|ERR_FAILED")
HOSTILE = (
    "<script>document.title='hacked'</script>",
    "<svg onload=\"document.title='hacked'\"><style>*{display:none!important}</style></svg>",
    "</div></article><style>.composer{display:none}</style>{{7*7}}",
    "a\u202ecba\u0008\u0007\u001b[31m‮ \u2066x",
    "x" * 4000,
)


@shared
async def database(client: Client) -> AsyncIterator[Database]:
    database = Database(client.settings.database_url)
    yield database
    await database.close()


@shared
async def lin(browser: Browser, client: Client, complaints: Complaints) -> AsyncIterator[BrowserContext]:
    """Lin's browser; the test fails if any of her pages complained of more than a line that was cut."""
    context = await scene.agent_browser(browser, client, "lin", complaints)
    yield context
    await context.close()
    assert [text for text in complaints if not LOST_LINE.search(text)] == []


def lines(page: Page, kind: str) -> Any:
    return page.locator(f"#lines .line.{kind} .text")


async def open_row(page: Page, number: str) -> None:
    await page.locator(f"#row-{number}").click()
    await expect(page.locator(f'#conversation[data-id="{number}"]')).to_be_visible()


async def write(page: Page, text: str) -> None:
    await page.locator("#text").fill(text)
    await page.locator("#text").press("Enter")


async def customer_page(browser: Browser, client: Client) -> Page:
    context = await browser.new_context(locale="zh-CN", base_url=client.settings.public_url)
    page = await context.new_page()
    await page.goto("/?lang=zh")
    await page.locator("rapport-chat .bubble").click()
    return page


async def customer_says(page: Page, text: str) -> None:
    await page.locator("rapport-chat textarea").fill(text)
    await page.locator("rapport-chat textarea").press("Enter")


async def begun(customer: Page, database: Database, text: str) -> str:
    """The customer has begun a conversation with this line."""
    await customer_says(customer, text)
    await expect(customer.locator("rapport-chat .message.customer:not(.pending) .text").last).to_contain_text(text)
    async with database.reading() as session:
        return str(await session.scalar(select(Conversation.id).order_by(Conversation.opened_at.desc()).limit(1)))


async def said(database: Database, number: str, author: str) -> list[str]:
    statement = select(ChatMessage.text).where(ChatMessage.conversation_id == number, ChatMessage.author == author)
    async with database.reading() as session:
        return list(await session.scalars(statement.order_by(ChatMessage.seq)))


async def dropped(client: Client) -> None:
    """Waits until an answer of the assistant was dropped."""
    for _ in range(100):
        if 'turns_total{outcome="dropped"} 1' in (await client.http.get("/metrics")).text:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("no answer was dropped")


async def test_customer_and_agent_talk(
    browser: Browser, client: Client, lin: BrowserContext, database: Database
) -> None:
    customer, agent = await customer_page(browser, client), await scene.console(lin, "/console?shelf=queue")
    number = await scene.in_queue(database, await begun(customer, database, "我要找人"))
    await customer_says(customer, "有人吗")
    await expect(agent.locator(f"#row-{number}")).to_contain_text("有人吗")
    await open_row(agent, number)
    await expect(lines(agent, "customer")).to_have_text(["我要找人", "有人吗"])
    await agent.keyboard.press("t")
    await expect(agent.locator("#state")).to_have_attribute("data-holder", "me")
    await expect(agent.locator("#text")).to_be_focused()
    await agent.keyboard.type("您好，我在")
    await expect(customer.locator("rapport-chat .dots")).to_be_visible()
    await agent.keyboard.press("Enter")
    await expect(customer.locator("rapport-chat .message.agent").last).to_contain_text("您好，我在")
    await expect(agent.locator("#pending .line")).to_have_count(0)
    await customer.locator("rapport-chat textarea").press_sequentially("太好")
    await expect(agent.locator("#typing")).to_be_visible()
    await customer_says(customer, "太好了")
    await expect(lines(agent, "customer").last).to_have_text("太好了")
    await expect(agent.locator("#typing")).to_be_hidden()
    await expect(agent.locator("#lines .line.agent .seen").last).to_be_visible()
    await customer.context.close()


async def test_a_take_over_in_mid_turn_silences_the_assistant(
    browser: Browser, client: Client, lin: BrowserContext, database: Database
) -> None:
    client.rasa.hang()
    customer, agent = await customer_page(browser, client), await scene.console(lin, "/console?shelf=all")
    number = await begun(customer, database, "我的订单呢")
    await open_row(agent, number)
    await agent.keyboard.press("t")
    await expect(agent.locator("#state")).to_have_attribute("data-holder", "me")
    await write(agent, "我来帮您查")
    await expect(customer.locator("rapport-chat .message.agent").last).to_contain_text("我来帮您查")
    client.rasa.gate.set()
    await dropped(client)
    assert await said(database, number, "assistant") == []
    await customer.context.close()


async def test_a_line_written_without_a_line_is_sent_once(lin: BrowserContext, database: Database) -> None:
    number = await scene.held(database, await scene.conversation(database, said=[("customer", "在吗")]), "lin")
    page = await scene.console(lin, f"/console/conversations/{number}")
    await lin.set_offline(True)
    await write(page, "第一句")
    await write(page, "第二句")
    await expect(page.locator("#pending .line .text")).to_have_text(["第一句", "第二句"])
    await page.locator("#text").fill("还没写完")
    await lin.set_offline(False)
    await expect(lines(page, "agent")).to_have_text(["第一句", "第二句"], timeout=15000)
    await expect(page.locator("#pending .line")).to_have_count(0)
    await expect(page.locator("#text")).to_have_value("还没写完")
    assert await said(database, number, "agent") == ["第一句", "第二句"]


async def test_an_answer_that_is_lost_doubles_nothing(lin: BrowserContext, database: Database) -> None:
    number = await scene.held(database, await scene.conversation(database, said=[("customer", "在吗")]), "lin")
    page = await scene.console(lin, f"/console/conversations/{number}")
    lost: list[Any] = []

    async def lose_the_answer(route: Any) -> None:
        if lost:
            await route.continue_()
            return
        lost.append(await route.fetch())
        await route.abort()

    await lin.route("**/messages", lose_the_answer)
    await write(page, "您好")
    await expect(lines(page, "agent")).to_have_text(["您好"], timeout=15000)
    await expect(page.locator("#pending .line")).to_have_count(0)
    assert (len(lost), await said(database, number, "agent")) == (1, ["您好"])


async def test_of_two_agents_one_gets_it(
    browser: Browser, client: Client, lin: BrowserContext, database: Database, complaints: Complaints
) -> None:
    wang = await scene.agent_browser(browser, client, "wang", complaints, language="en")
    number = await scene.in_queue(
        database, await scene.conversation(database, name="周宁", said=[("customer", "嗨")])
    )
    hers = await scene.console(lin, f"/console/conversations/{number}?shelf=queue")
    his = await scene.console(wang, f"/console/conversations/{number}?shelf=queue")
    await wang.set_offline(True)
    await hers.keyboard.press("t")
    await expect(hers.locator("#state")).to_have_attribute("data-holder", "me")
    # He has not heard of it when he presses the key.
    version = await his.locator("#state").get_attribute("data-version")
    await wang.set_offline(False)
    await his.evaluate(
        "version => { document.querySelector('#state').dataset.version = version; "
        "document.querySelector('[data-act=take-over]')?.click(); }",
        version,
    )
    await expect(his.locator("#state")).to_have_attribute("data-holder", "other")
    await expect(his.locator("#holder-note")).to_contain_text("Lin is answering")
    await wang.close()


async def test_a_line_refused_becomes_a_draft_again(
    browser: Browser, client: Client, lin: BrowserContext, database: Database, complaints: Complaints
) -> None:
    boss = await scene.agent_browser(browser, client, "boss", complaints, role="admin")
    number = await scene.held(database, await scene.conversation(database, said=[("customer", "嗨")]), "lin")
    page = await scene.console(lin, f"/console/conversations/{number}")
    await lin.set_offline(True)
    await write(page, "我马上查")
    other = await scene.console(boss, f"/console/conversations/{number}")
    await other.keyboard.press("t")
    await expect(other.locator("#state")).to_have_attribute("data-holder", "me")
    await lin.set_offline(False)
    await expect(page.locator(".toast")).to_contain_text("Boss 现在接待", timeout=15000)
    assert await said(database, number, "agent") == []
    kept = await page.evaluate(f"localStorage.getItem('rapport.lin.draft.{number}.reply')")
    assert json.loads(kept) == "我马上查"
    await boss.close()


async def test_tabs_and_a_reload_stay_in_step(lin: BrowserContext, database: Database) -> None:
    number = await scene.held(database, await scene.conversation(database, said=[("customer", "在吗")]), "lin")
    first = await scene.console(lin, f"/console/conversations/{number}")
    second = await lin.new_page()
    await second.goto(f"/console/conversations/{number}")
    await write(second, "在的")
    for page in (first, second):
        await expect(lines(page, "agent")).to_have_text(["在的"])
    # The tab that listens goes; the other one takes it up.
    await first.close()
    third = await lin.new_page()
    await third.goto(f"/console/conversations/{number}")
    await write(third, "请说")
    await expect(lines(second, "agent")).to_have_text(["在的", "请说"])
    await second.locator("#text").fill("写到一半")
    await second.reload()
    await expect(second.locator("#text")).to_have_value("写到一半")
    await expect(lines(second, "agent")).to_have_text(["在的", "请说"])


async def test_enter_that_confirms_a_candidate_sends_nothing(lin: BrowserContext, database: Database) -> None:
    number = await scene.held(database, await scene.conversation(database, said=[("customer", "嗨")]), "lin")
    page = await scene.console(lin, f"/console/conversations/{number}")
    await page.locator("#text").focus()
    keyboard = await lin.new_cdp_session(page)
    await keyboard.send("Input.imeSetComposition", {"text": "nihao", "selectionStart": 5, "selectionEnd": 5})
    enter = {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    await keyboard.send("Input.dispatchKeyEvent", enter)
    await page.locator("#text").dispatch_event("keydown", {"key": "Enter", "bubbles": True, "isComposing": True})
    await keyboard.send("Input.insertText", {"text": "你好"})
    await expect(page.locator("#text")).to_have_value("你好")
    await expect(page.locator("#pending .line")).to_have_count(0)
    await page.keyboard.press("Shift+Enter")
    await expect(page.locator("#text")).to_have_value("你好\n")
    await page.keyboard.press("Enter")
    await expect(lines(page, "agent")).to_have_text(["你好"])


async def test_by_keyboard_alone(lin: BrowserContext, database: Database) -> None:
    await scene.canned(database, "hi", "您好{customer}，我是{agent}。", "Hello {customer}, this is {agent}.")
    one = await scene.in_queue(database, await scene.conversation(database, name="周宁", said=[("customer", "一")]))
    two = await scene.in_queue(database, await scene.conversation(database, name="陈默", said=[("customer", "二")]))
    page = await scene.console(lin, "/console?shelf=queue")
    first, second = [await row.get_attribute("data-id") for row in await page.locator(".row").all()]
    assert {first, second} == {one, two}
    for key in ("j", "j", "k", "Enter"):
        await page.keyboard.press(key)
    await expect(page.locator(f'#conversation[data-id="{first}"]')).to_be_visible()
    await page.keyboard.press("t")
    await expect(page.locator("#state")).to_have_attribute("data-holder", "me")
    await page.keyboard.type("/h")
    await expect(page.locator("#canned li")).to_have_count(1)
    await page.keyboard.press("Enter")
    name = "周宁" if first == one else "陈默"
    await expect(page.locator("#text")).to_have_value(f"您好{name}，我是Lin。")
    await page.keyboard.press("Enter")
    await expect(lines(page, "agent")).to_have_text([f"您好{name}，我是Lin。"])
    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await page.keyboard.type("记一笔")
    await page.keyboard.press("Enter")
    await expect(lines(page, "note")).to_have_text(["记一笔"])
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await expect(page.locator("#help")).to_be_visible()
    await page.locator("#keys-on").uncheck()
    await page.keyboard.press("Escape")
    await page.keyboard.press("b")
    await expect(page.locator("#hand-back")).to_be_hidden()
    await page.locator('.bar [data-dialog="help"]').press("Enter")
    await page.locator("#keys-on").check()
    await page.keyboard.press("Escape")
    await page.keyboard.press("b")
    await expect(page.locator("#hand-back")).to_be_visible()
    await page.locator("#hand-back .primary").press("Enter")
    await expect(page.locator("#state")).to_have_attribute("data-holder", "assistant")
    await page.keyboard.press("/")
    await page.keyboard.type("记一笔也找不到")
    await expect(page.locator("#list .nothing")).to_be_visible()


async def test_snoozed_closed_and_passed_on(
    browser: Browser, client: Client, lin: BrowserContext, database: Database, complaints: Complaints
) -> None:
    wang = await scene.agent_browser(browser, client, "wang", complaints, language="en")
    numbers = [
        await scene.conversation(database, name=name, said=[("customer", "嗨")]) for name in ("甲", "乙", "丙")
    ]
    for number in numbers:
        await scene.held(database, number, "lin")
    his = await scene.console(wang)
    await expect(his.locator("#online-count")).not_to_have_text("–")
    page = await scene.console(lin)
    await open_row(page, numbers[0])
    await page.keyboard.press("s")
    await page.locator("#snooze button[value=in_30]").click()
    await expect(page.locator("#list .row")).to_have_count(2)
    await open_row(page, numbers[1])
    await page.keyboard.press("e")
    await page.locator("#close .primary").click()
    await expect(page.locator("#state")).to_have_attribute("data-holder", "closed")
    await open_row(page, numbers[2])
    await page.locator("#state [data-dialog=transfer]").click()
    await page.locator("#transfer select[name=agent]").select_option("wang")
    await page.locator("#transfer .primary").click()
    await expect(page.locator("#list .row")).to_have_count(0)
    await expect(his.locator(f"#row-{numbers[2]}")).to_be_visible()
    for shelf, number in (("snoozed", numbers[0]), ("closed", numbers[1])):
        await page.locator(f'.shelves a[href$="{shelf}"]').click()
        await expect(page.locator(f"#row-{number}")).to_be_visible()
    await page.locator('.shelves a[href$="snoozed"]').click()
    await open_row(page, numbers[0])
    await page.locator("#state [data-act=wake]").click()
    await expect(page.locator("#list .row")).to_have_count(0)
    await expect(page.locator("#state [data-act=wake]")).to_have_count(0)
    await page.locator('.shelves a[href$="mine"]').click()
    await expect(page.locator(f"#row-{numbers[0]}")).to_be_visible()
    await wang.close()


async def test_hostile_words_are_only_words(lin: BrowserContext, database: Database) -> None:
    said = [("customer", text) for text in HOSTILE]
    number = await scene.conversation(database, name='<img src=x onerror="document.title=1">\u202eevil', said=said)
    await scene.held(database, number, "lin")
    await scene.note(database, number, 1, "lin", "<b>bold</b>")
    page = await scene.console(lin, f"/console/conversations/{number}")
    shown = await lines(page, "customer").all_inner_texts()
    assert shown[:3] == list(HOSTILE[:3])
    assert "␈␇␛[31m" in shown[3]
    assert "\u202e" not in shown[3]
    assert len(shown[4]) == 4000
    await expect(lines(page, "note")).to_have_text("<b>bold</b>")
    await expect(page.locator("#composer")).to_be_visible()
    assert "hacked" not in await page.title()
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    inside = await page.evaluate(
        "document.querySelector('#scroll').scrollWidth > document.querySelector('#scroll').clientWidth"
    )
    assert (wide, inside) == (False, False)


async def test_older_messages_come_on_demand(lin: BrowserContext, database: Database) -> None:
    said = [("customer", f"第{count}句") for count in range(1, 121)]
    number = await scene.held(database, await scene.conversation(database, said=said), "lin")
    await scene.note(database, number, 3, "lin", "很早的备注")
    page = await scene.console(lin, f"/console/conversations/{number}")
    await expect(lines(page, "customer")).to_have_count(49)
    await expect(lines(page, "note")).to_have_count(0)
    await page.locator("#older").click()
    await expect(lines(page, "customer")).to_have_count(99)
    await page.locator("#older").click()
    await expect(page.locator("#older")).to_have_count(0)
    await expect(lines(page, "customer")).to_have_text([text for _, text in said])
    await expect(page.locator("#lines > :not(.day-mark)").nth(3)).to_contain_text("很早的备注")


async def test_beside_the_thread_and_a_card_with_one_click(lin: BrowserContext, database: Database) -> None:
    mei = await scene.known_customer(database)
    number = await scene.conversation(database, customer_id=mei, said=[("customer", "有什么推荐")])
    await scene.understood(database, number, 1, "recommend", 0.88, category="茶具")
    await scene.ticket(database, number, mei, "exchange", "壶盖有裂纹")
    await scene.held(database, number, "lin")
    page = await scene.console(lin, f"/console/conversations/{number}")
    beside = page.locator("#customer")
    for text in (
        "林美",
        "忠实顾客",
        "62%",
        "距上次购买",
        "#20260301002",
        "已发货",
        "换货",
        "好物推荐",
        "mei.lin@example.org",
    ):
        await expect(beside).to_contain_text(text)
    await expect(beside.locator(".reasons li").first).to_have_text(re.compile("（天） 0"))
    await beside.locator(".sent-message summary").click()
    await expect(beside.locator(".why")).to_contain_text("recommendation-follow-up")
    await page.locator(".understood summary").click()
    await expect(page.locator(".understood dl")).to_contain_text("茶具")
    await beside.locator(".suggested button").first.click()
    await expect(page.locator("#lines .line.agent .card")).to_have_count(1)


async def test_nobody_else_stands_beside_a_thread_until_she_is_looked_up(
    lin: BrowserContext, database: Database
) -> None:
    mei = await scene.known_customer(database)
    first = await scene.conversation(database, customer_id=mei, said=[("customer", "嗨")])
    second = await scene.conversation(database, name="王", said=[("customer", "在吗")])
    page = await scene.console(lin, f"/console/conversations/{first}?shelf=all")
    await expect(page.locator("#customer")).to_contain_text("林美")
    answer = asyncio.Event()

    async def slowly(route: Any) -> None:
        await answer.wait()
        await route.continue_()

    await page.route(f"**/{second}/customer", slowly)
    await open_row(page, second)
    await expect(page.locator("#customer")).to_have_text("正在查她的资料…")
    answer.set()
    await expect(page.locator("#customer .person")).to_contain_text("王")
    await expect(page.locator("#customer .looking")).to_have_count(0)


async def test_what_was_said_last_stays_in_sight_when_replies_are_suggested(
    lin: BrowserContext, database: Database
) -> None:
    said = [("customer", f"第 {count} 句") for count in range(30)]
    number = await scene.conversation(database, said=said)
    await scene.held(database, number, "lin")
    page = await scene.console(lin, f"/console/conversations/{number}")
    last = lines(page, "customer").last
    await expect(last).to_be_in_viewport()
    await page.evaluate("""() => {
        const box = document.querySelector("#suggestions");
        for (const text of "123") box.append(Object.assign(document.createElement("button"), { textContent: text }));
        box.hidden = false;
    }""")
    await expect(last).to_be_in_viewport(ratio=1)


async def test_a_row_in_english_stands_on_one_line(
    browser: Browser, client: Client, database: Database, complaints: Complaints
) -> None:
    wang = await scene.agent_browser(browser, client, "wang", complaints, language="en")
    await scene.in_queue(database, await scene.conversation(database, said=[("customer", "hello")]), waited=25)
    page = await scene.console(wang, "/console?shelf=queue")
    await expect(page.locator(".row .waits")).to_have_text("waiting 25 min")
    assert await page.evaluate("document.querySelector('.row-foot').offsetHeight") < 30
    await wang.close()


async def test_a_picture_is_sent_and_seen(
    browser: Browser, client: Client, lin: BrowserContext, database: Database
) -> None:
    customer = await customer_page(browser, client)
    number = await scene.held(database, await begun(customer, database, "我要找人"), "lin")
    page = await scene.console(lin, f"/console/conversations/{number}")
    picture: FilePayload = {"name": "壶.png", "mimeType": "image/png", "buffer": PNG}
    await page.locator("#file").set_input_files(picture)
    await expect(page.locator("#lines .line.agent .file img")).to_be_visible()
    await expect(customer.locator("rapport-chat .message.agent .file")).to_be_visible()
    await customer.context.close()


async def test_canned_replies_are_kept(lin: BrowserContext) -> None:
    page = await lin.new_page()
    await page.goto("/console/canned-replies")
    await page.locator(".adding summary").click()
    for name, text in (("shortcut", "hi"), ("text_zh", "您好"), ("text_en", "Hello")):
        await page.locator(f".adding [name={name}]").fill(text)
    await page.locator(".adding button.primary").click()
    reply = page.locator(".reply")
    await expect(reply).to_contain_text("/hi")
    await reply.get_by_text("修改", exact=True).click()
    await reply.locator("[name=text_en]").fill("Good day")
    await reply.locator("button.primary").click()
    await expect(reply.locator("p[lang=en]")).to_have_text("Good day")
    await reply.locator(".sure summary").click()
    await reply.locator("button.danger").click()
    await expect(reply).to_have_count(0)


async def test_one_column_at_a_time_on_a_phone(
    browser: Browser, client: Client, database: Database, complaints: Complaints
) -> None:
    phone = await scene.agent_browser(browser, client, "lin", complaints, viewport={"width": 390, "height": 780})
    mei = await scene.known_customer(database)
    number = await scene.conversation(database, customer_id=mei, said=[("customer", "嗨")])
    await scene.held(database, number, "lin")
    page = await scene.console(phone)
    column = {name: page.locator(f".{name}-column") for name in ("list", "thread", "customer")}
    shown = "list"
    for click, next_ in ((f"#row-{number}", "thread"), (".icon.about", "customer"), (".person .back", "thread")):
        await page.locator(click).click()
        await expect(column[next_]).to_be_visible()
        await expect(column["list"]).to_be_hidden()
        shown = next_
    assert shown == "thread"
    await write(page, "在的")
    await expect(lines(page, "agent")).to_have_text(["在的"])
    await page.locator(".state .back").click()
    await expect(column["list"]).to_be_visible()
    await expect(column["thread"]).to_be_hidden()
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    await phone.close()
    assert complaints == []


async def test_who_may_only_read_cannot_answer(
    browser: Browser, client: Client, database: Database, complaints: Complaints
) -> None:
    number = await scene.conversation(database, said=[("customer", "嗨")])
    marketer = await scene.agent_browser(browser, client, "mark", complaints, role="marketer")
    page = await scene.console(marketer, f"/console/conversations/{number}")
    await expect(lines(page, "customer")).to_have_text(["嗨"])
    await expect(page.locator("#composer, #state [data-act], #state [data-dialog]")).to_have_count(0)
    await marketer.close()
    viewer = await scene.agent_browser(browser, client, "view", Complaints(), role="viewer")
    refused = await viewer.request.get(f"/console/conversations/{number}")
    assert refused.status == 403
    await viewer.close()
    assert complaints == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_serious_for_a_screen_reader(
    browser: Browser, client: Client, database: Database, complaints: Complaints, language: str, scheme: Any
) -> None:
    context = await scene.agent_browser(browser, client, "lin", complaints, language=language, color_scheme=scheme)
    mei = await scene.known_customer(database)
    number = await scene.conversation(database, customer_id=mei, said=[("customer", "嗨"), ("assistant", "您好")])
    await scene.understood(database, number, 1, "greet", 0.9)
    await scene.in_queue(database, number)
    await scene.held(database, number, "lin")
    await scene.note(database, number, 2, "lin", "备注")
    await scene.canned(database, "hi", "您好", "Hello")
    await scene.in_queue(database, await scene.conversation(database, said=[("customer", "等着")]), waited=10)
    found: list[tuple[str, str, str]] = []

    async def scan(page: Page, where: str) -> None:
        issues = (await Axe().run(page)).response["violations"]
        bad = [issue for issue in issues if issue["impact"] in ("serious", "critical")]
        found.extend((where, issue["id"], str([node["html"][:90] for node in issue["nodes"][:2]])) for issue in bad)

    page = await scene.console(context, "/console?shelf=queue")
    await scan(page, "queue")
    await page.goto(f"/console/conversations/{number}")
    await expect(page.locator("#customer .facts")).to_be_visible()
    await scan(page, "thread")
    for dialog in ("hand-back", "transfer", "snooze", "close", "help"):
        await page.locator(f"[data-dialog={dialog}]").first.click()
        await expect(page.locator(f"#{dialog}")).to_be_visible()
        await scan(page, dialog)
        await page.keyboard.press("Escape")
    await page.set_viewport_size({"width": 390, "height": 780})
    await scan(page, "phone")
    await page.goto("/console/canned-replies")
    await page.locator(".adding summary").click()
    await scan(page, "canned replies")
    await context.close()
    assert found == []
    assert complaints == []


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf50"
    "0f0003860180d4d2d10c0000000049454e44ae426082"
)
