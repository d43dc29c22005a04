from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from rapport.store.customers import add_customer
from rapport.store.database import Database
from rapport.store.scores import SegmentMembership, move_to_segments, save_scores, scores_of, segment_of


async def test_a_new_score_takes_the_place_of_the_old(database: Database, now: datetime) -> None:
    async with database.session() as session:
        id_ = (await add_customer(session, {}, now=now)).id
        for value in (0.2, 0.7):
            row = {"customer_id": id_, "name": "conversion", "value": value, "reasons": [], "at": now}
            await save_scores(session, [{**row, "model_version": "v"}])
        await save_scores(session, [])
    async with database.reading() as session:
        assert [score.value for score in await scores_of(session, id_)] == [0.7]


async def test_moving_ends_one_stay_and_begins_the_next(database: Database, now: datetime) -> None:
    later = now + timedelta(days=1)
    async with database.session() as session:
        one, two = [(await add_customer(session, {}, now=now)).id for _ in range(2)]
        assert await move_to_segments(session, {one: "new", two: "loyal"}, model_version="1", at=now) == 2
        assert await move_to_segments(session, {one: "loyal", two: "loyal"}, model_version="2", at=later) == 1
        assert await move_to_segments(session, {}, model_version="2", at=later) == 0
    async with database.reading() as session:
        stays = (await session.scalars(select(SegmentMembership).order_by(SegmentMembership.id))).all()
        assert [(stay.customer_id, stay.segment, stay.entered_at, stay.left_at) for stay in stays] == [
            (one, "new", now, later),
            (two, "loyal", now, None),
            (one, "loyal", later, None),
        ]
        assert await segment_of(session, one) == "loyal"
