"""One customer as programs and staff see her: who she is, what the models say, and what she agreed to."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.marketing.profile import Profile, ScoreNow
from rapport.store.customers import Customer, find_customer, identities_of
from rapport.web.console.insight import Insight, Suggested
from rapport.web.staff.caller import Given, Staff, needs

router = APIRouter(prefix="/api/customers", tags=["customers"])
Reader = Annotated[Staff, Depends(needs("customers.read"))]
RECOMMENDED = 5
OWN_ID = "external_id:"


def the_insight(request: Request) -> Insight:
    """The insight of the application that serves this request."""
    found: Insight = request.app.state.insight
    return found


Knowing = Annotated[Insight, Depends(the_insight)]


@router.get("/{customer_id}", summary="A customer's profile")
async def profile(
    staff: Reader, given: Given, insight: Knowing, customer_id: Annotated[str, Path(min_length=1, max_length=340)]
) -> dict[str, Any]:
    """`customer_id` is our own number, or the shop's own id behind `external_id:`."""
    now = given.clock()
    async with given.database.reading() as session:
        customer = await _customer(session, customer_id)
        if customer is None:
            raise HTTPException(404, "There is no such customer.")
        known = await insight.profile(session, customer.id, now=now)
        suggested = await insight.recommend(session, customer.id, count=RECOMMENDED, now=now)
        identities = await identities_of(session, customer.id)
    return {
        "id": customer.id,
        "registered_at": customer.registered_at.isoformat(),
        "identities": identities,
        **_as_json(known),
        "recommendations": [_recommendation(one, known.language) for one in suggested],
    }


async def _customer(session: AsyncSession, wanted: str) -> Customer | None:
    if wanted.startswith(OWN_ID):
        return await find_customer(session, "external_id", wanted.removeprefix(OWN_ID))
    is_number = wanted.isascii() and wanted.isdecimal() and int(wanted) < 2**31
    return await session.get(Customer, int(wanted)) if is_number else None


def _as_json(known: Profile) -> dict[str, Any]:
    return {
        "name": known.name,
        "language": known.language,
        "time_zone": known.time_zone,
        "segment": known.segment,
        "scores": {name: _score(score) for name, score in known.scores.items()},
        "consents": [{"channel": channel, "purpose": purpose} for channel, purpose in sorted(known.consents)],
        "suppressions": dict(known.suppressions),
        "tags": sorted(known.tags),
        "responder": known.responder or "assistant",
    }


def _score(score: ScoreNow) -> dict[str, Any]:
    reasons = [asdict(reason) for reason in score.reasons]
    return {"value": score.value, "reasons": reasons, "model_version": score.model_version}


def _recommendation(one: Suggested, language: str) -> dict[str, Any]:
    name = one.product.names.get(language) or next(iter(one.product.names.values()), one.product.sku)
    because = [product.sku for product in one.because]
    return {"sku": one.product.sku, "name": name, "score": one.score, "because": because}
