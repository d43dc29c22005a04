"""Products are made or brought up to date by their code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rapport.store.database import Database
from rapport.store.products import find_product

Take = Callable[..., Awaitable[dict[str, Any]]]
Content = Callable[[], Awaitable[dict[str, list[tuple[Any, ...]]]]]
HEADER = "sku,price,stock,category,name_zh,name_en\n"


async def test_a_product_is_updated_where_the_file_says_more(take: Take, database: Database) -> None:
    await take("products", HEADER + "MUG,39.90,5,kitchen,,Mug\n")
    report = await take("products", HEADER + "MUG,35,,,马克杯,\n")
    assert (report["taken"], report["merged"], report["updated"]) == (0, 1, {"products": 1})
    async with database.reading() as session:
        mug = await find_product(session, "MUG")
    assert mug is not None
    assert (mug.price_minor, mug.stock, mug.category) == (3500, 5, "kitchen")
    assert mug.names == {"en": "Mug", "zh": "马克杯"}


async def test_importing_twice_changes_nothing(take: Take, content: Content) -> None:
    file = HEADER + "MUG,39.90,5,kitchen,马克杯,Mug\nCUP,9,0,kitchen,,Cup\n"
    await take("products", file)
    before = await content()
    report = await take("products", file)
    assert await content() == before
    assert (report["taken"], report["already_here"]) == (0, 2)


async def test_prices_and_stocks_below_zero_are_refused(take: Take) -> None:
    report = await take("products", HEADER + "A,-1,,,,\nB,1,-1,,,\nC,1.5.0,,,,\n")
    assert report["reasons"] == {"price_not_positive": 1, "quantity_not_positive": 1, "not_a_number": 1}
