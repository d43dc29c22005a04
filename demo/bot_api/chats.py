"""Chats as their people see them: every message in its newest version, and who may be written to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from demo.bot_api.errors import bad, forbidden

Wire = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as it looks now; `wire` is the Bot API's own object."""

    wire: Wire

    @property
    def id(self) -> int:
        return int(self.wire["message_id"])

    @property
    def by_bot(self) -> bool:
        return bool(self.wire["from"]["is_bot"])

    @property
    def text(self) -> str:
        """The text, or a picture's or file's caption."""
        return str(self.wire.get("text", self.wire.get("caption", "")))

    @property
    def buttons(self) -> list[Wire]:
        """The inline keyboard, row by row in one list."""
        rows = self.wire.get("reply_markup", {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]

    @property
    def titles(self) -> list[str]:
        return [str(button["text"]) for button in self.buttons]


@dataclass(slots=True)
class Chat:
    """A private chat (its id is the person's) or a group (a negative id)."""

    id: int
    name: str
    language: str = ""
    started: bool = False
    blocked: bool = False
    member: bool = False
    messages: dict[int, Wire] = field(default_factory=dict)
    keyboard: Wire = field(default_factory=dict)

    @property
    def is_group(self) -> bool:
        return self.id < 0

    @property
    def screen(self) -> list[Shown]:
        """All that is shown now, oldest first."""
        return [Shown(message) for _, message in sorted(self.messages.items())]

    def as_json(self) -> Wire:
        if self.is_group:
            return {"id": self.id, "title": self.name, "type": "group"}
        return {"id": self.id, "first_name": self.name, "type": "private"}

    def check_open(self) -> None:
        """403 where the bot may not write."""
        if self.is_group:
            if not self.member:
                raise forbidden("bot is not a member of the group chat")
        elif not self.started:
            raise forbidden("bot can't initiate conversation with a user")
        elif self.blocked:
            raise forbidden("bot was blocked by the user")

    def own(self, message_id: int, *, to: str) -> Wire:
        """A message of the bot's own; 400 where there is none of this number or it is somebody else's."""
        if not message_id:
            raise bad("message identifier is not specified")
        if (message := self.messages.get(message_id)) is None:
            raise bad(f"message to {to} not found")
        if not message["from"]["is_bot"] and (to != "delete" or self.is_group):
            raise bad("message can't be edited" if to == "edit" else "message can't be deleted")
        return message


def newest(screen: Sequence[Shown], title: str) -> tuple[Shown, Wire]:
    """The newest message that has this button, and the button; LookupError where none has."""
    for shown in reversed(screen):
        for button in shown.buttons:
            if button["text"] == title:
                return shown, button
    raise LookupError(f"no message shows a button {title!r}")
