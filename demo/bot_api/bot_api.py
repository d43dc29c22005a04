"""The handle of tests, benches and the demo: a bot's server with the people who write to it."""

from __future__ import annotations

from demo.bot_api.bot import Bot
from demo.bot_api.chats import Chat
from demo.bot_api.people import Group, Person

FIRST_PERSON, FIRST_GROUP = 1001, -500001


class BotApi(Bot):
    """A bot, its people and their groups."""

    def person(self, name: str = "Mei", *, language: str = "en", number: int | None = None) -> Person:
        """Somebody with Telegram, who has not started the bot yet; her id is free, or this number."""
        number = number or FIRST_PERSON + sum(not chat.is_group for chat in self.chats.values())
        return Person(self, self.chats.setdefault(number, Chat(number, name, language)))

    def group(self, title: str = "Tea friends") -> Group:
        """A group that the bot is not in yet."""
        number = FIRST_GROUP - sum(chat.is_group for chat in self.chats.values())
        return Group(self, self.chats.setdefault(number, Chat(number, title)))
