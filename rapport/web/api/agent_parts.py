"""What an agent sends beside words: files, and products as cards; and the files of a conversation for staff."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, HTTPException, UploadFile
from fastapi.responses import FileResponse
from pydantic import Field

from rapport.chat.agent_lines import say_as_agent
from rapport.chat.changes import refuse_unless_held
from rapport.chat.files import LARGEST_FILE, MEDIA_TYPES, store_file
from rapport.chat.gateway import DESK, Received, topic
from rapport.messaging.wording import in_language, price
from rapport.store.conversations import Conversation
from rapport.store.products import Product, find_product
from rapport.web.api.conversations import PATH, Act, Answerer, ConversationId, Reader
from rapport.web.chat.files import FileId
from rapport.web.chat.routes import ACCEPTED, Given, Text
from rapport.web.services import Services

router = APIRouter(prefix="/api", tags=["conversations"])


class Offered(Act):
    client_id: Text = Field(min_length=1, max_length=56)
    sku: Text = Field(min_length=1, max_length=64)


@router.post(PATH + "/products", **ACCEPTED, summary="Show the customer a product as a card")
async def show_product(body: Offered, conversation_id: ConversationId, given: Given, by: Answerer) -> dict[str, int]:
    async with given.database.session() as session:
        product = await find_product(session, body.sku)
        if product is None or not product.active:
            raise HTTPException(422, "The shop sells no such product.")
        conversation = await session.get(Conversation, conversation_id)
        language = conversation.language if conversation else "zh"
        received = await say_as_agent(
            session, conversation_id, by, client_id=body.client_id, text="", version=body.version,
            now=given.clock(), cards=[card_of(product, language, given.settings.currency)],
        )  # fmt: skip
    return _said(given, conversation_id, received)


@router.post(PATH + "/files", **ACCEPTED, summary="Send the customer a file")
async def send_file(
    file: Annotated[UploadFile, File()],
    conversation_id: ConversationId,
    given: Given,
    by: Answerer,
    client_id: Annotated[Text, Form(min_length=1, max_length=56)],
    version: Annotated[int, Form(ge=1, le=2**31 - 1)],
) -> dict[str, int]:
    content = await file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise HTTPException(413, f"A file may have {LARGEST_FILE} bytes.")
    async with given.database.reading() as session:
        # Before it lies on the disk; who loses the conversation meanwhile is refused below.
        await refuse_unless_held(session, conversation_id, by)
    folder, name = given.settings.var_dir / "files", file.filename or ""
    stored = await asyncio.to_thread(
        store_file, folder, conversation_id, name=name, media_type=file.content_type or "", content=content
    )
    async with given.database.session() as session:
        received = await say_as_agent(
            session, conversation_id, by, client_id=client_id, text="", version=version,
            now=given.clock(), files=[stored.as_json()],
        )  # fmt: skip
    return _said(given, conversation_id, received)


@router.get(PATH + "/files/{file_id}", response_class=FileResponse, summary="A file of a conversation, for staff")
async def fetch_file(file_id: FileId, conversation_id: ConversationId, given: Given, by: Reader) -> FileResponse:
    path = given.settings.var_dir / "files" / conversation_id / file_id
    if not path.is_file():
        raise HTTPException(404, "There is no such file in this conversation.")
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, max-age=3600"}
    media_type = MEDIA_TYPES[path.suffix.removeprefix(".")]
    return FileResponse(path, media_type=media_type, filename=file_id, headers=headers)


def card_of(product: Product, language: str, currency: str) -> dict[str, Any]:
    """The product as the widget shows it, in the conversation's language."""
    own = product.picture if product.picture and product.picture.startswith("/") else None
    return {
        "sku": product.sku,
        "name": in_language(product.names, language),
        "description": in_language(product.descriptions, language),
        "price": price(product.price_minor, currency, language),
        "picture": own or f"/pictures/{product.sku}.svg",
        "url": f"/products/{product.sku}",
    }


def _said(given: Services, conversation_id: str, received: Received) -> dict[str, int]:
    given.signals.wake(topic(conversation_id), received.said)
    given.signals.wake(DESK)
    return {"seq": received.seq}
