"""What staff see and do in conversations, as routes: everything the console does can be done by a program."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Query, status
from pydantic import AwareDatetime, Field

from rapport.chat.agent_lines import add_note, mark_read, say_as_agent
from rapport.chat.assignment import set_presence
from rapport.chat.changes import refuse_unless_held
from rapport.chat.desk import close, hand_back, snooze, take_over, transfer
from rapport.chat.gateway import DESK, topic
from rapport.chat.overview import overview
from rapport.chat.summary import Noted
from rapport.chat.thread import thread
from rapport.store.inbox import Wanted
from rapport.web.chat.desk import AtDesk
from rapport.web.chat.routes import LARGEST_TEXT, TYPING_SECONDS, Body, Given, Seq, Text
from rapport.web.services import Services
from rapport.web.staff.caller import Staff, needs

Reader = Annotated[Staff, Depends(needs("conversations.read"))]
Answerer = Annotated[Staff, Depends(needs("conversations.answer"))]
router = APIRouter(prefix="/api", tags=["conversations"])
ConversationId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
PATH = "/conversations/{conversation_id}"
LONGEST_SNOOZE = timedelta(days=31)


class Act(Body):
    version: int = Field(ge=1, le=2**31 - 1)


class HandBack(Act):
    order_id: Text = Field(default="", max_length=64)
    products: list[Annotated[Text, Field(max_length=64)]] = Field(default=[], max_length=12)
    topic: str = Field(default="", max_length=64, pattern="^[a-z_]*$")
    solved: bool = True


class Transfer(Act):
    agent: Text | None = Field(default=None, max_length=64)
    skill: Text | None = Field(default=None, max_length=32)


class Snooze(Act):
    until: AwareDatetime | None = Field(strict=False)


class Line(Act):
    client_id: Text = Field(min_length=1, max_length=56)
    text: Text = Field(min_length=1)


class NewNote(Body):
    text: Text = Field(min_length=1, max_length=4000)
    version: int | None = None


class Read(Body):
    seq: int = Field(ge=0, le=2**31 - 1)


class Present(Body):
    presence: Literal["online", "away", "offline"]


@router.get("/conversations", summary="Conversations, the newest message first")
async def conversations(
    given: Given,
    desk: AtDesk,
    by: Reader,
    responder: Literal["assistant", "queue", "agent"] | None = None,
    mine: bool = False,
    queue: bool = False,
    q: Annotated[Text, Query(max_length=200)] = "",
    after: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    wanted = Wanted(responder, by.name if mine else None, queue, q.strip(), after, limit)
    async with given.database.reading() as session:
        return await overview(session, wanted, reader=by.name, now=given.clock(), terms=desk.terms)


@router.get(PATH, summary="One conversation with everything about it")
async def conversation(
    conversation_id: ConversationId, given: Given, desk: AtDesk, by: Reader, after: Seq = 0
) -> dict[str, Any]:
    async with given.database.reading() as session:
        return await thread(session, conversation_id, now=given.clock(), terms=desk.terms, after=after)


@router.post(PATH + "/take-over", summary="Answer instead of the assistant")
async def taking_over(
    body: Act, conversation_id: ConversationId, given: Given, desk: AtDesk, by: Answerer
) -> dict[str, Any]:
    async with given.database.session() as session:
        version = await take_over(
            session, conversation_id, by, version=body.version, now=given.clock(), terms=desk.terms
        )
    return _changed(given, conversation_id, version)


@router.post(PATH + "/hand-back", summary="Let the assistant answer again")
async def handing_back(
    body: HandBack, conversation_id: ConversationId, given: Given, desk: AtDesk, by: Answerer
) -> dict[str, Any]:
    noted = Noted(body.order_id, tuple(body.products), body.topic, body.solved)
    async with given.database.session() as session:
        version = await hand_back(
            session, conversation_id, by,
            version=body.version, noted=noted, now=given.clock(), terms=desk.terms,
        )  # fmt: skip
    return _changed(given, conversation_id, version)


@router.post(PATH + "/transfer", summary="Pass it to another agent, or back into the queue")
async def transferring(
    body: Transfer, conversation_id: ConversationId, given: Given, desk: AtDesk, by: Answerer
) -> dict[str, Any]:
    async with given.database.session() as session:
        version = await transfer(
            session, conversation_id, by,
            version=body.version, to=body.agent, skill=body.skill, now=given.clock(), terms=desk.terms,
        )  # fmt: skip
    return _changed(given, conversation_id, version)


@router.post(PATH + "/close", summary="End it and ask for a rating")
async def closing(
    body: Act, conversation_id: ConversationId, given: Given, desk: AtDesk, by: Answerer
) -> dict[str, Any]:
    async with given.database.session() as session:
        version = await close(session, conversation_id, by, version=body.version, now=given.clock(), terms=desk.terms)
    return _changed(given, conversation_id, version)


@router.post(PATH + "/snooze", summary="Put it off until a time, or until the customer answers; null: no longer")
async def snoozing(
    body: Snooze, conversation_id: ConversationId, given: Given, desk: AtDesk, by: Answerer
) -> dict[str, Any]:
    now = given.clock()
    if body.until is not None and not now < body.until <= now + LONGEST_SNOOZE:
        raise HTTPException(422, f"`until` must lie within the next {LONGEST_SNOOZE.days} days.")
    async with given.database.session() as session:
        version = await snooze(
            session, conversation_id, by, version=body.version, until=body.until, now=now, terms=desk.terms
        )
    return _changed(given, conversation_id, version)


@router.post(PATH + "/messages", status_code=status.HTTP_202_ACCEPTED, summary="Say something to the customer")
async def saying(
    body: Line, conversation_id: ConversationId, given: Given, desk: AtDesk, by: Answerer
) -> dict[str, Any]:
    if len(body.text.encode()) > LARGEST_TEXT:
        raise HTTPException(413, f"A message may have {LARGEST_TEXT} bytes.")
    async with given.database.session() as session:
        received = await say_as_agent(
            session, conversation_id, by,
            client_id=body.client_id, text=body.text, version=body.version, now=given.clock(),
        )  # fmt: skip
        await desk.typing.tell_end(session, conversation_id, "agent")
    desk.typing.end(conversation_id, "agent")
    given.signals.wake(topic(conversation_id), received.said)
    given.signals.wake(DESK)
    return {"seq": received.seq}


@router.post(PATH + "/notes", status_code=status.HTTP_201_CREATED, summary="Note something for staff only")
async def noting(body: NewNote, conversation_id: ConversationId, given: Given, by: Answerer) -> dict[str, Any]:
    async with given.database.session() as session:
        note = await add_note(session, conversation_id, by, body.text, now=given.clock())
    given.signals.wake(topic(conversation_id))
    given.signals.wake(DESK)
    return {"id": note.id, "after_seq": note.after_seq}


@router.post(PATH + "/read", status_code=status.HTTP_202_ACCEPTED, summary="The caller has read up to a number")
async def reading(body: Read, conversation_id: ConversationId, given: Given, by: Reader) -> dict[str, Any]:
    async with given.database.session() as session:
        await mark_read(session, conversation_id, by, body.seq)
    given.signals.wake(topic(conversation_id))
    given.signals.wake(DESK)
    return {}


@router.post(PATH + "/typing", status_code=status.HTTP_202_ACCEPTED, summary="The caller is typing")
async def typing(conversation_id: ConversationId, given: Given, desk: AtDesk, by: Answerer) -> dict[str, Any]:
    # The customer must not see somebody type who is not the one who answers her.
    async with given.database.reading() as session:
        await refuse_unless_held(session, conversation_id, by)
    desk.typing.begin_for(conversation_id, "agent", seconds=TYPING_SECONDS)
    await desk.typing.tell(given.database, conversation_id, "agent", seconds=TYPING_SECONDS)
    return {}


@router.post("/presence", summary="A heartbeat, and whether the caller takes customers")
async def presence(body: Present, given: Given, desk: AtDesk, by: Answerer) -> dict[str, Any]:
    async with given.database.session() as session:
        changed = await set_presence(session, by.name, body.presence, now=given.clock(), terms=desk.terms)
    if changed:
        given.signals.wake(DESK)
    return {"presence": body.presence, "again_within_seconds": round(desk.terms.silent.total_seconds() / 3)}


def _changed(given: Services, conversation_id: str, version: int) -> dict[str, Any]:
    given.signals.wake(topic(conversation_id))
    given.signals.wake(DESK)
    return {"version": version}
