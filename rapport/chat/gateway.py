"""What a customer says is stored once, with a rising number, whoever answers it and whether anyone can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.chat.buttons import Button, signed_button
from rapport.chat.changes import customer_waits, reopen, standing_now
from rapport.chat.email_address import address_in, gives_address, take_address
from rapport.chat.errors import InvalidFormError
from rapport.chat.files import StoredFile
from rapport.chat.forms import filled_form
from rapport.chat.language import language_of
from rapport.chat.terms import TERMS, Terms
from rapport.chat.words import words
from rapport.settings import Language
from rapport.store.conversations import (
    Utterance,
    append_message,
    form_of_message,
    seq_of_client,
    turn_to_language,
)
from rapport.store.signals import send_signal
from rapport.store.telegram import go_on_by
from rapport.store.turns import PendingTurn, leave_to_a_person

# A change of one conversation, and of what staff see: who waits, who responds, who is there.
CHAT, DESK = "chat:", "desk"


@dataclass(frozen=True, slots=True)
class Received:
    """`seq` of the stored message; `awaits_assistant` says whether a turn must run for it.

    `turn` is that turn where no other message waits before it: it need not be read again. `said` is what was new;
    None: the rows tell.
    """

    seq: int
    awaits_assistant: bool = False
    turn: PendingTurn | None = None
    said: tuple[Utterance, ...] | None = ()


def topic(conversation_id: str) -> str:
    """What a change of this conversation is signalled under."""
    return CHAT + conversation_id


async def tell_other_processes(session: AsyncSession, conversation_id: str, *, desk: bool = False) -> None:
    """Signals a change that this process wakes its own streams for: on SQLite there is no other web process.

    `desk`: staff should see it in their lists, too.
    """
    if session.get_bind().dialect.name != "sqlite":
        await send_signal(session, topic(conversation_id))
        if desk:
            await send_signal(session, DESK)


async def tell_everybody(session: AsyncSession, conversation_id: str) -> None:
    """Signals a change that staff see too, to every process: the worker makes such changes as well."""
    for changed in (topic(conversation_id), DESK):
        await send_signal(session, changed)


async def receive(
    session: AsyncSession,
    conversation_id: str,
    client_id: str,
    said: str | Button,
    *,
    now: datetime,
    terms: Terms = TERMS,
    channel: str | None = None,
) -> Received:
    """Stores what the customer said: her text, or the button she pressed. A closed conversation is open again.

    `channel` is where she said it: she is answered there. The same `client_id` is the same message.
    Raises UnknownConversationError.
    """
    conversation = await standing_now(session, conversation_id)
    known = await seq_of_client(session, conversation_id, client_id)
    if known is not None:
        return Received(known)
    if conversation.closed_at is not None:
        await reopen(session, conversation_id)
    if channel is not None and channel != conversation.channel:
        await go_on_by(session, conversation_id, channel)
    language = conversation.language
    text, payload = (said.title, said.payload) if isinstance(said, Button) else (said, None)
    if payload is None and (spoken := language_of(text, otherwise=cast(Language, language))) != language:
        await turn_to_language(session, conversation_id, language := spoken)
    nothing_waits = conversation.answered_seq == conversation.last_seq
    message = await append_message(
        session, conversation_id, "customer", text, at=now, client_id=client_id, payload=payload
    )
    news = (message,) if conversation.closed_at is None else None
    await tell_other_processes(session, conversation_id, desk=conversation.responder != "assistant")
    if conversation.responder != "assistant":
        # A person has it now: the assistant must not come back to it when she hands the conversation back.
        await leave_to_a_person(session, conversation_id)
        await customer_waits(session, conversation_id, now=now, terms=terms)
        return Received(message.seq, said=news)
    if conversation.awaits == "email" and nothing_waits and gives_address(text):
        await take_address(session, conversation_id, address_in(text), now=now)
        await leave_to_a_person(session, conversation_id)
        return Received(message.seq, said=None)
    turn = PendingTurn(conversation_id, message.seq, text, payload, language, conversation.version)
    return Received(message.seq, awaits_assistant=True, turn=turn if nothing_waits else None, said=news)


async def filled_in(session: AsyncSession, conversation_id: str, seq: int, values: Mapping[str, str]) -> Button:
    """What the customer says by filling in the form of that number. Raises InvalidFormError."""
    form = await form_of_message(session, conversation_id, seq)
    if form is None:
        raise InvalidFormError
    return filled_form(form, values)


async def receive_file(
    session: AsyncSession,
    conversation_id: str,
    file: StoredFile,
    *,
    client_id: str | None,
    key: str,
    now: datetime,
    terms: Terms = TERMS,
) -> Received:
    """Stores that the customer sent a file. The assistant cannot read it: it says so and offers a person."""
    conversation = await standing_now(session, conversation_id)
    known = await seq_of_client(session, conversation_id, client_id) if client_id else None
    if known is not None:
        return Received(known)
    if conversation.closed_at is not None:
        await reopen(session, conversation_id)
    message = await append_message(
        session, conversation_id, "customer", "", at=now, client_id=client_id, files=[file.as_json()]
    )
    if conversation.responder == "assistant":
        say = words(conversation.language)
        person = signed_button(Button(say.ask_a_person, "/handoff"), conversation_id, key=key)
        await append_message(session, conversation_id, "assistant", say.file_received, at=now, buttons=[person])
    else:
        await customer_waits(session, conversation_id, now=now, terms=terms)
    await tell_other_processes(session, conversation_id, desk=conversation.responder != "assistant")
    return Received(message.seq)
