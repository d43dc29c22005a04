from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from actions.comparison import compare
from actions.reply import Column, Row, Table
from actions.texts import Texts
from actions.turn import Turn
from rapport.settings import Language
from rapport.store.products import Product


def product(sku: str, price: int, **attributes: dict[str, Any]) -> Product:
    names = {"zh": f"杯{sku}", "en": f"Cup {sku}"}
    return Product(sku=sku, price_minor=price, stock=3, names=names, attributes=attributes)


def attribute(zh: str, en: str, label: dict[str, str] | None = None) -> dict[str, Any]:
    return {"value": en, "names": {"zh": zh, "en": en}} | ({"label": label} if label else {})


RED = attribute("红色", "red", {"zh": "颜色", "en": "Colour"})
CLAY = attribute("紫砂", "clay", {"zh": "材质", "en": "Material"})
SHELF = (
    product("A", 4500, colour=RED, material=CLAY),
    product("B", 9900, colour=attribute("蓝色", "blue", {"zh": "颜色", "en": "Colour"}), material=CLAY),
    product("C", 9950, colour=RED, material=CLAY, made_in=attribute("景德镇", "Jingdezhen")),
)


def turn(language: Language, now: datetime) -> Turn:
    return Turn(
        conversation_id="0" * 32,
        customer_id=None,
        customer_name="",
        language=language,
        time_zone="UTC",
        intent="compare_products",
        confidence=1.0,
        entities=(),
        text="",
        slots={},
        shown=(),
        message_id="1",
        now=now,
    )


def test_compare_shows_price_stock_and_what_differs(now: datetime) -> None:
    assert compare(SHELF[:2], turn("zh", now), texts=Texts.load(), currency="CNY") == Table(
        (Column("A", "杯A", "/pictures/A.svg", "/products/A"), Column("B", "杯B", "/pictures/B.svg", "/products/B")),
        (
            Row("价格", ("¥45", "¥99")),
            Row("库存", ("仅剩 3 件", "仅剩 3 件")),
            Row("颜色", ("红色", "蓝色")),
        ),
    )


@pytest.mark.parametrize(("language", "label"), [("zh", "Made in"), ("en", "Made in")])
def test_what_only_one_has_is_a_dash_for_the_others(language: Language, label: str, now: datetime) -> None:
    table = compare(SHELF, turn(language, now), texts=Texts.load(), currency="CNY")
    assert table.rows[-1].label == label
    assert table.rows[-1].cells[:2] == ("–", "–")
