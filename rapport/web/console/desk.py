"""The agents' console: its desk, the parts of it that are fetched anew, and the page of canned replies."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.canned_replies import canned_replies
from rapport.store.orders import latest_orders
from rapport.store.presences import presences
from rapport.store.shelves import Row, Shelf, rows_by_id, rows_of, search, shelf_sizes
from rapport.store.threads import staff_names
from rapport.web.api.conversations import ConversationId
from rapport.web.chat.routes import Seq, Text
from rapport.web.console.page import Console, Looking, Reading
from rapport.web.console.thread import Part, newest_part, part_after
from rapport.web.console.watch import SILENT

router = APIRouter(include_in_schema=False)
Wanted = Annotated[Text, Query(alias="q", max_length=200)]
# What a person may say a conversation was about; the customer's own intent is put in front.
TOPICS = (
    "order_status", "order_change", "order_cancel", "delivery_problem", "delivery_options", "return_request",
    "exchange_request", "refund_status", "payment_problem", "invoice_request", "product_details",
    "product_availability", "coupon_problem", "promotion_query", "account_problem", "privacy_request", "complaint",
)  # fmt: skip


@router.get("/console", response_class=HTMLResponse)
async def desk(here: Looking, shelf: Shelf = "mine", q: Wanted = "") -> Response:
    if not here.staff.may("conversations.read"):
        # Who sees no person sees how many there are.
        return RedirectResponse("/console/board", 303)
    async with here.given.database.reading() as session:
        listed = await _list(session, here, shelf, q)
    return here.show("console/desk.html", thread=None, name="", **listed)


@router.get("/console/list", response_class=HTMLResponse)
async def conversation_list(here: Reading, shelf: Shelf = "mine", q: Wanted = "") -> Response:
    async with here.given.database.reading() as session:
        listed = await _list(session, here, shelf, q)
    return here.show("console/list.html", **listed)


@router.get("/console/conversations/{conversation_id}", response_class=HTMLResponse)
async def conversation(conversation_id: ConversationId, here: Reading, shelf: Shelf = "mine") -> Response:
    async with here.given.database.reading() as session:
        thread = await _thread(session, here, conversation_id)
        listed = {"shelf": shelf} if here.in_page else await _list(session, here, shelf, "")
    template = "console/thread.html" if here.in_page else "console/desk.html"
    return here.show(template, **(listed | thread))


@router.get("/console/conversations/{conversation_id}/lines", response_class=HTMLResponse)
async def new_lines(
    conversation_id: ConversationId, here: Reading, after: Seq = 0, first: Seq = 0, shelf: Shelf = "mine"
) -> Response:
    """What is new after a message, and how the conversation stands."""
    async with here.given.database.reading() as session:
        row = await _row(session, here, conversation_id)
        part = await part_after(session, conversation_id, after, first=first)
        values = _standing(here, row, await staff_names(session)) | _shown(part)
    return here.show("console/news.html", shelf=shelf, **values)


@router.get("/console/conversations/{conversation_id}/older", response_class=HTMLResponse)
async def older_lines(conversation_id: ConversationId, here: Reading, before: Seq) -> Response:
    async with here.given.database.reading() as session:
        row = await _row(session, here, conversation_id)
        part = await newest_part(session, conversation_id, before=before)
        values = _standing(here, row, await staff_names(session)) | _shown(part)
    shown = here.show("console/lines.html", **values)
    shown.headers["X-Older"] = str(part.first_seq) if part.more else ""
    return shown


@router.get("/console/canned-replies", response_class=HTMLResponse)
async def canned(here: Reading) -> Response:
    async with here.given.database.reading() as session:
        replies, names = await canned_replies(session), await staff_names(session)
    template = "console/canned_list.html" if here.in_page else "console/canned.html"
    return here.show(template, here="/console/canned-replies", replies=replies, names=names)


async def _list(session: AsyncSession, here: Console, shelf: Shelf, q: str) -> dict[str, Any]:
    agent, wanted = here.staff.name, q.strip()
    rows = await (search(session, wanted, agent=agent) if wanted else rows_of(session, shelf, agent=agent))
    return {
        "rows": rows, "shelf": shelf, "q": wanted, "sizes": await shelf_sizes(session, agent=agent),
        "names": await staff_names(session), "now": here.given.clock().isoformat(),
    }  # fmt: skip


async def _row(session: AsyncSession, here: Console, conversation_id: str) -> Row:
    rows = await rows_by_id(session, [conversation_id], agent=here.staff.name)
    if not rows:
        raise HTTPException(404, "There is no such conversation.")
    return rows[0]


async def _thread(session: AsyncSession, here: Console, conversation_id: str) -> dict[str, Any]:
    row = await _row(session, here, conversation_id)
    part = await newest_part(session, conversation_id)
    orders = await latest_orders(session, row.customer_id) if row.customer_id else []
    heard = [part.understood[seq].intent for seq in sorted(part.understood)]
    last_topic = next((intent for intent in reversed(heard) if intent in TOPICS), "")
    return {
        **_standing(here, row, await staff_names(session)),
        **_shown(part),
        "name": row.name or here.words["visitor"],
        "orders": [order.number for order in orders],
        "order": orders[0].number if orders else "",
        "topics": TOPICS,
        "last_topic": last_topic,
        "colleagues": await presences(session, heard_since=here.given.clock() - SILENT),
    }


def _standing(here: Console, row: Row, names: dict[str, str]) -> dict[str, Any]:
    """How the conversation stands for who looks: `holder` is me, other, queue, assistant or closed."""
    holder = row.responder
    if row.closed_at is not None:
        holder = "closed"
    elif row.responder == "agent":
        holder = "me" if row.agent == here.staff.name else "other"
    holder_name = names.get(row.agent, row.agent) if row.agent else ""
    return {"thread": row, "holder": holder, "holder_name": holder_name, "names": names}


def _shown(part: Part) -> dict[str, Any]:
    return {"items": part.items, "understood": part.understood, "first_seq": part.first_seq, "more": part.more}
