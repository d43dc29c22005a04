"""Review: what was misunderstood, with the intent a person says is right, becomes a proposed training utterance."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.learning.errors import UnknownTurnError, WrittenProposalError
from rapport.learning.utterance import shown, utterance
from rapport.store.audit import add_audit_entry
from rapport.store.proposals import LONGEST, Proposal
from rapport.store.review import Doubt, doubts, message_understood, proposal_of

LOOKED_BACK = timedelta(days=30)
LIKELY = 3
# More new ones than this are told as this many.
MOST = 50


async def review(
    session: AsyncSession, *, now: datetime, before: int | None = None, limit: int = 50
) -> dict[str, Any]:
    """`{turns, before?}`: the newest of the last 30 days; `before` is the next page's cursor."""
    found = await doubts(session, since=now - LOOKED_BACK, before=before, limit=limit)
    more = {"before": found[-1].id} if len(found) == limit else {}
    return {"turns": [as_json(one) for one in found], **more}


async def newer_turns(session: AsyncSession, *, after: int, now: datetime) -> int:
    """How many more there are to review since that one."""
    return len(await doubts(session, since=now - LOOKED_BACK, after=after, limit=MOST))


def as_json(doubt: Doubt) -> dict[str, Any]:
    """What a reviewer sees of it."""
    return {
        "id": doubt.id,
        "conversation_id": doubt.conversation_id,
        "seq": doubt.seq,
        "language": doubt.language,
        "text": shown(doubt.text, doubt.told, customer=doubt.customer),
        "heard": doubt.heard,
        "confidence": round(doubt.confidence, 2),
        "likely": [str(intent) for intent in doubt.told.get("likely", ())][:LIKELY],
        "why": doubt.why,
        "at": doubt.at.isoformat(),
    }


async def decide(session: AsyncSession, event_id: int, intent: str | None, *, who: str, now: datetime) -> Proposal:
    """Proposes the message under `intent`, or (None) dismisses it; a later word replaces an earlier one.

    Raises UnknownTurnError, and WrittenProposalError where it is in the training data already.
    """
    doubt = await message_understood(session, event_id)
    if doubt is None:
        raise UnknownTurnError
    proposal = await proposal_of(session, doubt)
    if proposal is None:
        proposal = Proposal(conversation_id=doubt.conversation_id, seq=doubt.seq)
        session.add(proposal)
    elif proposal.state == "written":
        raise WrittenProposalError
    text = utterance(doubt.text, doubt.told, language=doubt.language, customer=doubt.customer)
    # A line cut short would teach half a sentence, perhaps with half an annotation.
    proposal.state = "proposed" if intent and len(text) <= LONGEST else "dismissed"
    proposal.text = text if proposal.state == "proposed" else ""
    proposal.language, proposal.heard, proposal.intent = doubt.language, doubt.heard, intent
    proposal.proposed_by, proposal.at = who, now
    await session.flush()
    await _note(session, proposal, who, now)
    return proposal


async def _note(session: AsyncSession, proposal: Proposal, who: str, now: datetime) -> None:
    details = {"seq": proposal.seq, "heard": proposal.heard, "intent": proposal.intent or ""}
    action = "proposed_utterance" if proposal.state == "proposed" else "dismissed_turn"
    about = f"conversation:{proposal.conversation_id}"
    await add_audit_entry(session, action, who=who, at=now, object=about, details=details)
