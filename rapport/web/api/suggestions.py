"""Suggested replies to what a customer asked, for the agent to edit and send."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request

from rapport.chat.suggestions import ReplyMemory, suggestions
from rapport.marketing.newest_policies import PolicyFile
from rapport.settings import Settings
from rapport.web.api.conversations import PATH, Answerer, ConversationId
from rapport.web.chat.routes import Given

router = APIRouter(prefix="/api", tags=["conversations"])


def reply_memory(settings: Settings) -> ReplyMemory:
    """What replies are suggested from; it reads nothing before it is first asked."""
    return ReplyMemory(PolicyFile(settings.rules_dir / "policies.yml", settings.promised), shop=settings.shop_name)


@router.get(PATH + "/suggestions", summary="Up to three replies to what the customer asked last")
async def suggested(conversation_id: ConversationId, given: Given, by: Answerer, request: Request) -> dict[str, Any]:
    memory: ReplyMemory = request.app.state.replies
    async with given.database.reading() as session:
        found = await suggestions(session, conversation_id, memory, agent=by.shown_name, now=given.clock())
    return {"suggestions": [asdict(one) for one in found]}
