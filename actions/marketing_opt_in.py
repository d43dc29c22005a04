"""Consent to marketing, with its proof: at once for who is known or writes in Telegram, else by double opt-in."""

from __future__ import annotations

import re
from itertools import product
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from actions.ability import Ability
from actions.reply import Answer, Happened
from actions.turn import Turn
from rapport.messaging.wording import purpose_label
from rapport.store.consents import consents_of, lift_suppression, record_consent
from rapport.store.conversations import Conversation
from rapport.store.customers import add_customer, find_customer, identity_values, normalise_identity
from rapport.store.events import add_event
from rapport.store.messages import Message, count_queued, queue_message
from rapport.store.telegram import chat_of_conversation

CHANNEL: Literal["email"] = "email"
HERE: Literal["telegram"] = "telegram"
# A line of the assistant in the page's chat: agreed to by who asks for news there, and speaks of no mail.
PAGE = "web"
_MAIL = re.compile("mail|邮", re.IGNORECASE)
# Named in the answer: consent is to what was said, not to whatever may come.
PURPOSES = ("newsletter", "recommendations", "offers")
# What the letter of a double opt-in asks for where nothing else was asked; the rest is chosen on its page.
CONFIRMED = "newsletter"
TEMPLATE = "confirm_opt_in"
# A letter that asks for consent is owed to who asked for it, and to nobody else: that is why it is so few.
TRANSACTIONAL = "order_updates"
LETTERS_PER_CONVERSATION = 3
SOURCE = "chat"
# Channels → how the answer names them.
_WHERE: dict[tuple[str, ...], str] = {(CHANNEL,): "", (HERE,): "_here", (CHANNEL, PAGE): "_both"}
LEFT = "unsubscribed"


class ActionMarketingOptIn(Ability):
    """An address that is only claimed gets one letter with a button; nothing is granted before it is pressed."""

    called = "marketing_opt_in"
    awaits = frozenset({"email", "yes"})

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """Grants, writes to the address that was given, or asks for one."""
        own = await identity_values(session, turn.customer_id, CHANNEL) if turn.customer_id is not None else []
        given = [normalise_identity(CHANNEL, address) for address in turn.named("email")]
        stranger = [address for address in given if address not in own]
        if stranger:
            return await self._ask_to_confirm(session, turn, stranger[0])
        if turn.channel == HERE and not given and (chat := await chat_of_conversation(session, turn.conversation_id)):
            customer_id = turn.customer_id or await self._known_by_chat(session, turn, chat)
            return await self._grant(session, turn, customer_id, channels=(HERE,), address=str(chat))
        if turn.customer_id is not None and own:
            return await self._grant(
                session, turn, turn.customer_id, channels=self._meant(turn), address=(given or own)[-1]
            )
        text = self.say("opt_in.ask", turn, purpose=purpose_label(self._asked(turn) or CONFIRMED, turn.language))
        return Answer((text,), remember={"asked_for": f"{self.called}:{self._asked(turn)}"})

    def _asked(self, turn: Turn) -> str:
        """The one purpose that was asked about, where this is the answer; "" where she brought it up herself."""
        brought_up = turn.intent == self.called and not (turn.text.startswith("/") or turn.named(CHANNEL))
        return turn.asked_about if turn.asked_for == self.called and not brought_up else ""

    def _meant(self, turn: Turn) -> tuple[str, ...]:
        """Where she wants it: consent goes no further than what she said, or was asked."""
        only_mail = turn.channel != PAGE or self._asked(turn) or _MAIL.search(turn.text)
        return (CHANNEL,) if only_mail else (CHANNEL, PAGE)

    async def _known_by_chat(self, session: AsyncSession, turn: Turn, chat: int) -> int:
        """Who writes in a chat is who reads it: nothing is only claimed. She may be new to us."""
        customer = await find_customer(session, HERE, str(chat)) or await add_customer(
            session, {HERE: str(chat)}, now=turn.now, language=turn.language
        )
        (await session.get_one(Conversation, turn.conversation_id)).customer_id = customer.id
        return customer.id

    async def _grant(
        self, session: AsyncSession, turn: Turn, customer_id: int, *, channels: tuple[str, ...], address: str
    ) -> Answer:
        # Her own "yes" undoes her own "no more"; a bounce or a complaint stays what it is.
        await lift_suppression(session, channels[0], address, reason=LEFT)
        granted = await consents_of(session, customer_id)
        purposes = (self._asked(turn),) if self._asked(turn) else PURPOSES
        missing = [pair for pair in product(channels, purposes) if pair not in granted]
        for channel, purpose in missing:
            await record_consent(
                session,
                customer_id,
                channel=channel,
                purpose=purpose,
                granted=True,
                at=turn.now,
                source=SOURCE,
                evidence=_evidence(turn),
            )
        happened = tuple(
            Happened("consent_granted", {"channel": channel, "purpose": purpose, "source": SOURCE})
            for channel, purpose in missing
        )
        key = f"opt_in.{'done' if missing else 'already'}{_WHERE[channels]}"
        named = self.say("list.comma", turn).join(purpose_label(purpose, turn.language) for purpose in purposes)
        return Answer((self.say(key, turn, email=address, purposes=named),), happened=happened)

    async def _ask_to_confirm(self, session: AsyncSession, turn: Turn, address: str) -> Answer:
        """The same words whether the address is known, new, or was written to already today."""
        asked = await count_queued(session, conversation_id=turn.conversation_id, template=TEMPLATE)
        if asked < LETTERS_PER_CONVERSATION:
            await self._queue_letter(session, turn, address)
        purpose = purpose_label(self._asked(turn) or CONFIRMED, turn.language)
        return Answer((self.say("opt_in.confirm", turn, email=address, purpose=purpose),))

    async def _queue_letter(self, session: AsyncSession, turn: Turn, address: str) -> None:
        # The address is only claimed: it makes a customer of its own, never an identity of who is signed in.
        customer = await find_customer(session, CHANNEL, address) or await add_customer(
            session, {CHANNEL: address}, now=turn.now, language=turn.language
        )
        confirm = {"channel": CHANNEL, "purpose": self._asked(turn) or CONFIRMED}
        key = f"{TEMPLATE}:{customer.id}:{turn.now:%Y-%m-%d}"
        message = await queue_message(
            session,
            key=key,
            customer_id=customer.id,
            conversation_id=turn.conversation_id,
            channel=CHANNEL,
            purpose=TRANSACTIONAL,
            template=TEMPLATE,
            language=turn.language,
            context={"confirm": confirm, "asked_at": turn.now.isoformat()},
            now=turn.now,
            due_at=turn.now,
        )
        if message is not None:
            await _note_queued(session, message)


async def _note_queued(session: AsyncSession, message: Message) -> None:
    properties = {"message_id": message.id, "channel": CHANNEL, "purpose": TRANSACTIONAL, "template": TEMPLATE}
    await add_event(
        session,
        "message_queued",
        customer_id=message.customer_id,
        at=message.queued_at,
        properties=properties,
        key=f"message_queued:{message.key}",
    )


def _evidence(turn: Turn) -> str:
    """Where her own words are kept, and what they were."""
    return f"conversation {turn.conversation_id}, message {turn.message_id}: {turn.text}"[:500]
