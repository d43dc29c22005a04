"""Orders come in whole, once, with their refunds; what cannot be taken is told with line and reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from rapport.intake.errors import FileError, StrictError
from rapport.intake.mapping import shipped
from rapport.store.database import Database
from rapport.store.orders import Order, Refund

Take = Callable[..., Awaitable[dict[str, Any]]]
Content = Callable[[], Awaitable[dict[str, list[tuple[Any, ...]]]]]

HEADER = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
FILE = HEADER + (
    "500001,85048,LIGHTS,12,2010-07-01 09:00:00,6.95,13085.0,United Kingdom\n"
    "500001,79323p,CHERRY,2,2010-07-01 09:00:00,1.25,13085.0,United Kingdom\n"
    "500001,79323P,CHERRY,2,2010-07-01 09:00:00,1.25,13085.0,United Kingdom\n"
    "500002,85048,LIGHTS,1,2010-07-02 09:00:00,6.95,,France\n"
    "500001,85048,LIGHTS,3,2010-07-01 09:00:00,6.95,13085.0,United Kingdom\n"
    "C500003,85048,LIGHTS,-5,2010-07-03 09:00:00,6.95,13085.0,United Kingdom\n"
    "C500004,22041,NEVER BOUGHT,-1,2010-07-03 09:00:00,2.00,13085.0,United Kingdom\n"
    "500005,POST,POSTAGE,1,2010-07-01 09:00:00,18.00,13085.0,United Kingdom\n"
    "500005,85048,LIGHTS,-1,2010-07-01 09:00:00,0.00,,United Kingdom\n"
    "500006,85048,LIGHTS,1,01/07/2010,6.95,13085.0,United Kingdom\n"
    "500007,85048,LIGHTS,1\n"
    "A506401,B,Adjust bad debt,1,2010-04-29 13:36:00,-53594.36,,United Kingdom\n"
)
RETAIL = shipped("online_retail")


async def test_every_row_is_taken_merged_or_refused(take: Take) -> None:
    report = await take("orders", FILE, mapping=RETAIL)
    counts = {name: report[name] for name in ("rows", "taken", "merged", "refused", "already_here")}
    assert counts == {"rows": 12, "taken": 5, "merged": 2, "refused": 5, "already_here": 0}
    assert report["created"] == {
        "products": 3,
        "customers": 1,
        "orders": 2,
        "order_lines": 3,
        "refunds": 2,
        "refunds_with_order": 1,
    }
    assert [(one["line"], one["column"], one["reason"]) for one in report["refusals"]] == [
        (9, "StockCode", "postage"),
        (10, "Quantity", "quantity_not_positive"),
        (11, "InvoiceDate", "wrong_date"),
        (12, "", "ragged_row"),
        (13, "Invoice", "bad_debt"),
    ]


async def test_rows_of_an_order_that_lie_apart_are_one_order(take: Take, database: Database) -> None:
    await take("orders", FILE, mapping=RETAIL)
    async with database.reading() as session:
        orders = (
            await session.execute(select(Order.number, Order.total_minor, Order.currency, Order.placed_at))
        ).all()
    # London is an hour ahead of UTC in July.
    assert [tuple(order) for order in orders] == [
        ("500001", 15 * 695 + 2 * 125, "GBP", datetime(2010, 7, 1, 8, tzinfo=UTC)),
        ("500002", 695, "GBP", datetime(2010, 7, 2, 8, tzinfo=UTC)),
    ]


async def test_a_refund_finds_the_order_it_takes_back(take: Take, database: Database) -> None:
    await take("orders", FILE, mapping=RETAIL)
    async with database.reading() as session:
        statement = select(Refund.number, Order.number, Refund.quantity, Refund.amount_minor)
        rows = (await session.execute(statement.outerjoin(Order).order_by(Refund.id))).all()
    assert [tuple(row) for row in rows] == [
        ("C500003/85048", "500001", 5, 5 * 695),
        ("C500004/22041", None, 1, 200),
    ]


async def test_a_second_refund_goes_to_the_order_that_has_pieces_left(take: Take, database: Database) -> None:
    row = "{},85048,LIGHTS,{},2010-07-0{} 09:00:00,6.95,13085,UK\n"
    file = HEADER + row.format(1, 4, 1) + row.format(2, 4, 2) + row.format("C3", -3, 3) + row.format("C4", -3, 4)
    await take("orders", file, mapping=RETAIL)
    async with database.reading() as session:
        rows = (await session.execute(select(Refund.number, Order.number).join(Order).order_by(Refund.id))).all()
    assert [tuple(row) for row in rows] == [("C3/85048", "2"), ("C4/85048", "1")]


async def test_importing_twice_changes_nothing(take: Take, content: Content) -> None:
    await take("orders", FILE, mapping=RETAIL)
    before = await content()
    report = await take("orders", FILE, mapping=RETAIL)
    assert await content() == before
    assert (report["taken"], report["merged"], report["already_here"]) == (0, 7, 7)


async def test_an_order_that_now_says_something_else_is_refused(take: Take, content: Content) -> None:
    await take("orders", FILE, mapping=RETAIL)
    before = await content()
    other = HEADER + "500002,85048,LIGHTS,2,2010-07-02 09:00:00,6.95,,France\n"
    report = await take("orders", other, mapping=RETAIL)
    assert await content() == before
    assert report["reasons"] == {"order_differs": 1}


async def test_strict_stops_at_the_first_row_and_writes_nothing(take: Take, content: Content) -> None:
    before = await content()
    with pytest.raises(StrictError, match=r"line 10, column 'Quantity': -1 is no quantity sold"):
        await take("orders", FILE, mapping=RETAIL, strict=True)
    assert await content() == before


async def test_strict_rolls_back_what_a_later_chunk_refuses(take: Take, content: Content) -> None:
    await take("orders", HEADER + "599999,85048,LIGHTS,2,2010-07-02 09:00:00,6.95,,France\n", mapping=RETAIL)
    before = await content()
    rows = "".join(f"{500000 + n},85048,LIGHTS,1,2010-07-02 09:00:00,6.95,1,France\n" for n in range(600))
    last = "599999,85048,LIGHTS,3,2010-07-02 09:00:00,6.95,,France\n"
    with pytest.raises(StrictError, match="is here already"):
        await take("orders", HEADER + rows + last, mapping=RETAIL, strict=True)
    assert await content() == before


async def test_our_own_layout_needs_no_mapping(take: Take, database: Database) -> None:
    file = (
        "number,placed_at,sku,quantity,unit_price,email\nA-1,2026-02-01T10:00:00+08:00,MUG,2,39.90,Mei@Example.org\n"
    )
    report = await take("orders", file, strict=True)
    assert (report["taken"], report["refused"]) == (1, 0)
    async with database.reading() as session:
        order = (await session.scalars(select(Order))).one()
    assert (order.total_minor, order.currency, order.placed_at) == (7980, "CNY", datetime(2026, 2, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("", "the file is empty"),
        ("number,placed_at,sku,quantity\n", ":1, column 'unit_price': the column is missing. Right would be:"),
        ("number,placed_at,sku,quantity,unit_price,colour\n", ":1, column 'colour': the mapping does not know"),
        ("number,placed_at,sku,quantity,unit_price,sku\n", ":1, column 'sku': two columns have this name"),
        ("number;placed_at;sku;quantity;unit_price\n", "the columns seem to be separated by ';'"),
    ],
)
async def test_a_file_that_is_no_order_file_is_refused_whole(take: Take, file: str, message: str) -> None:
    with pytest.raises(FileError) as caught:
        await take("orders", file)
    assert message in str(caught.value)


async def test_amounts_too_large_for_the_store_are_refused(take: Take) -> None:
    header = "number,placed_at,sku,quantity,unit_price\n"
    rows = "1,2026-01-01,A,1,99999999\n2,2026-01-01,A,2000000,2000\n" + "3,2026-01-01,A,1,20000000\n" * 2
    report = await take("orders", header + rows)
    assert (report["taken"], report["reasons"]) == (0, {"not_an_amount": 4})
