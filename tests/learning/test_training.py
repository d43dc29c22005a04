from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update

from models import shelf
from models.card import Card
from models.naming import SEGMENTS
from rapport.learning.errors import NotEnoughDataError, UnknownModelError
from rapport.learning.training import LESSONS, train
from rapport.store.database import Database
from rapport.store.events import Event
from rapport.store.orders import Order

KEY = "a key of the tests"
NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
every_lesson = pytest.mark.parametrize("name", LESSONS)


async def learn(shop: Database, name: str, folder: Path) -> tuple[Card, dict[str, bytes]]:
    """The card, and the files of the model that now serves."""
    card = await train(shop, name, models_dir=folder, key=KEY, now=NOW)
    version = shelf.current_version(folder, name)
    assert version == card.version
    return card, dict(shelf.read(folder, name, version, key=KEY).files)


@every_lesson
async def test_training_never_reads_the_hidden_traits(shop: Database, tmp_path: Path, name: str) -> None:
    with_traits, files = await learn(shop, name, tmp_path / "with")
    async with shop.session() as session:
        await session.execute(text("DROP TABLE demo_hidden_traits"))
    without_traits, same_files = await learn(shop, name, tmp_path / "without")
    assert same_files == files
    assert without_traits == with_traits


@every_lesson
async def test_training_reads_nothing_of_the_future(shop: Database, tmp_path: Path, name: str) -> None:
    _, files = await learn(shop, name, tmp_path / "before")
    async with shop.session() as session:
        later = dict(name="page_viewed", received_at=NOW, properties={}, customer_id=1)  # noqa: C408  reads as a call
        session.add_all(Event(at=NOW + timedelta(hours=hour), **later) for hour in range(50))
        order = Order(
            number="later", customer_id=1, currency="CNY", total_minor=10, placed_at=NOW + timedelta(hours=1)
        )
        session.add(order)
    _, same_files = await learn(shop, name, tmp_path / "after")
    assert same_files == files


@every_lesson
async def test_model_is_better_than_the_simplest_alternatives(shop: Database, tmp_path: Path, name: str) -> None:
    card, _ = await learn(shop, name, tmp_path)
    measure = {"segmentation": "silhouette", "conversion": "auc", "recommendation": "ndcg10"}[name]
    own, *baselines = (figures[measure] for figures in card.metrics.values())
    assert next(iter(card.metrics)) == name
    assert own > max(baselines)


@every_lesson
async def test_card_and_plots_lie_beside_the_model(shop: Database, tmp_path: Path, name: str) -> None:
    card, files = await learn(shop, name, tmp_path)
    folder = tmp_path / name / card.version
    plots = [file for file, _ in card.plots]
    expected = {*files, *plots, "card.json", "card.md", "manifest.json"}
    assert {path.name for path in folder.iterdir()} == expected
    assert [(folder / plot).read_bytes()[:8] for plot in plots] == [b"\x89PNG\r\n\x1a\n"] * len(plots)
    assert json.loads((folder / "card.json").read_text())["trained_at"] == NOW.isoformat()
    assert (folder / "card.md").read_text().startswith(f"# Model card: {name}\n")


async def test_held_out_month_is_the_last_one(shop: Database, tmp_path: Path) -> None:
    card, _ = await learn(shop, "conversion", tmp_path)
    assert card.window
    assert card.window.data_until == NOW
    assert card.window.held_out_from == NOW - timedelta(days=30)


async def test_every_segment_has_its_customers(shop: Database, tmp_path: Path) -> None:
    card, _ = await learn(shop, "segmentation", tmp_path)
    sizes = card.details["Customers"]
    assert list(sizes) == list(SEGMENTS)
    assert min(sizes.values()) > 0
    assert sum(sizes.values()) == card.rows["customers"]


@every_lesson
async def test_orders_alone_are_enough(shop: Database, tmp_path: Path, name: str) -> None:
    """What an import of invoices brings: years old, without events, customers registered when they were imported."""
    async with shop.session() as session:
        await session.execute(delete(Event))
        await session.execute(text("UPDATE customers SET registered_at = '2031-01-01 00:00:00'"))
        await session.execute(update(Order).values(shipped_at=None, delivered_at=None))
    card = await train(shop, name, models_dir=tmp_path, key=KEY, now=NOW + timedelta(days=3650))
    assert card.window
    assert card.window.data_until < NOW
    assert min(card.rows.values()) > 0


@every_lesson
async def test_empty_database_is_refused_and_the_old_model_serves_on(
    shop: Database, tmp_path: Path, name: str
) -> None:
    card, files = await learn(shop, name, tmp_path)
    async with shop.session() as session:
        await session.execute(delete(Order))
    with pytest.raises(NotEnoughDataError, match="there is no order to learn from"):
        await train(shop, name, models_dir=tmp_path, key=KEY, now=NOW)
    assert shelf.current_version(tmp_path, name) == card.version
    assert shelf.read(tmp_path, name, card.version, key=KEY).files == files


async def test_unknown_model_is_refused_by_name(shop: Database, tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match="no model is called 'horoscope'"):
        await train(shop, "horoscope", models_dir=tmp_path, key=KEY, now=NOW)


async def test_progress_is_told(shop: Database, tmp_path: Path) -> None:
    told: list[str] = []
    await train(shop, "recommendation", models_dir=tmp_path, key=KEY, now=NOW, progress=told.append)
    assert told == ["reading", "purchases", "measuring on the held-out month", "learning from all purchases"]
