"""The chat's routes: a session, what is said in it, and how the customer gets about."""

from __future__ import annotations

from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, HTTPException, Query, Request, status
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from rapport.chat.buttons import pressed_button
from rapport.chat.customer_token import read_customer_token
from rapport.chat.ending import end_conversation
from rapport.chat.forms import MOST_FIELDS
from rapport.chat.gateway import DESK, filled_in, receive, tell_other_processes, topic
from rapport.chat.language import language_of_locale
from rapport.chat.responder import leave_queue, rate
from rapport.chat.sessions import issue_ticket, open_session
from rapport.chat.state import view_after
from rapport.store.conversations import note_read
from rapport.web.chat.desk import AtDesk, InConversation
from rapport.web.services import Services, services

router = APIRouter(prefix="/chat", tags=["chat"])
Given = Annotated[Services, Depends(services)]
LARGEST_TEXT = 4096
TYPING_SECONDS = 6.0
ACCEPTED: dict[str, Any] = {"status_code": status.HTTP_202_ACCEPTED}


def storable(text: str) -> str:
    """Refuses what no database keeps: NUL and half a surrogate pair."""
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("must be text without NUL and lone surrogates")
    return text


Text = Annotated[str, AfterValidator(storable)]
Seq = Annotated[int, Query(ge=0, le=2**31 - 1)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class NewSession(Body):
    locale: Text | None = Field(default=None, max_length=35)
    customer_token: Text | None = Field(default=None, max_length=4096)


class NewMessage(Body):
    client_id: Text = Field(min_length=1, max_length=64)
    text: Text | None = None
    payload: Text | None = None
    form: int | None = Field(default=None, ge=1, le=2**31 - 1)
    values: dict[Text, Text] = Field(default_factory=dict, max_length=MOST_FIELDS)

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if [self.text, self.payload, self.form].count(None) != 2:
            raise ValueError("give either text, or payload, or form with its values")
        if self.text is not None and not self.text.strip():
            raise ValueError("text must say something")
        return self


class Read(Body):
    seq: int = Field(ge=0, le=2**31 - 1)


class Rating(Body):
    stars: int = Field(ge=1, le=5)
    comment: Text = Field(default="", max_length=1000)


@router.post("/sessions", status_code=status.HTTP_201_CREATED, summary="Begin a conversation")
async def begin(body: NewSession, request: Request, given: Given, desk: AtDesk) -> dict[str, str]:
    desk.per_address.take(request.client.host if request.client else "")
    now, settings = given.clock(), given.settings
    customer = (
        read_customer_token(body.customer_token, key=settings.shop_chat_key(), now=now)
        if body.customer_token is not None
        else None
    )
    language = language_of_locale(body.locale, otherwise=settings.default_language)
    async with given.database.session() as session:
        opened = await open_session(session, language=language, customer=customer, key=desk.key, now=now)
    return {"token": opened.token, "conversation_id": opened.conversation_id}


@router.post("/messages", **ACCEPTED, summary="Say something")
async def say(body: NewMessage, conversation_id: InConversation, given: Given, desk: AtDesk) -> dict[str, int]:
    desk.per_conversation.take(conversation_id)
    if len((body.text or body.payload or "").encode()) > LARGEST_TEXT:
        raise HTTPException(413, f"A message may have {LARGEST_TEXT} bytes.")
    said = body.text or (pressed_button(body.payload, conversation_id, key=desk.key) if body.payload else None)
    async with given.database.session() as session:
        said = said or await filled_in(session, conversation_id, body.form or 0, body.values)
        received = await receive(
            session, conversation_id, body.client_id, said, now=given.clock(), terms=desk.terms, channel="web"
        )
    given.signals.wake(topic(conversation_id), received.said)
    given.signals.wake(DESK)
    if received.awaits_assistant:
        desk.turns.start(conversation_id, received.turn)
    return {"seq": received.seq}


@router.get("/messages", summary="What was said after a number")
async def read(conversation_id: InConversation, given: Given, desk: AtDesk, after: Seq = 0) -> dict[str, Any]:
    async with given.database.reading() as session:
        view = await view_after(session, conversation_id, after, now=given.clock(), terms=desk.terms)
    return {"messages": view.messages, "state": view.state.as_json()}


@router.post("/tickets", status_code=status.HTTP_201_CREATED, summary="A one-minute ticket for one stream")
async def ticket(conversation_id: InConversation, desk: AtDesk) -> dict[str, str]:
    desk.per_conversation.take(conversation_id)
    return {"ticket": issue_ticket(conversation_id, key=desk.key)}


@router.post("/typing", **ACCEPTED, summary="The customer is typing")
async def typing(conversation_id: InConversation, given: Given, desk: AtDesk) -> dict[str, Any]:
    desk.typing.begin_for(conversation_id, "customer", seconds=TYPING_SECONDS)
    await desk.typing.tell(given.database, conversation_id, "customer", seconds=TYPING_SECONDS)
    return {}


@router.post("/read", **ACCEPTED, summary="The customer has read up to a number")
async def read_up_to(body: Read, conversation_id: InConversation, given: Given) -> dict[str, Any]:
    async with given.database.session() as session:
        responder = await note_read(session, conversation_id, body.seq)
        for_staff = responder is not None and responder != "assistant"
        if for_staff:
            await tell_other_processes(session, conversation_id, desk=True)
    if for_staff:
        given.signals.wake(topic(conversation_id), ())
        given.signals.wake(DESK)
    return {}


@router.post("/rating", **ACCEPTED, summary="Stars for the conversation")
async def stars(body: Rating, conversation_id: InConversation, given: Given, desk: AtDesk) -> dict[str, Any]:
    desk.per_conversation.take(conversation_id)
    async with given.database.session() as session:
        await rate(session, conversation_id, stars=body.stars, comment=body.comment, now=given.clock())
    return {}


@router.post("/assistant", **ACCEPTED, summary="Leave the queue, back to the assistant")
async def back_to_assistant(conversation_id: InConversation, given: Given, desk: AtDesk) -> dict[str, Any]:
    desk.per_conversation.take(conversation_id)
    async with given.database.session() as session:
        await leave_queue(session, conversation_id, now=given.clock(), terms=desk.terms)
    given.signals.wake(topic(conversation_id))
    given.signals.wake(DESK)
    return {}


@router.post("/end", **ACCEPTED, summary="End the conversation")
async def end(conversation_id: InConversation, given: Given, desk: AtDesk) -> dict[str, Any]:
    desk.per_conversation.take(conversation_id)
    async with given.database.session() as session:
        await end_conversation(session, conversation_id, now=given.clock(), terms=desk.terms)
    given.signals.wake(topic(conversation_id))
    given.signals.wake(DESK)
    return {}
