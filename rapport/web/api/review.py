"""Review as routes: what was misunderstood, and the word of a person on it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import model_validator

from rapport.learning.review import decide, review
from rapport.marketing.vocabulary import INTENTS
from rapport.web.chat.routes import Body, Given
from rapport.web.staff.caller import Staff, needs

router = APIRouter(prefix="/api", tags=["review"])
Reviewer = Annotated[Staff, Depends(needs("review.decide"))]
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


class Decision(Body):
    """One of the two."""

    intent: str | None = None
    dismiss: bool = False

    @model_validator(mode="after")
    def _one_of_two(self) -> Decision:
        if self.dismiss == (self.intent is not None):
            raise ValueError("give `intent`, or `dismiss: true`")
        if self.intent is not None and self.intent not in INTENTS:
            raise ValueError("there is no such intent")
        return self


@router.get("/review", summary="What the assistant may have misunderstood, newest first")
async def list_turns(
    given: Given,
    by: Reviewer,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    async with given.database.reading() as session:
        return await review(session, now=given.clock(), before=before, limit=limit)


@router.post("/review/{turn_id}", summary="The right intent, or nothing to learn here")
async def judge(body: Decision, turn_id: Number, given: Given, by: Reviewer) -> dict[str, Any]:
    async with given.database.session() as session:
        proposal = await decide(session, turn_id, body.intent, who=by.name, now=given.clock())
    return {"state": proposal.state, "intent": proposal.intent, "text": proposal.text}
