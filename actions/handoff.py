"""Brings a person in, and says honestly who answers until then."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from actions.ability import Ability
from actions.continuing import YES
from actions.reply import Answer
from actions.turn import Turn
from rapport.store.queue import start_handoff

REASON = "asked"


class ActionHandoff(Ability):
    """Puts the conversation into the queue, as a rule's effect does; who is in it already keeps her place."""

    called = "handoff"
    awaits = frozenset({YES})

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """One hand-off, however often it is asked for."""
        offered = turn.asked_about if turn.asked_for == self.called else turn.question.offered
        reason = (turn.intent == "affirm" and offered) or REASON
        begun = await start_handoff(session, turn.conversation_id, reason=reason, now=turn.now)
        return Answer((self.say("handoff.requested" if begun else "handoff.already", turn),), handed_over=True)
