"""The same number, address or telephone is the same customer; a contradiction is told, never guessed at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select

from rapport.store.customers import Customer, Identity
from rapport.store.database import Database

Take = Callable[..., Awaitable[dict[str, Any]]]
Content = Callable[[], Awaitable[dict[str, list[tuple[Any, ...]]]]]
HEADER = "external_id,email,phone,name,language,time_zone,country,registered_at\n"


async def people(database: Database) -> list[tuple[str, set[tuple[str, str]]]]:
    async with database.reading() as session:
        found = []
        for customer in await session.scalars(select(Customer).order_by(Customer.id)):
            rows = select(Identity.kind, Identity.value).where(Identity.customer_id == customer.id)
            found.append((customer.name, {(kind, value) for kind, value in await session.execute(rows)}))
    return found


async def test_rows_that_share_an_identity_are_one_customer(take: Take, database: Database) -> None:
    report = await take(
        "customers",
        HEADER
        + "1,mei@example.org,,梅,zh-CN,Asia/Shanghai,CN,2025-01-01\n"
        + ",MEI@example.org,+86 138 0013 8000,,,,,\n"
        + ",,+8613800138000,梅林,,,,\n",
    )
    assert (report["taken"], report["merged"], report["refused"]) == (1, 2, 0)
    assert await people(database) == [
        ("梅林", {("external_id", "1"), ("email", "mei@example.org"), ("phone", "+8613800138000")})
    ]


async def test_a_row_that_names_two_customers_makes_them_one(take: Take, database: Database) -> None:
    file = HEADER + "1,,,Mei,en,,,\n,mei@example.org,,,,,,\n1,mei@example.org,,,,,,\n"
    report = await take("customers", file)
    assert report["updated"]["customers_merged"] == 1
    assert await people(database) == [("Mei", {("external_id", "1"), ("email", "mei@example.org")})]


async def test_two_numbers_of_the_shop_are_never_merged(take: Take, database: Database) -> None:
    file = HEADER + "1,home@example.org,,Mei,,,,\n2,home@example.org,,Lin,,,,\n"
    report = await take("customers", file)
    assert report["reasons"] == {"identity_conflict": 1}
    assert "1, 2" in report["refusals"][0]["detail"]
    assert await people(database) == [("Mei", {("external_id", "1"), ("email", "home@example.org")})]


async def test_importing_twice_changes_nothing(take: Take, content: Content) -> None:
    file = HEADER + "1,mei@example.org,,梅,zh,Asia/Shanghai,CN,2025-01-01\n,a@example.org,,A,en,,,\n"
    await take("customers", file)
    before = await content()
    report = await take("customers", file)
    assert await content() == before
    assert report["already_here"] == 2


async def test_wrong_cells_are_refused_with_their_column(take: Take) -> None:
    file = HEADER + "1,mei@@x,,,,,,\n2,,12,,,,,\n3,,,,fr,,,\n4,,,,,Mars/Base,,\n5,,,,,,,yesterday\n,,,Nobody,,,,\n"
    report = await take("customers", file)
    assert [(one["line"], one["column"], one["reason"]) for one in report["refusals"]] == [
        (2, "email", "wrong_email"),
        (3, "phone", "wrong_phone"),
        (4, "language", "wrong_language"),
        (5, "time_zone", "wrong_time_zone"),
        (6, "registered_at", "wrong_date"),
        (7, "", "missing_value"),
    ]
