"""From a claimed message to a mail ready for the wire, or to the reason why there will be none."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.messaging.compose import Composer
from rapport.messaging.errors import MessagingError, NothingToSayError
from rapport.messaging.gate import Gate
from rapport.messaging.mime import Mail, make_mail
from rapport.messaging.outbox import ending_of
from rapport.messaging.outcome import Outcome
from rapport.store.customers import Customer, identities_of
from rapport.store.deliveries import Claim, Ending
from rapport.store.messages import Message

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail that may leave now."""

    claim: Claim
    mail: Mail
    links: tuple[str, ...]
    transactional: bool


@dataclass(frozen=True, slots=True)
class Preparer:
    """Asks the gate, composes, builds the mail."""

    composer: Composer
    gate: Gate
    mail_from: str

    async def prepare(self, session: AsyncSession, claim: Claim, *, now: datetime) -> Ready | Ending:
        """Reads only. Whatever is wrong with one message ends that message, not the batch it is in."""
        try:
            return await self._refused(session, claim, now=now) or await self._composed(session, claim, now=now)
        except NothingToSayError:
            return Ending(claim, "suppressed", "expired")
        except MessagingError as error:
            return Ending(claim, "failed", f"not composed: {error}")
        except SQLAlchemyError:
            raise
        except Exception as error:
            # A mistake of ours must not stop the queue behind this message; time may bring the correction.
            log.exception("message %s could not be prepared", claim.message.id)
            outcome = Outcome("refused_for_now", None, f"not prepared: {error!r}")
            return ending_of(claim, outcome, transactional=False, now=now)

    async def _refused(self, session: AsyncSession, claim: Claim, *, now: datetime) -> Ending | None:
        message = claim.message
        if message.state != "queued":
            return Ending(claim, "suppressed", message.reason or "cancelled")
        if message.expires_at is not None and message.expires_at <= now:
            return Ending(claim, "suppressed", "expired")
        refusal = await self.gate(session, message, now)
        if refusal is None:
            return None
        if refusal.again_at is not None:
            return Ending(claim, "due", refusal.reason, again_at=refusal.again_at)
        return Ending(claim, "suppressed", refusal.reason)

    async def _composed(self, session: AsyncSession, claim: Claim, *, now: datetime) -> Ready | Ending:
        message = claim.message
        customer = await session.get(Customer, message.customer_id)
        address = await address_of(session, message)
        if customer is None or address is None:
            return Ending(claim, "suppressed", "no_channel")
        composed = await self.composer.compose(session, message, customer)
        mail = make_mail(
            composed.letter, sender=self.mail_from, recipient=address, message_id=message.message_id, date=now
        )
        return Ready(claim, mail, composed.links, composed.transactional)


async def address_of(session: AsyncSession, message: Message) -> str | None:
    """Where this message goes, if the customer can be reached by its channel."""
    if message.channel != "email":
        return None
    return (await identities_of(session, message.customer_id)).get("email")
