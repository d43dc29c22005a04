"""The bytes of a mail, read back by the standard library."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.messaging.errors import HeaderError
from rapport.messaging.mime import Letter, address, header, make_mail

DATE = datetime(2026, 3, 1, 10, tzinfo=UTC)
LETTER = Letter(
    "您好，林梅：您看过的茶具都还在，慢慢挑，不着急，想好了再说", "一行\n.\n二行\r\n", "<p>茶</p>", "zh", {}
)


def made(letter: Letter = LETTER, **changed: str) -> bytes:
    values = {
        "sender": "半山小铺 <hello@shop.example>",
        "recipient": "mei@example.org",
        "message_id": "<7@shop.example>",
    }
    return make_mail(letter, **values | changed, date=DATE).content


def test_make_mail_says_the_same_when_read_back() -> None:
    mail = email.message_from_bytes(made(), policy=email.policy.default)
    text, html = mail.iter_parts()
    assert (mail["Subject"], mail["From"], mail["To"]) == (
        LETTER.subject,
        "半山小铺 <hello@shop.example>",
        "mei@example.org",
    )
    assert (mail["Message-ID"], mail["Date"]) == ("<7@shop.example>", "Sun, 01 Mar 2026 10:00:00 +0000")
    assert (mail.get_content_type(), mail["MIME-Version"], mail["Content-Language"]) == (
        "multipart/alternative",
        "1.0",
        "zh",
    )
    assert (text.get_content_type(), text.get_content()) == ("text/plain", LETTER.text)
    assert (html.get_content_type(), html.get_content()) == ("text/html", LETTER.html)
    assert mail.defects == []


def test_make_mail_is_ascii_in_short_crlf_lines() -> None:
    content = made()
    assert re.findall(rb"(?<!\r)\n|\r(?!\n)", content) == []
    assert max(map(len, content.split(b"\r\n"))) <= 78
    assert content.isascii()


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@y.z", "a\nb", "a\rb", "a\0b", "a\tb", "a\x85b", "a\u2028b", "a\ud800b"])
@pytest.mark.parametrize("place", ["subject", "sender", "recipient", "message_id", "header"])
def test_make_mail_refuses_control_characters_everywhere(bad: str, place: str) -> None:
    changed: dict[str, str] = {}
    letter = LETTER
    if place == "subject":
        letter = Letter(bad, "", "", "en", {})
    elif place == "header":
        letter = Letter("s", "", "", "en", {"List-Unsubscribe": bad})
    else:
        changed = {place: f"{bad} <hello@shop.example>" if place == "sender" else bad}
    with pytest.raises(HeaderError):
        made(letter, **changed)


@given(st.text())
def test_header_is_one_field_or_refused(value: str) -> None:
    try:
        line = header("Subject", value)
    except HeaderError:
        return
    parsed = email.message_from_string(f"{line}\r\n\r\n", policy=email.policy.default)
    assert parsed.keys() == ["Subject"]
    assert re.findall(r"\r\n(?![ \t])", line) == []


def test_header_encodes_what_looks_encoded() -> None:
    assert header("Subject", "=?utf-8?q?spoof?=") != "Subject: =?utf-8?q?spoof?="


@pytest.mark.parametrize(
    "value", ["", "mei", "@x.y", "mei@", "a b@x.y", "a@b@c.d", "<a@b.c>", "茶@x.y", "a@茶.cn", "a@b..c"]
)
def test_address_refuses_what_no_relay_takes(value: str) -> None:
    with pytest.raises(HeaderError):
        address(value)


@pytest.mark.parametrize("value", ["mei.lin+shop@example.org", "a@localhost", "o'neil@ex-ample.co"])
def test_address_takes_plain_ones(value: str) -> None:
    assert address(value) == value
