from __future__ import annotations

from typing import Any

import pytest

from rapport.learning.utterance import shown, utterance


def named(kind: str, value: Any, written: str = "") -> dict[str, Any]:
    return {"entity": kind, "value": value} | ({"written": written} if written else {})


@pytest.mark.parametrize(
    ("language", "text", "entities", "expected"),
    [
        ("en", "where is #R-5521?", [named("order_id", "R-5521")], "where is #[A-1234](order_id)?"),
        ("zh", "订单HM1001怎么还没到", [named("order_id", "HM1001")], "订单[AB1234](order_id)怎么还没到"),
        (
            "zh",
            "要两个陶瓷杯",
            [named("quantity", 2, "两"), named("category", "cup", "陶瓷杯")],
            "要[两](quantity)个[陶瓷杯](category)",
        ),
        ("en", "under $50 please", [named("budget", 50)], "under $[50](budget) please"),
        (
            "en",
            "Mei Lin here, call 13800138000 or mei@example.org",
            [],
            "Alex here, call 12345678901 or [name@example.com](email)",
        ),
        ("zh", "我是陈小美，退款呢", [], "我是小明，退款呢"),
        ("en", "Meier [x](product) {a}\n- intent: thank", [], "Meier (x)(product) (a) - intent: thank"),
        (
            "en",
            "red mug, mug",
            [named("product", "M1", "red mug"), named("category", "mug")],
            "[red mug](product), [mug](category)",
        ),
    ],
)
def test_a_line_to_learn_from(language: str, text: str, entities: list[dict[str, Any]], expected: str) -> None:
    customer = "陈小美" if language == "zh" else "Mei Lin"
    assert utterance(text, {"entities": entities}, language=language, customer=customer) == expected


def test_a_reviewer_sees_no_personal_data() -> None:
    told = {"entities": [named("order_id", "R-5521")]}
    text = "Mei here, R-5521, mei@example.org, +86 138 0013 8000, not Meier"
    assert shown(text, told, customer="Mei Lin") == "*** here, ***, m***@example.org, ***, not Meier"
