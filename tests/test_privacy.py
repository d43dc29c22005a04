"""Logs show nothing of a person."""

from __future__ import annotations

import logging

import pytest

from rapport.privacy import MaskingFilter, mask, mask_email, mask_name


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("mail to mei.lin+x@mail.example.org failed", "mail to m***@mail.example.org failed"),
        ("call +86 138-0013-8000 now", "call *** now"),
        ("订单20260301123456已发货", "订单***已发货"),
        ("3 of 120 in 0.25 s", "3 of 120 in 0.25 s"),
    ],
)
def test_addresses_and_long_numbers_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_an_address_without_a_domain_is_masked_whole() -> None:
    assert mask_email("mei") == "***"


@pytest.mark.parametrize(
    ("name", "masked"),
    [("Emma Hartley", "E*** H***"), ("Cher", "C***"), ("林小满", "林**"), (" 欧阳 小北 ", "欧** 小**"), ("", "")],
)
def test_a_name_is_known_again_by_who_bears_it_alone(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_a_log_record_is_masked_with_its_arguments() -> None:
    record = logging.LogRecord("name", logging.INFO, "file", 1, "to %s", ("mei@example.org",), None)
    MaskingFilter().filter(record)
    assert record.getMessage() == "to m***@example.org"


def test_a_bots_token_is_masked_where_it_stands_in_an_address() -> None:
    token = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
    assert mask(f"POST https://api.telegram.org/bot{token}/getMe") == "POST https://api.telegram.org/bot***/getMe"
