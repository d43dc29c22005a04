from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import aiosmtplib
import httpx
import pytest

from demo.mail_server import MOST_BYTES, main, start_smtp
from demo.mailbox import Mailbox
from demo.mailbox_app import mailbox_app

AT = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
HOSTILE = '<script>alert(1)</script><p onclick="alert(2)">为你挑的 <a href="http://127.0.0.1/x">茶</a></p>'


def mail(subject: str = "小满，为你挑了几样", *, html: str = HOSTILE) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Halfhill <hello@example.org>"
    message["To"] = "lin.xiaoman@example.org"
    message["Subject"] = subject
    message["Message-ID"] = "<one@example.org>"
    message.set_content("你好小满：\n这是给你的推荐。\n")
    message.add_alternative(html, subtype="html")
    return message


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mailbox")


@pytest.fixture
async def port(mailbox: Mailbox) -> AsyncIterator[int]:
    server = await start_smtp(mailbox, port=0, clock=lambda: AT)
    yield int(server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()


@pytest.fixture
async def page(mailbox: Mailbox) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(mailbox_app(mailbox, zone="Asia/Shanghai"))
    async with httpx.AsyncClient(transport=transport, base_url="http://mailbox") as client:
        yield client


async def send(port: int, message: EmailMessage) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port) as smtp:
        errors, _ = await smtp.send_message(message)
        assert errors == {}


async def test_mail_over_smtp_is_kept_as_it_came(mailbox: Mailbox, port: int) -> None:
    content = mail().as_bytes(policy=SMTP)
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port) as smtp:
        _, answer = await smtp.sendmail("hello@example.org", ["lin.xiaoman@example.org"], content)
    (summary,) = mailbox.list()
    assert answer == f"2.0.0 Kept as {summary.id}"
    assert (summary.subject, summary.to, summary.at) == ("小满，为你挑了几样", ("lin.xiaoman@example.org",), AT)
    envelope = b"Return-Path: <hello@example.org>\r\nDelivered-To: lin.xiaoman@example.org\r\n"
    assert mailbox.source(summary.id) == envelope + content


async def test_lists_show_the_newest_first(page: httpx.AsyncClient, mailbox: Mailbox) -> None:
    for minute, subject in enumerate(("one", "two", "three")):
        at = AT.replace(minute=minute)
        mailbox.add(mail(subject).as_bytes(), sender="a@example.org", to=["b@example.org"], at=at)
    listed = (await page.get("/mailbox.json")).json()
    assert [entry["subject"] for entry in listed] == ["three", "two", "one"]
    assert set(listed[0]) == {"id", "from", "to", "subject", "at", "preview"}


async def test_mail_as_json_has_text_html_and_headers(page: httpx.AsyncClient, port: int) -> None:
    await send(port, mail())
    (summary,) = (await page.get("/mailbox.json")).json()
    read = (await page.get(f"/mailbox/{summary['id']}.json")).json()
    assert read["text"] == "你好小满：\n这是给你的推荐。\n"
    assert read["html"] == HOSTILE + "\n"
    assert ["Message-ID", "<one@example.org>"] in read["headers"]
    assert read["to"] == ["lin.xiaoman@example.org"]


async def test_pages_speak_both_languages(page: httpx.AsyncClient, port: int) -> None:
    assert "还没有邮件" in (await page.get("/mailbox")).text
    assert "No mail yet" in (await page.get("/mailbox", headers={"accept-language": "en-GB,en"})).text
    await send(port, mail())
    (summary,) = (await page.get("/mailbox.json")).json()
    chinese, english = [
        (await page.get(f"/mailbox/{summary['id']}", params={"lang": code})).text for code in ("zh", "en")
    ]
    assert '<html lang="zh-CN">' in chinese
    assert "2026年3月1日 18:00:00" in chinese
    assert '<html lang="en">' in english
    assert "1 Mar 2026, 18:00:00" in english
    assert f'src="/mailbox/{summary["id"]}/html"' in english


async def test_html_of_a_mail_can_do_nothing(page: httpx.AsyncClient, port: int) -> None:
    await send(port, mail(subject="<img src=x onerror=alert(1)>"))
    (summary,) = (await page.get("/mailbox.json")).json()
    for path in ("/mailbox", f"/mailbox/{summary['id']}"):
        answer = await page.get(path)
        assert "<img" not in answer.text
        assert "<script>" not in answer.text
        assert "unsafe" not in answer.headers["content-security-policy"]
    frame = await page.get(f"/mailbox/{summary['id']}/html")
    policy = dict(part.strip().partition(" ")[::2] for part in frame.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert "script-src" not in policy
    assert policy["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"


async def test_source_is_plain_text(page: httpx.AsyncClient, mailbox: Mailbox) -> None:
    name = mailbox.add(mail().as_bytes(), sender="a@example.org", to=["b@example.org"], at=AT)
    answer = await page.get(f"/mailbox/{name}/source")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.content == mailbox.source(name)


@pytest.mark.parametrize("path", ["", "/html", "/source", ".json"])
@pytest.mark.parametrize("name", ["nothing", "20260301T100000000000-0000abcd", "..%2F..%2Fsecret", "%00"])
async def test_unknown_mail_is_404(page: httpx.AsyncClient, name: str, path: str) -> None:
    assert (await page.get(f"/mailbox/{name}{path}")).status_code == 404


async def test_page_brings_its_own_style_and_script(page: httpx.AsyncClient) -> None:
    kinds = [(await page.get(f"/mailbox/mailbox.{kind}")).headers["content-type"] for kind in ("css", "js")]
    assert kinds == ["text/css; charset=utf-8", "text/javascript; charset=utf-8"]


async def test_oversize_mail_is_refused_before_and_after_it_is_sent(mailbox: Mailbox, port: int) -> None:
    big = b"Subject: big\r\n\r\n" + b"x" * 900 + b"\r\n"
    big += (b"y" * 998 + b"\r\n") * (MOST_BYTES // 1000 + 10)
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port) as smtp:
        with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
            await smtp.mail("a@example.org", options=[f"SIZE={len(big)}"])
        assert refused.value.code == 552
        await smtp.mail("a@example.org")  # a sender that does not say how much is coming
        await smtp.rcpt("b@example.org")
        with pytest.raises(aiosmtplib.SMTPDataError) as refused_late:
            await smtp.data(big)
        assert refused_late.value.code == 552
        assert (await smtp.noop()).code == 250
    assert mailbox.list() == []


async def test_mail_that_cannot_be_kept_is_asked_for_again(mailbox: Mailbox, port: int, tmp_path: Path) -> None:
    (tmp_path / "mailbox").rmdir()
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await send(port, mail())
    assert refused.value.code == 452


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no header at all",
        b"Content-Type: text/html; charset=klingon\r\n\r\n\xff\xfe",
        b"Subject: =?utf-8?q?=FF=FE?=\r\nTo: <<>>;;,@\r\nContent-Type: multipart/mixed\r\n\r\n--",
        b"Subject: \xff\xfe\r\nContent-Type: multipart/alternative; boundary=\r\n\r\n\x00",
    ],
)
async def test_broken_mail_still_opens(page: httpx.AsyncClient, mailbox: Mailbox, content: bytes) -> None:
    name = mailbox.add(content, sender="", to=["b@example.org"], at=AT)
    for path in ("/mailbox", f"/mailbox/{name}", f"/mailbox/{name}.json", f"/mailbox/{name}/html"):
        assert (await page.get(path)).status_code == 200
    assert [summary.to for summary in mailbox.list()] == [("b@example.org",)]


async def test_command_serves_mail_and_page_until_it_is_told_to_stop(tmp_path: Path, free_port: int) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "demo.mail_server", "--smtp-port", "0", "--http-port", str(free_port),
        "--folder", str(tmp_path / "mails"), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        said = (await process.stdout.readline()).decode()
        await send(int(said.split("smtp://127.0.0.1:")[1].split(",")[0]), mail())
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(100):
                try:
                    listed = (await client.get(f"http://127.0.0.1:{free_port}/mailbox.json")).json()
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0.05)
        assert [entry["subject"] for entry in listed] == ["小满，为你挑了几样"]
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()
    assert list((tmp_path / "mails").glob(".*")) == []


async def test_taken_port_is_said_and_ends_with_1(
    port: int, free_port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--smtp-port", str(port), "--http-port", str(free_port), "--folder", str(tmp_path)]
    assert await asyncio.to_thread(main, arguments) == 1
    assert "The mail server cannot start" in capsys.readouterr().err
