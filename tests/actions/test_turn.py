from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from actions.turn import read_tracker
from rapport.store.events import Event
from tests.actions.rasa_calls import Rasa
from tests.actions.small_shop import Shop


@pytest.mark.parametrize(
    ("given", "sentiment"),
    [
        (0.25, 0.25),
        (0, 0.0),
        (1, 1.0),
        (None, None),
        (1.5, None),
        (-0.1, None),
        ("0.5", None),
        (True, None),
        ([], None),
    ],
)
def test_only_a_share_of_one_is_a_sentiment(given: Any, sentiment: float | None) -> None:
    assert read_tracker("c", {"text": "hm", "metadata": {"seq": 1, "sentiment": given}}, {}).sentiment == sentiment


async def test_the_sentiment_of_a_message_is_in_its_event(rasa: Rasa, shop: Shop) -> None:
    felt = {"seq": 1, "sentiment": 0.08}
    await rasa.asks("answer", "太让人失望了", intent="complaint", metadata=felt)
    await rasa.asks("answer", "你好", intent="greet", metadata={"seq": 2})
    async with shop.database.reading() as session:
        events = (await session.scalars(select(Event).order_by(Event.id))).all()
    assert [event.properties.get("sentiment", "none") for event in events] == [0.08, "none"]
