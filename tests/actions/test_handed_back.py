"""After a person the assistant knows the facts she left, and nothing of what was open before her."""

from __future__ import annotations

from datetime import datetime

from rapport.chat.desk import hand_back, take_over
from rapport.chat.staff import Acting
from rapport.chat.summary import Noted
from rapport.store.conversations import Conversation
from tests.actions.rasa_calls import Rasa
from tests.actions.small_shop import KNOWN, Shop

ANN = Acting("ann", "小安")


async def test_the_order_she_picked_is_a_slot_and_the_question_before_her_is_over(
    rasa: Rasa, shop: Shop, now: datetime
) -> None:
    rasa.slots = {"asked_for": "order_cancel:HM-1", "misunderstood": "1"}
    async with shop.database.session() as session:
        version = await take_over(session, KNOWN, ANN, version=1, now=now)
        noted = Noted(order_id="HM-2002", products=("MUG-1", "MUG-2"))
        await hand_back(session, KNOWN, ANN, version=version, noted=noted, now=now)
    reply = await rasa.asks("answer", "谢谢", intent="thank", by=KNOWN)
    assert {name: reply.slots[name] for name in ("order_id", "asked_for", "misunderstood")} == {
        "order_id": "HM-2002",
        "asked_for": None,
        "misunderstood": None,
    }
    async with shop.database.reading() as session:
        conversation = await session.get_one(Conversation, KNOWN)
    assert (conversation.shown_products, "handed_back" in (conversation.context or {})) == (["MUG-1", "MUG-2"], False)
    again = await rasa.asks("answer", "谢谢", intent="thank", by=KNOWN)
    assert "order_id" not in again.slots
