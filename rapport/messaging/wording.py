"""Words, prices and dates as a customer reads them, in each of our languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_skeleton
from babel.numbers import format_currency, get_currency_precision

LOCALES = {"zh": "zh_CN", "en": "en_US"}
PURPOSES: Mapping[str, Mapping[str, str]] = {
    "newsletter": {"zh": "店铺来信", "en": "our newsletter"},
    "recommendations": {"zh": "好物推荐", "en": "product recommendations"},
    "cart_reminders": {"zh": "购物车提醒", "en": "reminders about your basket"},
    "offers": {"zh": "优惠消息", "en": "offers and discounts"},
    "win_back": {"zh": "久别问候", "en": "a word when we have not seen you for a while"},
    "order_updates": {"zh": "订单通知", "en": "news about your orders"},
}
MARKETING_PURPOSES = ("recommendations", "offers", "cart_reminders", "newsletter", "win_back")


def purpose_label(purpose: str, language: str) -> str:
    """What a purpose of consent is called; a shop's own purpose reads as its code."""
    labels = PURPOSES.get(purpose)
    return labels[language] if labels else purpose.replace("_", " ")


def price(minor: int, currency: str, language: str) -> str:
    """`8800`, CNY → `¥88.00` in Chinese, `CN¥88.00` in English."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, locale=LOCALES[language])


def day(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """The day as a person there would say it: `3月1日`, `March 1`."""
    return format_skeleton("MMMMd", moment.astimezone(zone), locale=LOCALES[language])


def zone_of(name: str | None, default: str) -> ZoneInfo:
    """The customer's time zone, or the shop's where hers is unknown or misspelt."""
    try:
        return ZoneInfo(name or default)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(default)


def in_language(texts: Mapping[str, object], language: str) -> str:
    """The text in this language, else in the other one, else nothing."""
    found = texts.get(language) or next(iter(texts.values()), "")
    return str(found)
