from __future__ import annotations

from datetime import UTC, datetime

import pytest

from actions.formats import day, minor_units, money
from rapport.settings import Language

LATE = datetime(2026, 2, 28, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minor", "currency", "language", "written"),
    [
        (12800, "CNY", "zh", "¥128"),
        (12850, "CNY", "zh", "¥128.50"),
        (1234500, "CNY", "en", "CN¥12,345"),
        (999, "USD", "en", "$9.99"),
        (500, "JPY", "en", "¥500"),
    ],
)
def test_money(minor: int, currency: str, language: Language, written: str) -> None:
    assert money(minor, currency, language) == written


def test_minor_units_follow_the_currency() -> None:
    assert (minor_units(99.5, "CNY"), minor_units(500, "JPY")) == (9950, 500)


@pytest.mark.parametrize(
    ("language", "zone", "written"),
    [
        ("zh", "Asia/Shanghai", "2026年3月1日"),
        ("en", "Europe/London", "28 February 2026"),
        ("en", "Mars/Olympus", "28 February 2026"),
        ("en", "../../etc/passwd", "28 February 2026"),
    ],
)
def test_day_is_that_of_the_customer(language: Language, zone: str, written: str) -> None:
    assert day(LATE, language, zone) == written
