"""Money and dates as people write them, through Babel, in the customer's language and time zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision

from rapport.settings import Language

LOCALES: dict[Language, str] = {"zh": "zh_Hans_CN", "en": "en_US"}
DAYS: dict[Language, str] = {"zh": "y年M月d日", "en": "d MMMM y"}
WITHOUT_CENTS = "¤#,##0"
SATURDAY = 5


@cache
def money(minor: int, currency: str, language: Language) -> str:
    """`12800` → `¥128` (fen of CNY); cents are shown only where there are some."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    whole = amount == amount.to_integral_value()
    pattern = WITHOUT_CENTS if whole else None
    return format_currency(amount, currency, locale=LOCALES[language], format=pattern, currency_digits=not whole)


def minor_units(amount: float, currency: str) -> int:
    """`99.5` → `9950` (fen of CNY)."""
    minor: int = round(amount * 10 ** get_currency_precision(currency))
    return minor


def day(moment: datetime, language: Language, time_zone: str) -> str:
    """`2026年3月1日` or `1 March 2026`: the day it was where the customer lives; UTC's for a zone that is none."""
    return written_day(local_day(moment, time_zone), language)


def written_day(date: date, language: Language) -> str:
    """A calendar day as people write it."""
    return format_date(date, DAYS[language], locale=LOCALES[language])


def local_day(moment: datetime, time_zone: str) -> date:
    """The calendar day of a moment there."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return moment.astimezone(zone).date()


def working_days_after(start: date, count: int) -> date:
    """So many days later, Saturdays and Sundays left out; holidays are nobody's to know here."""
    reached = start
    while count > 0:
        reached += timedelta(days=1)
        count -= reached.weekday() < SATURDAY
    return reached
