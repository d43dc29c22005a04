from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from rapport.store.conversations import Conversation, Handoff
from rapport.store.events import Event
from tests.actions.rasa_calls import Rasa
from tests.actions.small_shop import KNOWN, Shop


async def test_handoff_puts_the_conversation_into_the_queue_once(rasa: Rasa, shop: Shop, now: datetime) -> None:
    first = await rasa.asks("handoff", "转人工", by=KNOWN)
    second = await rasa.asks("handoff", "转人工", by=KNOWN)
    async with shop.database.reading() as session:
        conversation = await session.get_one(Conversation, KNOWN)
        handoffs = list(await session.scalars(select(Handoff)))
        events = list(await session.scalars(select(Event.customer_id).where(Event.name == "handoff_requested")))
    assert (conversation.responder, conversation.version, conversation.waiting_since) == ("queue", 2, now)
    assert [(handoff.conversation_id, handoff.state, handoff.reason) for handoff in handoffs] == [
        (KNOWN, "requested", "asked")
    ]
    assert (first.texts[0][:14], second.texts[0][:8]) == ("好的，我这就帮您找人工同事，", "您已经在排队了，")
    assert events == [shop.mei]
