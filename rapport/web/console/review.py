"""The page of review: one row for each message in doubt, one click for the right intent."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from rapport.learning.errors import UnknownTurnError
from rapport.learning.review import as_json, decide, newer_turns, review
from rapport.marketing.vocabulary import INTENTS
from rapport.store.review import message_understood
from rapport.web.api.review import Number
from rapport.web.console.page import Console, Looking
from rapport.web.console.supervision_words import share, supervision_words

router = APIRouter(include_in_schema=False)
HERE = "/console/review"
PAGE = 30


async def reviewing(here: Looking) -> Console:
    """The console for who may judge."""
    here.needs("review.decide")
    return here


Reviewing = Annotated[Console, Depends(reviewing)]
Cursor = Annotated[int | None, Query(ge=1, le=2**63 - 1)]


@router.get(HERE, response_class=HTMLResponse)
async def review_page(here: Reviewing, before: Cursor = None) -> HTMLResponse:
    async with here.given.database.reading() as session:
        listed = await review(session, now=here.given.clock(), before=before, limit=PAGE)
    newest = max((turn["id"] for turn in listed["turns"]), default=0)
    older = listed.get("before")
    return _show(here, "console/review.html", turns=listed["turns"], older=older, newest=newest, first=before is None)


@router.get(HERE + "/newer", response_class=HTMLResponse)
async def newer(here: Reviewing, after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0) -> HTMLResponse:
    """How many have come since the page was loaded."""
    async with here.given.database.reading() as session:
        count = await newer_turns(session, after=after, now=here.given.clock())
    return _show(here, "console/review_newer.html", count=count)


@router.get(HERE + "/{turn_id}", response_class=HTMLResponse)
async def one_turn(turn_id: Number, here: Reviewing) -> HTMLResponse:
    async with here.given.database.reading() as session:
        doubt = await message_understood(session, turn_id)
    if doubt is None:
        raise UnknownTurnError
    return _show(here, "console/review_turn.html", turn=as_json(doubt), focus=True)


@router.post(HERE + "/{turn_id}", response_class=HTMLResponse)
async def judge(
    turn_id: Number, here: Reviewing, intent: Annotated[str, Form()] = "", dismiss: Annotated[str, Form()] = ""
) -> Response:
    if bool(intent) == bool(dismiss) or (intent and intent not in INTENTS):
        raise HTTPException(422, "Choose one intent, or that there is nothing to learn.")
    async with here.given.database.session() as session:
        proposal = await decide(session, turn_id, intent or None, who=here.staff.name, now=here.given.clock())
        state = proposal.state
    if not here.in_page:
        return RedirectResponse(HERE, 303)
    return _show(here, "console/review_done.html", turn_id=turn_id, intent=intent, state=state)


def _show(here: Console, template: str, **values: Any) -> HTMLResponse:
    say = supervision_words(here.staff.language)
    intents = sorted(INTENTS, key=here.words["intents"].__getitem__)
    return here.show(template, here=HERE, say=say, share=share, intents=intents, **values)
