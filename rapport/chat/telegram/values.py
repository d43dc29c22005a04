"""An update as a value: who wrote, and which of the things a customer can do in a chat she did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from telegram import Bot, CallbackQuery, ChatMember, ChatMemberUpdated, Message, Update

LARGEST_NUMBER = 2**63 - 1
# What Telegram allows one message to have.
LONGEST_TEXT, LONGEST_NAME, LONGEST_DATA = 4096, 200, 64
# The kinds of update that are asked for.
USED = frozenset({"message", "edited_message", "callback_query", "my_chat_member"})
KINDS: dict[str, Literal["private", "group"]] = {"private": "private", "group": "group", "supergroup": "group"}
Keys = tuple[tuple[tuple[str, str | None, str | None], ...], ...]
T = TypeVar("T")


class MalformedUpdateError(Exception):
    """This is no update of Telegram's, or not of a shape known here."""


@dataclass(frozen=True, slots=True)
class Writer:
    """The chat it came from. `name` is what the customer calls herself; `locale` her Telegram's language."""

    chat_id: int
    kind: Literal["private", "group"]
    name: str
    locale: str


@dataclass(frozen=True, slots=True)
class Said:
    """A text. `edited`: it takes the place of what this message said before."""

    message_id: int
    text: str
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button. `keys` are all under that message, as they were shown: rows of (title, data or address)."""

    data: str
    message_id: int
    keys: Keys = ()


@dataclass(frozen=True, slots=True)
class SentFile:
    """A picture or a document, still with Telegram; `size` in bytes, 0 where it is not told."""

    message_id: int
    file_id: str
    name: str
    media_type: str
    size: int
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Located:
    """Where she is, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Blocked:
    """She blocked the bot, or took that back."""

    blocked: bool


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something nobody here can read: a voice message, a sticker …"""


What = Said | Pressed | SentFile | Located | Blocked | Unreadable


@dataclass(frozen=True, slots=True)
class Incoming:
    update_id: int
    writer: Writer
    what: What


def number_of(data: Any) -> int:
    """The update's number. Raises MalformedUpdateError where there is none: then it is no update at all."""
    if not isinstance(data, dict):
        raise MalformedUpdateError
    return _number(data.get("update_id"), least=0)


def parsed(data: Any, bot: Bot) -> Update:
    """The update in JSON, without what is of no use here. Raises MalformedUpdateError."""
    number = number_of(data)
    try:
        update = Update.de_json({"update_id": number} | {kind: data[kind] for kind in USED & data.keys()}, bot)
    except Exception as error:  # whatever a stranger's JSON makes of a library's parser
        raise MalformedUpdateError from error
    return update


def incoming(update: Update) -> Incoming | None:
    """What of it concerns us, or None. Raises MalformedUpdateError: no field is trusted to be of its type."""
    try:
        return _incoming(update)
    except (AttributeError, TypeError, ValueError, IndexError) as error:
        raise MalformedUpdateError from error


def query_in(update: Update) -> str | None:
    """The press of this update, which is answered whatever it says: until then the button shows that it waits."""
    query = update.callback_query
    return query.id if query is not None and isinstance(query.id, str) else None


def _incoming(update: Update) -> Incoming | None:
    if update.message:
        return _from_message(update.update_id, update.message, edited=False)
    if update.edited_message:
        return _from_message(update.update_id, update.edited_message, edited=True)
    if update.callback_query:
        return _from_press(update.update_id, update.callback_query)
    if update.my_chat_member:
        return _from_membership(update.update_id, update.my_chat_member)
    return None


def _from_message(update_id: int, message: Message, *, edited: bool) -> Incoming | None:
    writer = _writer(message.chat, message.from_user)
    what = _what(message, edited=edited)
    return Incoming(update_id, writer, what) if writer and what else None


def _what(message: Message, *, edited: bool) -> What | None:
    message_id = _number(message.message_id)
    if message.text:
        return Said(message_id, clean(message.text, LONGEST_TEXT), edited)
    if edited:
        # A picture's new caption corrects its words; a moving location corrects nothing.
        return Said(message_id, clean(message.caption, LONGEST_TEXT), True) if message.caption else None
    if message.photo or message.document:
        return _file(message_id, message)
    if message.location:
        return Located(float(message.location.latitude), float(message.location.longitude))
    # What the chat itself says ("pinned a message") is nothing she said.
    return Unreadable() if message.effective_attachment is not None else None


def _file(message_id: int, message: Message) -> SentFile:
    caption = clean(message.caption or "", LONGEST_TEXT)
    if message.photo:
        largest, name, kind = message.photo[-1], "photo.jpg", "image/jpeg"
        return SentFile(message_id, _text(largest.file_id), name, kind, _number(largest.file_size or 0), caption)
    document = _there(message.document)
    name, kind = clean(document.file_name or "", LONGEST_NAME), clean(document.mime_type or "", LONGEST_NAME)
    return SentFile(message_id, _text(document.file_id), name, kind, _number(document.file_size or 0), caption)


def _from_press(update_id: int, query: CallbackQuery) -> Incoming | None:
    if query.message is None or query.data is None:
        return None
    writer = _writer(query.message.chat, query.from_user)
    if writer is None:
        return None
    pressed = Pressed(clean(query.data, LONGEST_DATA), _number(query.message.message_id), _keys(query.message))
    return Incoming(update_id, writer, pressed)


def _keys(message: Any) -> Keys:
    markup = getattr(message, "reply_markup", None)
    rows = markup.inline_keyboard if markup else ()
    return tuple(tuple((_text(key.text), key.callback_data, key.url) for key in row) for row in rows)


def _from_membership(update_id: int, change: ChatMemberUpdated) -> Incoming | None:
    writer = _writer(change.chat, change.from_user)
    gone = change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)
    return Incoming(update_id, writer, Blocked(gone)) if writer else None


def _writer(chat: Any, user: Any) -> Writer | None:
    kind = KINDS.get(_text(chat.type))
    if kind is None or (user is not None and user.is_bot is True):
        return None
    if kind == "private" and (user is None or user.id != chat.id):
        raise MalformedUpdateError
    name = " ".join(filter(None, (getattr(user, "first_name", None), getattr(user, "last_name", None))))
    return Writer(_number(chat.id), kind, clean(name, LONGEST_NAME), clean(_locale(user), 35))


def _locale(user: Any) -> str:
    return getattr(user, "language_code", None) or ""


def clean(text: Any, longest: int) -> str:
    """A stranger's text as a database keeps it: without NUL and halves of characters."""
    whole = _text(text).replace("\x00", "")[:longest]
    return whole.encode("utf-8", "replace").decode()


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise MalformedUpdateError
    return value


def _number(value: Any, *, least: int = -LARGEST_NUMBER) -> int:
    if type(value) is not int or not least <= value <= LARGEST_NUMBER:
        raise MalformedUpdateError
    return value


def _there(value: T | None) -> T:
    if value is None:
        raise MalformedUpdateError
    return value
