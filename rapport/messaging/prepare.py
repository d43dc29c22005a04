"""From a claimed message to a mail ready for the wire, or to the reason why there will be none."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.messaging.bot_post import BotPost
from rapport.messaging.compose import Composer, products_wanted
from rapport.messaging.errors import MessagingError, NothingToSayError
from rapport.messaging.gate import Gate
from rapport.messaging.line import Line
from rapport.messaging.mime import Mail, make_mail
from rapport.messaging.outbox import ending_of
from rapport.messaging.outcome import Outcome
from rapport.store.conversations import open_conversations
from rapport.store.customers import Customer, addresses_by_customer, customers_by_id
from rapport.store.deliveries import Claim, Ending
from rapport.store.messages import Message
from rapport.store.products import Product, products_by_sku

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail, a line of the chat or a post in Telegram that may leave now."""

    claim: Claim
    mail: Mail | Line | BotPost
    links: tuple[str, ...]
    transactional: bool


@dataclass(frozen=True, slots=True)
class Preparer:
    """Asks the gate, composes, builds the mail."""

    composer: Composer
    gate: Gate
    mail_from: str

    async def prepare(self, session: AsyncSession, claims: Sequence[Claim], *, now: datetime) -> list[Ready | Ending]:
        """Reads only. Whatever is wrong with one message ends that message, not those beside it."""
        found = [await self._refused(session, claim, now=now) for claim in claims]
        admitted = [claim for claim, ending in zip(claims, found, strict=True) if ending is None]
        facts = await read_facts(session, [claim.message for claim in admitted])
        return [
            self._composed(claim, facts, now=now) if ending is None else ending
            for claim, ending in zip(claims, found, strict=True)
        ]

    async def _refused(self, session: AsyncSession, claim: Claim, *, now: datetime) -> Ending | None:
        message = claim.message
        if message.state != "queued":
            return Ending(claim, "suppressed", message.reason or "cancelled")
        if message.expires_at is not None and message.expires_at <= now:
            return Ending(claim, "suppressed", "expired")
        try:
            refusal = await self.gate(session, message, now)
        except SQLAlchemyError:
            raise
        except Exception as error:
            return _not_prepared(claim, error, now)
        if refusal is None:
            return None
        if refusal.again_at is not None:
            return Ending(claim, "due", refusal.reason, again_at=refusal.again_at)
        return Ending(claim, "suppressed", refusal.reason)

    def _composed(self, claim: Claim, facts: Facts, *, now: datetime) -> Ready | Ending:
        message = claim.message
        customer = facts.customers.get(message.customer_id)
        address = facts.addresses.get((message.channel, message.customer_id))
        if customer is None or address is None:
            return Ending(claim, "suppressed", "no_channel")
        try:
            if message.channel == "web":
                line = self.composer.compose_line(message, customer, (address, facts.products))
                return Ready(claim, line, (), line.transactional)
            if message.channel == "telegram":
                post, links = self.composer.compose_post(message, customer, (address, facts.products))
                return Ready(claim, post, links, post.transactional)
            composed = self.composer.compose(message, customer, facts.products)
            mail = make_mail(
                composed.letter, sender=self.mail_from, recipient=address, message_id=message.message_id, date=now
            )
        except NothingToSayError:
            return Ending(claim, "suppressed", "expired")
        except MessagingError as error:
            return Ending(claim, "failed", f"not composed: {error}")
        except Exception as error:
            return _not_prepared(claim, error, now)
        return Ready(claim, mail, composed.links, composed.transactional)


@dataclass(frozen=True, slots=True)
class Facts:
    """What composing a group of messages asks the store: by the customer's number, and by the product's unit.

    `addresses` are by channel and customer; that of the channel `web` is her newest open conversation.
    """

    customers: Mapping[int, Customer]
    addresses: Mapping[tuple[str, int], str]
    products: Mapping[str, Product]


async def read_facts(session: AsyncSession, messages: Sequence[Message]) -> Facts:
    """The facts of this moment for these messages."""
    numbers = {message.customer_id for message in messages}
    addresses = {("email", who): address for who, address in (await emails(session, numbers)).items()}
    if any(message.channel == "web" for message in messages):
        found = await open_conversations(session, numbers, channel="web")
        addresses |= {("web", who): conversation for who, conversation in found.items()}
    if any(message.channel == "telegram" for message in messages):
        chats = await addresses_by_customer(session, numbers, "telegram")
        addresses |= {("telegram", who): chat for who, chat in chats.items()}
    return Facts(
        await customers_by_id(session, numbers),
        addresses,
        await products_by_sku(session, frozenset[str]().union(*map(_wanted, messages))),
    )


async def emails(session: AsyncSession, numbers: Collection[int]) -> Mapping[int, str]:
    """The newest e-mail address of each of these customers who has one."""
    return await addresses_by_customer(session, numbers, "email")


def _wanted(message: Message) -> frozenset[str]:
    try:
        return products_wanted(message)
    except MessagingError:
        # Composing this message will say so, and end it.
        return frozenset()


def _not_prepared(claim: Claim, error: Exception, now: datetime) -> Ending:
    """A mistake of ours must not stop the queue behind this message; time may bring the correction."""
    log.error("message %s could not be prepared", claim.message.id, exc_info=error)
    return ending_of(
        claim, Outcome("refused_for_now", None, f"not prepared: {error!r}"), transactional=False, now=now
    )
