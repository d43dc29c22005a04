"""Files: looked at before they leave, followed while they do, refused with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.conftest import Complaints, shared
from tests.browser.customer import behind, input_of, opened, said, write
from tests.web.conftest import Client

PNG = Path(__file__).parents[2] / "docs" / "pictures" / "shop.png"


@shared
async def page(context: BrowserContext) -> Page:
    return await opened(context)


async def choose(page: Page, *files: Any) -> None:
    await page.locator("rapport-chat input[type=file]").set_input_files(list(files))


async def test_a_picture_is_shown_before_and_after_it_was_sent(page: Page, client: Client) -> None:
    await choose(page, PNG)
    await expect(page.locator("rapport-chat .tray img")).to_be_visible()
    await write(page, "就是这个")
    await expect(page.locator("rapport-chat .tray")).to_be_hidden()
    sent = page.locator("rapport-chat .message.customer:not(.pending) .file img")
    await expect(sent).to_have_attribute("alt", "图片: shop.png")
    await expect(page.locator("rapport-chat progress")).to_have_count(0)
    await expect(page.locator("rapport-chat .note")).to_have_text("已发送")
    await expect(page.locator("rapport-chat .message.customer").last.locator(".note")).to_be_visible()
    await page.reload()
    await expect(sent).to_have_count(1)
    assert await sent.evaluate("one => one.decode().then(() => one.naturalWidth > 100)")
    await expect(said(page, "customer")).to_have_text(["您: 就是这个"])


@pytest.mark.parametrize(
    ("name", "kind", "content", "why"),
    [
        ("a.svg", "image/svg+xml", b"<svg/>", "“a.svg”不是能发送的文件。"),
        ("a.exe", "application/octet-stream", b"MZ", "“a.exe”不是能发送的文件。"),
        ("b.png", "image/png", b"\x89PNG" + b"0" * 5 * 1024 * 1024, "“b.png”太大了。"),
    ],
)
async def test_what_cannot_be_sent_is_refused_with_the_reason(
    page: Page, name: str, kind: str, content: bytes, why: str
) -> None:
    await choose(page, {"name": name, "mimeType": kind, "buffer": content})
    await expect(page.locator("rapport-chat").get_by_role("alert")).to_have_text(
        f"{why} 可以发送图片（PNG、JPEG、GIF、WebP）或 PDF，每个不超过 5 MB。"
    )
    await expect(page.locator("rapport-chat .tray")).to_be_hidden()


async def test_what_only_calls_itself_a_picture_is_refused_by_the_server(page: Page, complaints: Complaints) -> None:
    await choose(page, {"name": "c.png", "mimeType": "image/png", "buffer": b"<svg onload=alert(1)>"})
    # The browser may tell of it after the alert has been seen.
    async with page.expect_console_message(lambda told: "422" in told.text):
        await input_of(page).press("Enter")
    failed = page.locator("rapport-chat .failed")
    await expect(failed.get_by_role("alert")).to_contain_text("“c.png”不是能发送的文件。")
    (complaint,) = complaints
    assert "422" in complaint
    complaints.clear()


@pytest.mark.parametrize("event", ["drop", "paste"])
async def test_files_can_be_dropped_and_pasted(page: Page, event: str) -> None:
    await page.locator("rapport-chat .compose textarea").evaluate(
        """(input, name) => {
            const brought = new DataTransfer();
            brought.items.add(new File(["%PDF-1.4"], "bill.pdf", { type: "application/pdf" }));
            const both = { bubbles: true, composed: true, cancelable: true };
            const happened = name === "drop" ? new DragEvent("drop", { ...both, dataTransfer: brought })
                : new ClipboardEvent("paste", { ...both, clipboardData: brought });
            input.dispatchEvent(happened);
        }""",
        event,
    )
    await expect(page.locator("rapport-chat .tray .name")).to_have_text("bill.pdf")
    await page.get_by_role("button", name="移除: bill.pdf").click()
    await expect(page.locator("rapport-chat .tray")).to_be_hidden()
    await expect(input_of(page)).to_be_focused()


async def test_a_file_that_found_no_line_can_be_sent_again(
    page: Page, context: BrowserContext, client: Client, complaints: Complaints
) -> None:
    await write(page, "你好")
    await expect(said(page, "assistant")).to_have_count(2)
    await context.route("**/chat/files", lambda route: route.abort())
    await choose(page, PNG)
    await input_of(page).press("Enter")
    await expect(page.locator("rapport-chat .failed .note")).to_contain_text("没有发送成功")
    await context.unroute("**/chat/files")
    await page.get_by_role("button", name="重试").click()
    await expect(page.locator("rapport-chat .message.customer:not(.pending) .file")).to_have_count(1)
    await expect(page.locator("rapport-chat .failed")).to_have_count(0)
    async with behind(client) as (_, conversation):
        assert conversation.last_seq == 4
    complaints.clear()
