from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from rapport.learning.scoring_run import ScoringRun, score_all
from rapport.learning.training import train
from rapport.marketing.scoring import Scorer
from rapport.store.customers import Customer, add_customer
from rapport.store.database import Database
from rapport.store.orders import Order
from rapport.store.scores import Score, SegmentMembership, scores_of, segment_of

KEY = "a key of the tests"
NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


async def trained(shop: Database, folder: Path) -> Scorer:
    for name in ("segmentation", "conversion"):
        await train(shop, name, models_dir=folder, key=KEY, now=NOW)
    return Scorer.load(folder, key=KEY)


async def test_everybody_is_scored_as_she_would_be_alone(shop: Database, tmp_path: Path) -> None:
    scorer = await trained(shop, tmp_path)
    run = await score_all(shop, scorer, now=NOW)
    async with shop.reading() as session:
        ids = list(await session.scalars(select(Customer.id).order_by(Customer.id)))
        for id_ in ids[:20]:
            standing = await scorer.score(session, id_, now=NOW)
            (stored,) = await scores_of(session, id_)
            now_ = standing.scores["conversion"]
            reasons = [[reason.feature, reason.value, round(reason.effect, 6)] for reason in now_.reasons]
            assert [[r["feature"], r["value"], round(r["effect"], 6)] for r in stored.reasons] == reasons
            assert (round(stored.value, 6), stored.model_version) == (round(now_.value, 6), now_.model_version)
            assert await segment_of(session, id_) == standing.segment
    assert (run.customers, run.moved, sum(run.segments.values())) == (len(ids), len(ids), len(ids))


async def test_second_run_changes_nobodys_segment(shop: Database, tmp_path: Path) -> None:
    scorer = await trained(shop, tmp_path)
    first = await score_all(shop, scorer, now=NOW)
    again = await score_all(shop, scorer, now=NOW)
    assert again == ScoringRun(first.customers, 0, first.segments)
    async with shop.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Score)) == first.customers
        assert await session.scalar(select(func.count()).select_from(SegmentMembership)) == first.customers


async def test_who_orders_leaves_her_segment_for_another(shop: Database, tmp_path: Path) -> None:
    scorer = await trained(shop, tmp_path)
    await score_all(shop, scorer, now=NOW)
    async with shop.session() as session:
        never = select(SegmentMembership.customer_id).where(SegmentMembership.segment == "never_bought").limit(1)
        customer = (await session.scalars(never)).one()
        session.add(Order(number="first", customer_id=customer, currency="CNY", total_minor=9900, placed_at=NOW))
    later = NOW + timedelta(hours=1)
    assert (await score_all(shop, scorer, now=later)).moved >= 1
    async with shop.reading() as session:
        of_customer = select(SegmentMembership).where(SegmentMembership.customer_id == customer)
        stays = (await session.scalars(of_customer.order_by(SegmentMembership.id))).all()
    assert [(stay.segment, stay.entered_at, stay.left_at) for stay in stays] == [
        ("never_bought", NOW, later),
        ("new", later, None),
    ]


async def test_chunks_do_not_show_in_the_result(shop: Database, tmp_path: Path) -> None:
    scorer = await trained(shop, tmp_path)
    whole = await score_all(shop, scorer, now=NOW)
    told: list[str] = []
    async with shop.session() as session:
        before = {row.customer_id: row.value for row in await session.scalars(select(Score))}
    run = await score_all(shop, scorer, now=NOW, progress=told.append, chunk=250)
    async with shop.reading() as session:
        after = {row.customer_id: row.value for row in await session.scalars(select(Score))}
    assert run.segments == whole.segments
    assert {id_: round(value, 6) for id_, value in after.items()} == {
        id_: round(value, 6) for id_, value in before.items()
    }
    assert told == ["250 of 600 customers", "500 of 600 customers", "600 of 600 customers"]


async def test_without_models_nothing_is_written(database: Database, tmp_path: Path, now: datetime) -> None:
    async with database.session() as session:
        await add_customer(session, {}, now=now - timedelta(days=1))
    run = await score_all(database, Scorer.load(tmp_path, key=KEY), now=now)
    assert run == ScoringRun(customers=1, moved=0, segments={})
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Score)) == 0
