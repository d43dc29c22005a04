"""Stops marketing at once, for everybody who says so."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from actions.ability import Ability
from actions.reply import Answer, Happened
from actions.turn import Turn
from rapport.store.consents import consents_of, record_consent, suppress

TRANSACTIONAL = "order_updates"
SOURCE = "chat"
# The contact policy still lets messages about her own orders through to an address that only left a list.
REASON = "unsubscribed"


class ActionMarketingOptOut(Ability):
    """A known customer's consents are withdrawn; an address somebody names is suppressed, whoever she is."""

    called = "marketing_opt_out"
    awaits = frozenset({"email"})

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """Acts first, confirms after; asks for the address only where nobody is known."""
        addresses = turn.named("email")
        for address in addresses:
            await suppress(session, "email", address, reason=REASON, at=turn.now)
        if turn.customer_id is not None:
            happened = await self._withdraw(session, turn, turn.customer_id)
            return Answer((self.say("opt_out.done", turn),), happened=happened)
        if addresses:
            return Answer((self.say("opt_out.address", turn, email=addresses[0]),))
        return Answer((self.say("opt_out.ask", turn),), remember={"asked_for": self.called})

    async def _withdraw(self, session: AsyncSession, turn: Turn, customer_id: int) -> tuple[Happened, ...]:
        granted = await consents_of(session, customer_id)
        marketing = sorted(pair for pair in granted if pair[1] != TRANSACTIONAL)
        for channel, purpose in marketing:
            await record_consent(
                session,
                customer_id,
                channel=channel,
                purpose=purpose,
                granted=False,
                at=turn.now,
                source=SOURCE,
                evidence=turn.text[:500],
            )
        return tuple(
            Happened("consent_withdrawn", {"channel": channel, "purpose": purpose, "source": SOURCE})
            for channel, purpose in marketing
        )
