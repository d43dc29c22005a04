"""The methods that change or take away what a chat already shows."""

from __future__ import annotations

import time

from demo.bot_api.bot import Bot
from demo.bot_api.chats import Chat, Wire
from demo.bot_api.errors import bad
from demo.bot_api.keyboards import checked_markup
from demo.bot_api.parameters import Parameters
from demo.bot_api.sending import markup_of, media
from demo.bot_api.texts import caption_of, text_of

SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
CONTENT = ("text", "entities", "caption", "caption_entities", "photo", "document")


async def edit_text(api: Bot, given: Parameters) -> Wire:
    body = text_of(given, too_long="MESSAGE_TOO_LONG")
    chat, message = _message(api, given)
    if "text" not in message:
        raise bad("there is no text in the message to edit")
    return _change(api, chat, message, given, body)


async def edit_caption(api: Bot, given: Parameters) -> Wire:
    caption = caption_of(given)
    chat, message = _message(api, given)
    if not {"photo", "document"} & message.keys():
        raise bad("there is no caption in the message to edit")
    kept = {name: message[name] for name in ("photo", "document") if name in message}
    return _change(api, chat, message, given, kept | caption)


async def edit_media(api: Bot, given: Parameters) -> Wire:
    body = await media(api, given, given.json("media", "can't parse media JSON object"))
    chat, message = _message(api, given)
    if "media_group_id" in message and "document" in body:
        raise bad("message can't be edited")
    return _change(api, chat, message, given, body)


async def edit_markup(api: Bot, given: Parameters) -> Wire:
    chat, message = _message(api, given)
    return _change(api, chat, message, given, {name: message[name] for name in CONTENT if name in message})


async def delete_message(api: Bot, given: Parameters) -> bool:
    chat = api.chat(given.text("chat_id"))
    number = given.integer("message_id")
    chat.own(number, to="delete")
    del chat.messages[number]
    return True


def _message(api: Bot, given: Parameters) -> tuple[Chat, Wire]:
    chat = api.chat(given.text("chat_id"))
    chat.check_open()
    return chat, chat.own(given.integer("message_id"), to="edit")


def _change(api: Bot, chat: Chat, message: Wire, given: Parameters, content: Wire) -> Wire:
    """The message with this content and the markup of the call: without one, its buttons go."""
    markup = checked_markup(written) if (written := markup_of(given)) is not None else {}
    wanted = content | ({"reply_markup": markup} if markup.get("inline_keyboard") else {})
    if wanted == {name: message[name] for name in (*CONTENT, "reply_markup") if name in message}:
        raise bad(SAME)
    api.trouble(chat.id)
    kept = {name: value for name, value in message.items() if name not in (*CONTENT, "reply_markup")}
    changed = kept | wanted | {"edit_date": int(time.time())}
    chat.messages[message["message_id"]] = changed
    return changed
