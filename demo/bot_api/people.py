"""People with Telegram on their phones: what they do becomes an update."""

from __future__ import annotations

import re
import time
import uuid
from dataclasses import dataclass
from typing import Any

from demo.bot_api.bot import Bot, Query
from demo.bot_api.chats import Chat, Shown, Wire, newest
from demo.bot_api.entities import units

COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,64}(?:@\w+)?")
MOST_WRITTEN = 4096


@dataclass(frozen=True, slots=True)
class Group:
    """A group chat."""

    api: Bot
    chat: Chat

    @property
    def id(self) -> int:
        return self.chat.id

    def add_bot(self, by: Person) -> None:
        self.chat.member = True
        by.change_member(self.chat, "left", "member")

    def remove_bot(self, by: Person) -> None:
        self.chat.member = False
        by.change_member(self.chat, "member", "left")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who writes to the bot. What she does is shown to the bot at once, in the order she does it."""

    api: Bot
    chat: Chat

    @property
    def id(self) -> int:
        return self.chat.id

    @property
    def screen(self) -> list[Shown]:
        """Her chat with the bot as she sees it now, both sides."""
        return self.chat.screen

    @property
    def heard(self) -> list[Shown]:
        """What the bot has said to her, as it looks now."""
        return [shown for shown in self.chat.screen if shown.by_bot]

    async def hears(self, count: int = 1) -> list[Shown]:
        """All the bot has said, once it is at least so much."""
        return await self.api.until(lambda: self.heard if len(self.heard) >= count else [])

    def start(self, payload: str = "") -> Shown:
        """The start button, or a deep link with its payload."""
        return self.write(f"/start {payload}".strip())

    def write(self, text: str, *, to: Group | None = None, reply_to: int | None = None) -> Shown:
        """A text message, to the bot or into a group."""
        if units(text) > MOST_WRITTEN:
            raise ValueError("an app of Telegram would send this as several messages")
        commands = [
            {"type": "bot_command", "offset": units(text[: found.start()]), "length": len(found[0])}
            for found in COMMAND.finditer(text)
        ]
        body: Wire = {"text": text} | ({"entities": commands} if commands else {})
        return self._post(to.chat if to else self.chat, body, reply_to)

    def edit(self, message_id: int, text: str) -> Shown:
        """Her own message, changed afterwards."""
        message = self.chat.messages[message_id]
        message |= {"text": text, "edit_date": int(time.time())}
        message.pop("entities", None)
        self.api.updates.add("edited_message", dict(message))
        return Shown(message)

    def press(self, title: str) -> Query:
        """The button with this title on the newest message that has one. `answer` is set when the bot answers."""
        shown, button = newest(self.chat.screen, title)
        if "callback_data" not in button:
            raise LookupError(f"{title!r} opens {button.get('url')!r} and tells the bot nothing")
        return self.press_data(shown, str(button["callback_data"]))

    def press_data(self, shown: Shown, data: str) -> Query:
        """Any data on any message: a forged app may send what no button holds."""
        query = Query(uuid.uuid4().hex, self.api.clock())
        self.api.queries[query.id] = query
        body = {"id": query.id, "from": self.as_json(), "chat_instance": str(self.id), "data": data}
        self.api.updates.add("callback_query", body | {"message": dict(shown.wire)})
        return query

    def send_photo(self, content: bytes, *, caption: str = "", name: str = "photo.jpg") -> Shown:
        file = self.api.files.add(content, name=name, media_type="image/jpeg", folder="photos")
        return self._post(self.chat, _with_caption({"photo": file.as_photo()}, caption))

    def send_file(self, name: str, content: bytes, *, media_type: str, caption: str = "") -> Shown:
        file = self.api.files.add(content, name=name, media_type=media_type, folder="documents")
        return self._post(self.chat, _with_caption({"document": file.as_document()}, caption))

    def send_location(self, latitude: float, longitude: float) -> Shown:
        return self._post(self.chat, {"location": {"latitude": latitude, "longitude": longitude}})

    def send(self, **body: Any) -> Shown:
        """Any other message: a sticker, a contact, a voice message …"""
        return self._post(self.chat, body)

    def block(self) -> None:
        """The bot may write to her no more."""
        self.chat.blocked = True
        self.change_member(self.chat, "member", "kicked")

    def unblock(self) -> None:
        self.chat.blocked = False
        self.change_member(self.chat, "kicked", "member")

    def as_json(self) -> Wire:
        language = {"language_code": self.chat.language} if self.chat.language else {}
        return {"id": self.id, "is_bot": False, "first_name": self.chat.name} | language

    def change_member(self, chat: Chat, before: str, after: str) -> None:
        """Tells the bot what became of its membership."""
        bot = self.api.me
        old, new = ({"user": bot, "status": status} | _until(status) for status in (before, after))
        body = {"chat": chat.as_json(), "from": self.as_json(), "date": int(time.time())}
        self.api.updates.add("my_chat_member", body | {"old_chat_member": old, "new_chat_member": new})

    def _post(self, chat: Chat, body: Wire, reply_to: int | None = None) -> Shown:
        number = self.api.message_id()
        message = {
            "message_id": number,
            "from": self.as_json(),
            "chat": chat.as_json(),
            "date": int(time.time()),
            **body,
        }
        if reply_to:
            message["reply_to_message"] = dict(chat.messages[reply_to])
        chat.messages[number] = message
        if not chat.is_group:
            chat.started, chat.blocked = True, False
        if not chat.is_group or (chat.member and self._is_for_bot(message)):
            self.api.updates.add("message", dict(message))
        self.api.tell()
        return Shown(message)

    def _is_for_bot(self, message: Wire) -> bool:
        """In a group a bot is shown commands, mentions and answers to itself: its privacy mode."""
        answered = message.get("reply_to_message", {}).get("from", {}).get("is_bot", False)
        text = str(message.get("text", ""))
        return bool(answered or text.startswith("/") or f"@{self.api.username}" in text)


def _with_caption(body: Wire, caption: str) -> Wire:
    return body | ({"caption": caption} if caption else {})


def _until(status: str) -> Wire:
    return {"until_date": 0} if status == "kicked" else {}
