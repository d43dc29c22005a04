"""The methods that put a new message into a chat."""

from __future__ import annotations

import time

import httpx

from demo.bot_api.bot import Bot
from demo.bot_api.chats import Chat, Wire
from demo.bot_api.errors import bad
from demo.bot_api.files import MOST_DOCUMENT, StoredFile, check_photo
from demo.bot_api.keyboards import checked_markup
from demo.bot_api.parameters import Parameters, Upload
from demo.bot_api.texts import caption_of, text_of

ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
MOST_FETCHED = 5 * 2**20
FETCH_SECONDS = 5.0


async def send_message(api: Bot, given: Parameters) -> Wire:
    return post(api, given, text_of(given))


async def send_photo(api: Bot, given: Parameters) -> Wire:
    caption = caption_of(given)
    file = await photo(api, given, given.text("photo"), "photo")
    return post(api, given, {"photo": file.as_photo()} | caption)


async def send_document(api: Bot, given: Parameters) -> Wire:
    caption = caption_of(given)
    file = await document(api, given, given.text("document"), "document")
    return post(api, given, {"document": file.as_document()} | caption)


async def send_location(api: Bot, given: Parameters) -> Wire:
    return post(api, given, {"location": _place(given)})


async def send_venue(api: Bot, given: Parameters) -> Wire:
    if not given.text("title").strip():
        raise bad("venue title must be non-empty")
    place = _place(given)
    venue = {"location": place, "title": given.text("title"), "address": given.text("address")}
    return post(api, given, {"venue": venue, "location": place})


async def send_media_group(api: Bot, given: Parameters) -> list[Wire]:
    listed = given.json("media", "can't parse media JSON object")
    if not isinstance(listed, list) or not 2 <= len(listed) <= 10:
        raise bad("there must be 2 to 10 messages in an album" if listed else "there are no messages to send")
    bodies = [await media(api, given, item) for item in listed]
    chat = _open_chat(api, given)
    api.take(chat, len(bodies))
    album = str(api.message_id())
    return [_put(api, chat, {"media_group_id": album} | body) for body in bodies]


async def send_chat_action(api: Bot, given: Parameters) -> bool:
    if given.text("action") not in ACTIONS:
        raise bad("wrong parameter action in request")
    _open_chat(api, given)
    return True


def post(api: Bot, given: Parameters, body: Wire) -> Wire:
    """Shows the message, when the chat is open and the limits leave room for it."""
    markup = checked_markup(written) if (written := markup_of(given)) is not None else {}
    chat = _open_chat(api, given)
    reply = given.json("reply_parameters", "can't parse reply parameters JSON object") or {}
    answered = chat.messages.get(reply.get("message_id", 0))
    if reply and answered is None and not reply.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    api.trouble(chat.id)
    api.take(chat)
    if "keyboard" in markup or "remove_keyboard" in markup:
        chat.keyboard = markup if "keyboard" in markup else {}
    shown = {"reply_markup": markup} if markup.get("inline_keyboard") else {}
    return _put(api, chat, body | shown | ({"reply_to_message": answered} if answered else {}))


def markup_of(given: Parameters) -> object:
    return given.json("reply_markup", "can't parse reply keyboard markup JSON object")


async def media(api: Bot, given: Parameters, item: object) -> Wire:
    """One InputMedia: a photo or a document, with its caption."""
    if not isinstance(item, dict) or item.get("type") not in ("photo", "document"):
        raise bad("can't parse InputMedia: Unsupported type specified")
    own = Parameters({name: value for name, value in item.items() if isinstance(value, str)}, given.uploads)
    caption = caption_of(own)
    if item["type"] == "photo":
        return {"photo": (await photo(api, own, own.text("media"), "media")).as_photo()} | caption
    return {"document": (await document(api, own, own.text("media"), "media")).as_document()} | caption


async def photo(api: Bot, given: Parameters, source: str, field: str) -> StoredFile:
    """The picture: uploaded, known, or fetched from its address. SVG is none."""
    if known := api.files.find(source):
        return known
    upload = given.uploads.get(source.removeprefix("attach://") or field) or await _fetched(source, "photo")
    if upload.media_type.startswith("image/svg"):
        raise bad("IMAGE_PROCESS_FAILED" if field in given.uploads else "wrong type of the web page content")
    check_photo(upload.content)
    return api.files.add(upload.content, name=upload.name, media_type=upload.media_type, folder="photos")


async def document(api: Bot, given: Parameters, source: str, field: str) -> StoredFile:
    if known := api.files.find(source):
        return known
    upload = given.uploads.get(source.removeprefix("attach://") or field) or await _fetched(source, "document")
    if not upload.content:
        raise bad("file must be non-empty")
    if len(upload.content) > MOST_DOCUMENT:
        raise bad("Request Entity Too Large")
    return api.files.add(upload.content, name=upload.name, media_type=upload.media_type, folder="documents")


async def _fetched(source: str, what: str) -> Upload:
    """Telegram fetches addresses itself, and what it finds must be small and of the right kind."""
    if not source:
        raise bad(f"there is no {what} in the request")
    if not source.startswith(("http://", "https://")):
        raise bad("wrong remote file identifier specified: Wrong string length")
    try:
        async with httpx.AsyncClient(timeout=FETCH_SECONDS, follow_redirects=True) as client:
            response = await client.get(source)
    except httpx.HTTPError as error:
        raise bad("failed to get HTTP URL content") from error
    media_type = response.headers.get("content-type", "").partition(";")[0]
    if not response.is_success or len(response.content) > MOST_FETCHED:
        raise bad("failed to get HTTP URL content")
    if what == "photo" and not media_type.startswith("image/"):
        raise bad("wrong type of the web page content")
    return Upload(source.rpartition("/")[2] or "file", media_type, response.content)


def _place(given: Parameters) -> Wire:
    latitude, longitude = given.number("latitude", "latitude"), given.number("longitude", "longitude")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad("wrong latitude or longitude specified")
    return {"latitude": latitude, "longitude": longitude}


def _open_chat(api: Bot, given: Parameters) -> Chat:
    chat = api.chat(given.text("chat_id"))
    chat.check_open()
    return chat


def _put(api: Bot, chat: Chat, body: Wire) -> Wire:
    bot = {name: value for name, value in api.me.items() if not name.startswith(("can_", "supports_"))}
    number = api.message_id()
    message = {"message_id": number, "from": bot, "chat": chat.as_json(), "date": int(time.time())} | body
    chat.messages[number] = message
    return message
