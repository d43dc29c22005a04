from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from models import shelf
from models.conversion import Conversion
from models.interface import Model
from models.recommendation import Recommender
from models.segmentation import Segmentation
from rapport.marketing.profile import Standing
from rapport.marketing.scoring import Recommendation, Scorer
from rapport.store.customers import add_customer
from rapport.store.database import Database
from rapport.store.events import add_event
from rapport.store.orders import Order, OrderLine
from rapport.store.products import Category, Product

KEY = "a key of the tests"
DAY = timedelta(days=1)


def segmentation() -> Segmentation:
    kinds = [(3, 30, 9000), (8, 9, 1500), (5, 2, 150), (60, 4, 500), (200, 9, 1400), (250, 1, 60)]
    rows = [(recency + step, orders, revenue, 400) for recency, orders, revenue in kinds for step in range(5)]
    return Segmentation().fit(pd.DataFrame(rows, columns=["recency_days", "orders", "revenue", "first_order_days"]))


def conversion(*, seed: int = 0) -> Conversion:
    """Learned that who visits orders."""
    visits = np.arange(200) % 10
    converted = (np.random.default_rng(seed).random(200) < visits / 10).astype(float)
    frame = pd.DataFrame({"visits_30d": visits, "recency_days": 100.0, "converted": converted})
    return Conversion(features=("visits_30d", "recency_days")).fit(frame)


def recommender() -> Recommender:
    """Products 1 and 2 go together, and 3 and 4; 5 is the most popular and goes with nothing."""
    bought: Mapping[int, tuple[int, ...]] = {1: (1, 2), 2: (1, 2), 3: (3, 4), 4: (3, 4), 5: (5,), 6: (5,), 7: (5,)}
    rows = [(customer, product, 0.0) for customer, products in bought.items() for product in products]
    return Recommender(shrinkage=0.0).fit(pd.DataFrame(rows, columns=["customer_id", "product_id", "age_days"]))


def publish(folder: Path, model: Model, *, at: datetime, key: str = KEY) -> str:
    files = model.files()
    version = shelf.version_of(files, at=at)
    shelf.publish(folder, shelf.SavedModel(model.name, version, files), key=key)
    return version


@pytest.fixture
def models_dir(tmp_path: Path, now: datetime) -> Path:
    folder = tmp_path / "models"
    for model in (segmentation(), conversion(), recommender()):
        publish(folder, model, at=now)
    return folder


@pytest.fixture
def scorer(models_dir: Path) -> Scorer:
    return Scorer.load(models_dir, key=KEY)


async def fill(session: AsyncSession) -> None:
    """Six products: 1 and 5 in `tea`, 2 to 4 in `home`; 6 was just listed, in `tea`."""
    session.add_all([Category(code="tea", names={}), Category(code="home", names={})])
    await session.flush()
    for number, category in enumerate(("tea", "home", "home", "home", "tea", "tea"), start=1):
        product = Product(id=number, sku=f"P{number}", category=category, price_minor=100, stock=5, names={})
        session.add(product)
    await session.flush()


async def customer(session: AsyncSession, now: datetime, *, bought: Mapping[int, int] | None = None) -> int:
    """A customer of a year, who bought products (id → days ago)."""
    id_ = (await add_customer(session, {}, now=now - 365 * DAY)).id
    for product, days in (bought or {}).items():
        order = Order(number=f"{id_}-{product}", customer_id=id_, currency="CNY", total_minor=100)
        order.placed_at = now - days * DAY
        order.lines = [OrderLine(product_id=product, quantity=1, unit_price_minor=100)]
        session.add(order)
    await session.flush()
    return id_


def products(recommended: list[Recommendation]) -> list[int]:
    return [each.product_id for each in recommended]


async def test_standing_says_segment_probability_and_reasons(
    database: Database, scorer: Scorer, models_dir: Path, now: datetime
) -> None:
    async with database.session() as session:
        id_ = await customer(session, now)
        for days in range(1, 10):
            await add_event(session, "page_viewed", customer_id=id_, at=now - days * DAY)
        standing = await scorer.score(session, id_, now=now)
    score = standing.scores["conversion"]
    assert standing.segment == "never_bought"
    assert score.value > 0.6
    assert [(reason.feature, reason.value) for reason in score.reasons] == [
        ("visits_30d", 9.0),
        ("recency_days", 730.0),
    ]
    assert score.reasons[0].effect > 0
    assert score.model_version == shelf.current_version(models_dir, "conversion")


async def test_scores_count_nothing_that_comes_later(database: Database, scorer: Scorer, now: datetime) -> None:
    async with database.session() as session:
        id_ = await customer(session, now)
        before = await scorer.score(session, id_, now=now)
        await add_event(session, "page_viewed", customer_id=id_, at=now + DAY)
        assert await scorer.score(session, id_, now=now) == before
        assert await scorer.score(session, id_, now=now + 2 * DAY) != before


async def test_unknown_customer_has_no_standing(database: Database, scorer: Scorer, now: datetime) -> None:
    async with database.reading() as session:
        assert await scorer.score(session, 404, now=now) == Standing(segment=None, scores={})


async def test_models_that_were_never_trained_are_absent(database: Database, tmp_path: Path, now: datetime) -> None:
    scorer = Scorer.load(tmp_path / "nothing", key=KEY)
    async with database.session() as session:
        await fill(session)
        id_ = await customer(session, now)
        assert await scorer.score(session, id_, now=now) == Standing(segment=None, scores={})
        # Without a model: the catalogue, a product of each category in turn.
        assert products(await scorer.recommend(session, id_, count=4, now=now)) == [1, 2, 5, 3]


async def test_newer_model_is_taken_up_without_a_restart(
    database: Database, scorer: Scorer, models_dir: Path, now: datetime
) -> None:
    async with database.session() as session:
        id_ = await customer(session, now)
        version = publish(models_dir, conversion(seed=1), at=now + DAY)
        assert (await scorer.score(session, id_, now=now)).scores["conversion"].model_version == version


@pytest.mark.parametrize("damage", ["cut", "changed", "unsigned", "other key", "no version", "gone"])
async def test_damaged_model_leaves_the_old_one_serving(
    database: Database,
    scorer: Scorer,
    models_dir: Path,
    now: datetime,
    damage: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    old = shelf.current_version(models_dir, "conversion")
    spoil(models_dir, publish(models_dir, conversion(seed=1), at=now + DAY), damage=damage, now=now)
    async with database.session() as session:
        id_ = await customer(session, now)
        with caplog.at_level(logging.ERROR):
            for _ in range(3):
                standing = await scorer.score(session, id_, now=now)
        after_restart = await Scorer.load(models_dir, key=KEY).score(session, id_, now=now)
    assert standing.scores["conversion"].model_version == old
    assert after_restart.scores["conversion"].model_version == old
    messages = [record.getMessage() for record in caplog.records]
    assert [f"{old} goes on serving" in message for message in messages] == [True, True]


def spoil(folder: Path, version: str, *, damage: str, now: datetime) -> None:
    place = folder / "conversion" / version
    graph = (place / "model.onnx").read_bytes()
    match damage:
        case "cut":
            (place / "model.onnx").write_bytes(graph[: len(graph) // 2])
        case "changed":
            (place / "model.json").write_text((place / "model.json").read_text().replace("intercept", "INTERCEPT"))
        case "unsigned":
            (place / "manifest.json").write_text('{"name": "conversion", "files": {}}')
        case "other key":
            for path in sorted(place.iterdir()):
                path.unlink()
            place.rmdir()
            publish(folder, conversion(seed=2), at=now + 2 * DAY, key="somebody else's")
        case "no version":
            (folder / "conversion" / "current").write_text("../../../tmp")
            (place / "manifest.json").unlink()
        case "gone":
            (place / "model.onnx").unlink()


async def test_recommended_is_what_goes_with_what_she_bought(
    database: Database, scorer: Scorer, now: datetime
) -> None:
    async with database.session() as session:
        await fill(session)
        id_ = await customer(session, now, bought={1: 10})
        found = await scorer.recommend(session, id_, count=3, now=now)
    assert products(found) == [2, 5, 3]
    assert [each.because for each in found] == [(1,), (), ()]


async def test_recommended_is_nothing_she_bought_lately(database: Database, scorer: Scorer, now: datetime) -> None:
    async with database.session() as session:
        await fill(session)
        lately = await customer(session, now, bought={1: 10, 2: 89})
        long_ago = await customer(session, now, bought={1: 10, 2: 91})
        assert products(await scorer.recommend(session, lately, count=9, now=now)) == [5, 3, 4, 6]
        assert products(await scorer.recommend(session, long_ago, count=9, now=now)) == [2, 5, 3, 4, 6]


async def test_recommended_is_on_sale(database: Database, scorer: Scorer, now: datetime) -> None:
    async with database.session() as session:
        await fill(session)
        id_ = await customer(session, now, bought={1: 10})
        (await session.get_one(Product, 2)).stock = 0
        (await session.get_one(Product, 5)).active = False
        await session.flush()
        assert products(await scorer.recommend(session, id_, count=9, now=now)) == [3, 4, 6]


async def test_recommended_is_like_what_she_asks_about(database: Database, scorer: Scorer, now: datetime) -> None:
    async with database.session() as session:
        await fill(session)
        found = await scorer.recommend(session, None, count=2, now=now, like=[3])
    assert (products(found), found[0].because) == ([4, 5], (3,))


async def test_recommended_follows_what_she_looked_at(database: Database, scorer: Scorer, now: datetime) -> None:
    async with database.session() as session:
        await fill(session)
        id_ = await customer(session, now)
        await add_event(session, "product_viewed", customer_id=id_, at=now - DAY, properties={"sku": "P4"})
        found = await scorer.recommend(session, id_, count=1, now=now)
    assert [(each.product_id, each.because) for each in found] == [(3, (4,))]


async def test_somebody_unknown_sees_what_is_popular_in_the_category(
    database: Database, scorer: Scorer, now: datetime
) -> None:
    async with database.session() as session:
        await fill(session)
        # 6 was never bought: it comes last.
        assert products(await scorer.recommend(session, None, count=9, now=now, category="tea")) == [5, 1, 6]
        # Without a category: the most popular of each in turn.
        assert products(await scorer.recommend(session, None, count=4, now=now)) == [5, 2, 1, 3]


async def test_unknown_category_has_nothing(database: Database, scorer: Scorer, now: datetime) -> None:
    async with database.session() as session:
        await fill(session)
        assert await scorer.recommend(session, None, count=3, now=now, category="moon") == []
