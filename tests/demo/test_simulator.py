from __future__ import annotations

import hashlib
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import Connection, func, inspect, select, text

from demo.catalogue import load_catalogue
from demo.history import Plan, make_history
from demo.simulator import OtherRunError, main, simulate, write_files
from demo.support import threads
from demo.traits import hidden_traits
from rapport.learning.figures import figures
from rapport.store.base import Base
from rapport.store.canned_replies import canned_replies
from rapport.store.consents import consents_of
from rapport.store.customers import Customer, Identity, add_customer, find_customer
from rapport.store.database import Database
from rapport.store.events import Event
from rapport.store.messages import Delivery, Message
from rapport.store.offers import LoyaltyEntry
from rapport.store.orders import Order, OrderLine, Refund, latest_orders
from rapport.store.products import Product
from rapport.store.resolved import resolved_exchanges

UNTIL = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
PLAN = Plan(seed=7, customers=60, until=UNTIL)
CATALOGUE = load_catalogue()


async def fill(database: Database, plan: Plan = PLAN, *, any_end: bool = False) -> dict[str, int]:
    console = Console(file=io.StringIO())
    return await simulate(database, CATALOGUE, plan, now=UNTIL, console=console, any_end=any_end)


async def checksum(database: Database) -> dict[str, str]:
    """A digest of every table's rows."""
    digests = {}
    async with database.reading() as session:
        for table in (*Base.metadata.sorted_tables, hidden_traits):
            rows = (await session.execute(select(table).order_by(*table.primary_key))).all()
            digests[table.name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return digests


def columns_by_table(connection: Connection) -> dict[str, set[str]]:
    inspector = inspect(connection)
    return {name: {column["name"] for column in inspector.get_columns(name)} for name in inspector.get_table_names()}


async def test_same_seed_gives_the_same_rows(tmp_path: Path) -> None:
    digests = []
    for name in ("one", "two"):
        database = Database(f"sqlite+aiosqlite:///{tmp_path}/{name}.db")
        counts = await fill(database)
        digests.append((counts, await checksum(database)))
        await database.close()
    assert digests[0] == digests[1]
    assert digests[0][0]["customers"] == 60
    assert digests[0][0]["products"] == 205


async def test_another_seed_gives_another_past() -> None:
    totals = [make_history(Plan(seed, 60, UNTIL), CATALOGUE).orders.total.tolist() for seed in (7, 8)]
    assert totals[0] != totals[1]


async def test_second_run_changes_nothing(database: Database) -> None:
    assert (await fill(database))["customers"] == 60
    before = await checksum(database)
    assert await fill(database) == {}
    assert await fill(database, Plan(7, 60, UNTIL + timedelta(days=1)), any_end=True) == {}
    assert await checksum(database) == before


async def test_other_parameters_are_refused_and_nothing_is_written(database: Database) -> None:
    await fill(database)
    before = await checksum(database)
    with pytest.raises(OtherRunError, match="seed 7, 60 customers"):
        await fill(database, Plan(8, 60, UNTIL))
    assert await checksum(database) == before


async def test_rows_agree_with_each_other(database: Database) -> None:
    counts = await fill(database)
    async with database.reading() as session:
        early = await session.scalar(
            select(func.count(Order.id)).join(Customer, Customer.id == Order.customer_id)
            .where(Order.placed_at < Customer.registered_at)
        )  # fmt: skip
        unlike = await session.scalars(
            select(Order.id).join(OrderLine).group_by(Order.id, Order.total_minor)
            .having(Order.total_minor != func.sum(OrderLine.quantity * OrderLine.unit_price_minor))
        )  # fmt: skip
        too_much = await session.scalars(
            select(Order.id).join(Refund).group_by(Order.id, Order.total_minor)
            .having(func.sum(Refund.amount_minor) > Order.total_minor)
        )  # fmt: skip
        in_debt = await session.scalars(
            select(LoyaltyEntry.customer_id).group_by(LoyaltyEntry.customer_id)
            .having(func.sum(LoyaltyEntry.points) < 0)
        )  # fmt: skip
        late = await session.scalar(select(func.count()).where(Event.at > UNTIL))
        sent = await session.scalar(select(func.count()).select_from(Delivery).join(Message))
        placed = await session.scalar(select(func.count()).where(Event.name == "order_placed"))
    assert (early, list(unlike), list(too_much), list(in_debt), late) == (0, [], [], [], 0)
    assert (sent, placed) == (counts["messages"], counts["orders"])


async def test_known_customers_are_always_there(database: Database) -> None:
    await fill(database, Plan(7, 2, UNTIL))
    async with database.reading() as session:
        for external_id, language, name in (("demo-zh", "zh", "林小满"), ("demo-en", "en", "Emma Hartley")):
            customer = await find_customer(session, "external_id", external_id)
            assert customer is not None
            assert (customer.language, customer.name) == (language, name)
            orders = await latest_orders(session, customer.id)
            assert [order.status for order in orders] == ["shipped", "delivered", "delivered", "delivered"]
            assert orders[0].tracking_number is not None
            assert orders[0].placed_at < UNTIL - timedelta(days=5)
            assert orders[0].shipped_at is not None
            assert orders[0].shipped_at > UNTIL - timedelta(days=2)
            assert ("email", "recommendations") in await consents_of(session, customer.id)
        assert customer is await find_customer(session, "email", "emma.hartley@example.org")


async def test_own_numbers_go_on_after_the_simulated_ones(database: Database) -> None:
    await fill(database)
    async with database.session() as session:
        customer = await add_customer(session, {"email": "new@example.org"}, now=UNTIL)
        assert customer.id == 61


async def test_simulation_beside_rows_that_are_there(database: Database) -> None:
    await fill_one_customer(database)
    await fill(database)
    async with database.reading() as session:
        customer = await find_customer(session, "external_id", "demo-zh")
        assert customer is not None
        assert customer.id == 2
        assert len(await latest_orders(session, customer.id)) == 4


async def fill_one_customer(database: Database) -> None:
    async with database.session() as session:
        await add_customer(session, {"email": "first@example.org"}, now=UNTIL)


async def test_hidden_traits_stand_in_the_demo_table_only(database: Database) -> None:
    await fill(database)
    secret = set(hidden_traits.columns.keys()) - {"customer_id", "language", "time_zone"}
    async with database.engine.connect() as connection:
        columns = await connection.run_sync(columns_by_table)
    assert {table for table, names in columns.items() if names & secret} == {"demo_hidden_traits"}
    assert "demo_hidden_traits" not in Base.metadata.tables
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(hidden_traits)) == 60
        await session.execute(text("DROP TABLE demo_hidden_traits"))
        assert await session.scalar(select(func.count()).select_from(Customer)) == 60


async def test_addresses_and_numbers_belong_to_nobody(database: Database) -> None:
    await fill(database)
    async with database.reading() as session:
        emails = list(await session.scalars(select(Identity.value).where(Identity.kind == "email")))
        phones = list(await session.scalars(select(Identity.value).where(Identity.kind == "phone")))
    reserved = {"example.com", "example.org", "example.net", "mail.test"}
    assert {email.split("@")[1] for email in emails} <= reserved
    assert all(phone.startswith("+44770090") or (phone[5:9] == "5550" and phone[9] == "1") for phone in phones)
    assert len(phones) == len(set(phones)) > 20


async def test_products_carry_labels_in_both_languages(database: Database) -> None:
    await fill(database, Plan(7, 2, UNTIL))
    async with database.reading() as session:
        thermos = await session.scalar(select(Product).where(Product.sku == "WARE-010"))
    assert thermos is not None
    assert thermos.attributes["colour"]["names"] == {"zh": "藏青色、白色、红色", "en": "navy, white, red"}
    assert (thermos.price_minor, thermos.picture) == (12900, "/pictures/WARE-010.svg")


def test_files_for_the_assistant_and_the_page_are_written(tmp_path: Path) -> None:
    write_files(CATALOGUE, tmp_path)
    document = json.loads((tmp_path / "catalogue.json").read_text(encoding="utf-8"))
    assert len(document["products"]) == len(list((tmp_path / "pictures").glob("*.svg"))) == 205
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_command_fills_a_database_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAPPORT_VAR_DIR", str(tmp_path))
    url = f"sqlite+aiosqlite:///{tmp_path}/shop.db"
    command = ["--database-url", url, "--customers", "20", "--until", UNTIL.isoformat()]
    assert main([*command, "--seed", "7"]) == 0
    assert "customers                   20" in capsys.readouterr().out
    assert main([*command, "--seed", "7"]) == 0
    assert capsys.readouterr().out == "The demo shop is there already; nothing to do.\n"
    assert main([*command, "--seed", "8"]) == 1
    assert "made with other parameters" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--customers", "1"], ["--until", "yesterday"], ["--seed", "x"]])
def test_wrong_usage_ends_with_2(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong)
    assert ended.value.code == 2


async def test_the_past_of_the_desk_is_there(database: Database) -> None:
    await fill(database)
    days = (UNTIL - timedelta(days=15)).date(), UNTIL.date()
    async with database.reading() as session:
        report = await figures(session, *days, by="agent", time_zone="Asia/Shanghai", now=UNTIL)
        known = await resolved_exchanges(session, limit=500)
        replies = await canned_replies(session)
    assert (report.total.conversations, report.total.handoffs.resolved) == (160 + 8 * 35, 160)
    assert report.total.rates is not None
    assert report.total.rates.deflection == 280 / 440
    assert [row.name for row in report.rows] == ["demo", "lin", "zhou"]
    assert (len(known), len(replies)) == (160, 17)
    assert {(one.asked, one.said) for one in known} == {(one.asked, one.said) for one in threads()}
