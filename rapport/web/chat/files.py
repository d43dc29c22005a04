"""Files in the chat: taken in by their content, given back only to who has the token."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, HTTPException, Path, UploadFile
from fastapi.responses import FileResponse

from rapport.chat.files import LARGEST_FILE, MEDIA_TYPES, store_file
from rapport.chat.gateway import DESK, receive_file, topic
from rapport.store.telegram import go_on_by
from rapport.web.chat.desk import AtDesk, InConversation
from rapport.web.chat.routes import ACCEPTED, Given, Text

router = APIRouter(prefix="/chat/files", tags=["chat"])
FileId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}\.[a-z]{3,4}$")]


@router.post("", **ACCEPTED, summary="Send a file")
async def send(
    file: Annotated[UploadFile, File()],
    conversation_id: InConversation,
    given: Given,
    desk: AtDesk,
    client_id: Annotated[Text | None, Form(min_length=1, max_length=64)] = None,
) -> dict[str, Any]:
    desk.per_conversation.take(conversation_id)
    content = await file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise HTTPException(413, f"A file may have {LARGEST_FILE} bytes.")
    folder, name = given.settings.var_dir / "files", file.filename or ""
    stored = await asyncio.to_thread(
        store_file, folder, conversation_id, name=name, media_type=file.content_type or "", content=content
    )
    async with given.database.session() as session:
        await go_on_by(session, conversation_id, "web")
        received = await receive_file(
            session, conversation_id, stored, client_id=client_id, key=desk.key, now=given.clock()
        )
    given.signals.wake(topic(conversation_id))
    given.signals.wake(DESK)
    return {"seq": received.seq}


@router.get("/{file_id}", response_class=FileResponse, summary="A file of this conversation")
async def fetch(file_id: FileId, conversation_id: InConversation, given: Given) -> FileResponse:
    path = given.settings.var_dir / "files" / conversation_id / file_id
    if not path.is_file():
        raise HTTPException(404, "There is no such file in this conversation.")
    kind = MEDIA_TYPES[path.suffix.removeprefix(".")]
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, max-age=3600"}
    return FileResponse(path, media_type=kind, filename=file_id, headers=headers)
