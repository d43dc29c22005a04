"""Rows per second of `rapport import orders`, beside pandas' `to_sql` of the same rows into the same SQLite."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy
from sqlalchemy import Engine, create_engine, event

from bench.row import Row
from rapport.intake.files import Import, import_file
from rapport.intake.mapping import shipped
from rapport.intake.staging import staging
from rapport.settings import Settings
from rapport.store.database import Database
from rapport.store.schema import migrate

FILE = "online_retail/online_retail_2009-12_2010-12.parquet"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
GENERATED_ROWS = 100_000
NOT_GOODS = r"^(?:POST|DOT|C2|C3|M|D|S|B|PADS|ADJUST.*|BANK CHARGES|AMAZONFEE|TEST.*|GIFT.*)$"
WORK = (
    "{rows:,} invoice rows {source}, Parquet → SQLite (WAL, synchronous=FULL), new files on both sides. Ours: "
    "`rapport import orders` with the shipped mapping: every row checked and its reason kept, identities, "
    "products, orders, lines, events, refunds matched to their orders, repeatable, a transaction per 500 "
    "orders, memory bounded. The peer: read_parquet, rows that are not goods dropped by masks, "
    "drop_duplicates, groupby, then to_sql (chunksize 10,000, a transaction per table) of customers, products, "
    "orders, lines and refunds into tables with the same kind of keys and indexes: no reasons, no matching, no "
    "events, no second run, all in memory."
)
TABLES = """
CREATE TABLE customers (external_id TEXT PRIMARY KEY, country TEXT, registered_at TEXT);
CREATE TABLE products (sku TEXT PRIMARY KEY, name TEXT, price_minor INTEGER);
CREATE TABLE orders (number TEXT PRIMARY KEY, customer TEXT, placed_at TEXT, total_minor INTEGER);
CREATE TABLE order_lines
  (id INTEGER PRIMARY KEY, number TEXT, sku TEXT, quantity INTEGER, unit_price_minor INTEGER);
CREATE TABLE refunds (number TEXT, sku TEXT, customer TEXT, quantity INTEGER, amount_minor INTEGER, at TEXT,
  PRIMARY KEY (number, sku));
CREATE INDEX orders_customer ON orders (customer, placed_at);
CREATE INDEX orders_placed ON orders (placed_at);
CREATE INDEX lines_order ON order_lines (number);
CREATE INDEX lines_product ON order_lines (sku);
CREATE INDEX refunds_customer ON refunds (customer);
CREATE INDEX refunds_at ON refunds (at)
"""


def run(settings: Settings) -> Iterator[Row]:
    """One row; the real invoices where RAPPORT_PUBLIC_DATA has them, else generated ones."""
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        file, source = _file(settings, Path(folder))
        rows = len(pd.read_parquet(file, columns=["Invoice"]))
        ours = rows / _ours(file, Path(folder) / "ours.db")
        peer = rows / _peer(file, Path(folder) / "peer.db")
    versions = f"pandas {pd.__version__}, SQLAlchemy {sqlalchemy.__version__}"
    work = WORK.format(rows=rows, source=source)
    yield Row("import orders", "rows/s", ours, peer, "pandas to_sql", versions, work)


def _file(settings: Settings, folder: Path) -> tuple[Path, str]:
    real = settings.public_data / FILE if settings.public_data else None
    if real and real.exists():
        return real, "of a real gift shop"
    generated = folder / "generated.parquet"
    invoices(GENERATED_ROWS, seed=1).to_parquet(generated)
    return generated, "generated, because RAPPORT_PUBLIC_DATA names no folder with the real ones"


def invoices(rows: int, *, seed: int) -> pd.DataFrame:
    """Invoice rows in the layout of the real ones: 20 rows an order, 2 % taken back, a fifth without a customer."""
    rng = np.random.default_rng(seed)
    order = np.sort(rng.integers(0, max(1, rows // 20), rows))
    back = rng.random(order.max() + 1)[order] < 0.02
    product = rng.integers(0, 4000, rows)
    named = rng.random(order.max() + 1)[order] < 0.8
    seconds = np.datetime64("2010-01-01") + (order * 600).astype("timedelta64[s]")
    return pd.DataFrame(
        {
            "Invoice": [f"{'C' if gone else ''}{500_000 + number}" for gone, number in zip(back, order, strict=True)],
            "StockCode": [str(10_000 + number) for number in product],
            "Description": [f"PRODUCT {number}" for number in product],
            "Quantity": np.where(back, -1, 1) * rng.integers(1, 12, rows),
            "InvoiceDate": pd.Series(seconds).dt.strftime("%Y-%m-%d %H:%M:%S"),
            "Price": np.round(0.5 + product % 97 * 0.25, 2),
            "Customer ID": np.where(named, 12_000 + order % 997, np.nan),
            "Country": "United Kingdom",
        }
    )


def _ours(file: Path, target: Path) -> float:
    async def work() -> float:
        database = Database(f"sqlite+aiosqlite:///{target}")
        await migrate(database)
        what = Import("orders", file, shipped("online_retail"), strict=False, currency="GBP")
        start = time.perf_counter()
        with staging() as kept:
            await import_file(database, what, kept, now=NOW, tell=lambda *_: None)
        seconds = time.perf_counter() - start
        await database.close()
        return seconds

    return asyncio.run(work())


def _peer(file: Path, target: Path) -> float:
    engine = create_engine(f"sqlite:///{target}")
    event.listen(engine, "connect", _durable)
    with engine.begin() as connection:
        for statement in TABLES.split(";"):
            connection.exec_driver_sql(statement)
    start = time.perf_counter()
    _load(pd.read_parquet(file), engine)
    seconds = time.perf_counter() - start
    engine.dispose()
    return seconds


def _durable(connection: object, _: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]


def _load(rows: pd.DataFrame, engine: Engine) -> None:
    rows.columns = pd.Index(["number", "sku", "name", "quantity", "at", "price", "customer", "country"])
    rows["sku"] = rows["sku"].str.strip().str.upper()
    rows["customer"] = rows["customer"].astype("Int64").astype("string")
    rows["at"] = pd.to_datetime(rows["at"]).dt.tz_localize("Europe/London").dt.tz_convert("UTC").dt.tz_localize(None)
    rows["unit_price_minor"] = (rows["price"] * 100).round().astype(int)
    back = rows["number"].str.startswith("C")
    sound = (rows["unit_price_minor"] > 0) & ((rows["quantity"] > 0) ^ back) & ~rows["number"].str.startswith("A")
    rows = rows[sound & ~rows["sku"].str.match(NOT_GOODS)].drop_duplicates()
    rows = rows.assign(amount=rows["quantity"].abs() * rows["unit_price_minor"])
    for name, frame in _tables(rows).items():
        with engine.begin() as connection:
            frame.to_sql(name, connection, if_exists="append", index=False, chunksize=10_000)


def _tables(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    back = rows["number"].str.startswith("C")
    placed, returned = rows[~back], rows[back]
    known = rows.dropna(subset=["customer"])
    customers = known.groupby("customer").agg(country=("country", "first"), registered_at=("at", "min"))
    products = rows.groupby("sku").agg(name=("name", "first"), price_minor=("unit_price_minor", "last"))
    orders = placed.groupby("number").agg(
        customer=("customer", "first"), placed_at=("at", "min"), total_minor=("amount", "sum")
    )
    lines = placed.groupby(["number", "sku", "unit_price_minor"], as_index=False)[["quantity"]].sum()
    refunds = returned.groupby(["number", "sku"]).agg(
        customer=("customer", "first"), quantity=("quantity", "sum"), amount_minor=("amount", "sum"), at=("at", "min")
    )
    tables: dict[str, pd.DataFrame] = {
        "customers": customers.rename_axis("external_id").reset_index(),
        "products": products.reset_index(),
        "orders": orders.reset_index(),
        "order_lines": lines,
        "refunds": refunds.reset_index().assign(quantity=lambda frame: -frame["quantity"]),
    }
    return tables
