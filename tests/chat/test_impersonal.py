from __future__ import annotations

from dataclasses import replace

import pytest

from rapport.chat.filling import filled
from rapport.chat.impersonal import impersonal
from rapport.settings import Language
from rapport.store.resolved import Exchange

BASE = Exchange("c", "en", "", "", (), ("R-5521",), "Mei Lin", "Anna")


@pytest.mark.parametrize(
    ("language", "said", "expected"),
    [
        ("en", "Hi Mei, Anna here: #R-5521 left today.", "Hi {customer}, {agent} here: {order} left today."),
        ("en", "Dear Mr Brown, write to bob@example.org", "Dear {customer}, write to [e-mail]"),
        ("en", "I refunded ¥128.50 on March 5 to 4111 1111 1111 1111.", "I refunded [amount] on [date] to [number]."),
        ("en", "It goes to 12 Baker Street, see https://x.example/t?id=9", "It goes to [address], see [link]"),
        ("en", "Annabel's parcel is number 20260301.", "Annabel's parcel is number [number]."),
        ("zh", "王女士您好，128元已退回。", "{customer}您好，[金额]已退回。"),
        ("zh", "订单R-5521三月八号以前到，运单号SF12345x。", "订单{order}三月八号以前到，运单号[号码]。"),
        ("zh", "寄到杭州市西湖区满觉陇路18号2栋，电话13800000000。", "[地址]，电话[号码]。"),
        ("zh", "3月5日发出，一般2–4天送到。", "[日期]发出，一般2–4天送到。"),
    ],
)
def test_what_was_one_customers_alone_is_left_out(language: Language, said: str, expected: str) -> None:
    assert impersonal(replace(BASE, said=said, language=language), language) == expected


@pytest.mark.parametrize(
    ("language", "text", "values", "expected"),
    [
        ("zh", "{customer}您好，我是{agent}。", {"customer": "小美", "agent": "小林"}, "小美您好，我是小林。"),
        ("zh", "{customer}，您好", {}, "您好"),
        ("en", "Hello {customer}, order {order} left.", {}, "Hello, order [order number] left."),
        ("en", "{order} {unknown} {agent.__class__}", {"order": "{agent}"}, "{agent} {unknown} {agent.__class__}"),
    ],
)
def test_filled_knows_four_names_and_nothing_else(
    language: Language, text: str, values: dict[str, str], expected: str
) -> None:
    assert filled(text, language, values) == expected
