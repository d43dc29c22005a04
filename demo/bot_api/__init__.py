"""A local Telegram Bot API server: it speaks the real one's wire format and refuses what the real one refuses.

Modelled on https://core.telegram.org/bots/api and on the wording of tdlib/telegram-bot-api. Listens on loopback only.
"""

from demo.bot_api.bot_api import BotApi
from demo.bot_api.limits import Limits
from demo.bot_api.people import Group, Person
from demo.bot_api.server import serving

__all__ = ["BotApi", "Group", "Limits", "Person", "serving"]
