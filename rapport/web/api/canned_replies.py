"""Canned replies as routes: what staff say often, kept once in each language."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, status
from pydantic import Field
from sqlalchemy.exc import IntegrityError

from rapport.store.canned_replies import CannedReply, canned_replies, delete_canned_reply, save_canned_reply
from rapport.web.chat.routes import Body, Text
from rapport.web.staff.caller import Given, Staff, needs

router = APIRouter(prefix="/api/canned-replies", tags=["desk"])
Reader = Annotated[Staff, Depends(needs("conversations.read"))]
Editor = Annotated[Staff, Depends(needs("canned_replies.change"))]
ReplyId = Annotated[int, Path(ge=1, le=2**31 - 1)]
SHORTCUT = r"^[a-z0-9\u4e00-\u9fff][a-z0-9\u4e00-\u9fff_-]{0,31}$"


class Reply(Body):
    shortcut: str = Field(pattern=SHORTCUT)
    text_zh: Text = Field(min_length=1, max_length=2000)
    text_en: Text = Field(min_length=1, max_length=2000)


@router.get("", summary="All canned replies, by shortcut")
async def all_of_them(staff: Reader, given: Given) -> dict[str, Any]:
    async with given.database.reading() as session:
        return {"canned_replies": [_as_json(reply) for reply in await canned_replies(session)]}


@router.post("", status_code=status.HTTP_201_CREATED, summary="A new canned reply")
async def add(body: Reply, staff: Editor, given: Given) -> dict[str, Any]:
    return await _save(None, body, staff, given)


@router.put("/{reply_id}", summary="Change a canned reply")
async def change(reply_id: ReplyId, body: Reply, staff: Editor, given: Given) -> dict[str, Any]:
    return await _save(reply_id, body, staff, given)


@router.delete("/{reply_id}", status_code=status.HTTP_204_NO_CONTENT, summary="Forget a canned reply")
async def remove(reply_id: ReplyId, staff: Editor, given: Given) -> None:
    async with given.database.session() as session:
        if not await delete_canned_reply(session, reply_id):
            raise HTTPException(404, "There is no such canned reply.")


async def _save(reply_id: int | None, body: Reply, staff: Staff, given: Given) -> dict[str, Any]:
    texts = (body.text_zh.strip(), body.text_en.strip())
    if not all(texts):
        raise HTTPException(422, "A canned reply says something in both languages.")
    try:
        async with given.database.session() as session:
            reply = await save_canned_reply(
                session, reply_id, shortcut=body.shortcut, texts=texts, by=staff.name, now=given.clock()
            )
    except IntegrityError as error:
        raise HTTPException(409, f"There is a canned reply /{body.shortcut} already.") from error
    if reply is None:
        raise HTTPException(404, "There is no such canned reply.")
    return _as_json(reply)


def _as_json(reply: CannedReply) -> dict[str, Any]:
    names = ("id", "shortcut", "text_zh", "text_en", "changed_by")
    return {name: getattr(reply, name) for name in names} | {"changed_at": reply.changed_at.isoformat()}
