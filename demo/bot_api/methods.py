"""Every method of the Bot API that this server knows."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from demo.bot_api import editing, sending
from demo.bot_api.bot import QUERY_SECONDS, Bot
from demo.bot_api.chats import Wire
from demo.bot_api.errors import bad, conflict
from demo.bot_api.files import MOST_DOWNLOAD
from demo.bot_api.parameters import Parameters
from demo.bot_api.webhook import checked_webhook

Method = Callable[[Bot, Parameters], Awaitable[Any]]
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
MOST_TIMEOUT, MOST_COMMANDS, MOST_ANSWER = 50, 100, 200
HOOKED = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


async def get_me(api: Bot, given: Parameters) -> Wire:
    return api.me


async def get_updates(api: Bot, given: Parameters) -> list[Wire]:
    if api.webhook:
        raise conflict(HOOKED)
    api.updates.allow(given.json("allowed_updates", "can't parse allowed updates JSON object"))
    wait = min(max(given.integer("timeout"), 0), MOST_TIMEOUT)
    return await api.updates.poll(offset=given.integer("offset"), limit=given.integer("limit", 100), wait=wait)


async def set_webhook(api: Bot, given: Parameters) -> bool:
    if not given.text("url"):
        return await delete_webhook(api, given)
    webhook = checked_webhook(given.text("url"), given.text("secret_token"), given.integer("max_connections", 40))
    api.updates.allow(given.json("allowed_updates", "can't parse allowed updates JSON object"))
    if given.flag("drop_pending_updates"):
        api.updates.drop()
    await api.set_webhook(webhook)
    return True


async def delete_webhook(api: Bot, given: Parameters) -> bool:
    if given.flag("drop_pending_updates"):
        api.updates.drop()
    await api.set_webhook(None)
    return True


async def get_webhook_info(api: Bot, given: Parameters) -> Wire:
    return api.webhook_info()


async def set_my_commands(api: Bot, given: Parameters) -> bool:
    listed = given.json("commands", "can't parse commands JSON object")
    if not isinstance(listed, list) or len(listed) > MOST_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH" if isinstance(listed, list) else "can't parse commands JSON object")
    for command in listed:
        if not isinstance(command, dict) or not COMMAND.fullmatch(str(command.get("command", "")).removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    api.commands[_menu(given)] = listed
    return True


async def get_my_commands(api: Bot, given: Parameters) -> list[Wire]:
    return api.commands.get(_menu(given), [])


async def delete_my_commands(api: Bot, given: Parameters) -> bool:
    api.commands.pop(_menu(given), None)
    return True


def _menu(given: Parameters) -> tuple[str, str]:
    scope = given.json("scope", "can't parse BotCommandScope JSON object") or {}
    return str(scope.get("type", "default")), given.text("language_code")


async def set_profile(api: Bot, given: Parameters) -> bool:
    """setMyName, setMyDescription, setMyShortDescription and setChatMenuButton: kept as given."""
    api.profile |= given.values
    return True


async def answer_callback_query(api: Bot, given: Parameters) -> bool:
    query = api.queries.get(given.text("callback_query_id"))
    if query is None or query.answer is not None or api.clock() - query.at > QUERY_SECONDS:
        raise bad(TOO_OLD)
    if len(given.text("text")) > MOST_ANSWER:
        raise bad("MESSAGE_TOO_LONG")
    query.answer = {"text": given.text("text"), "show_alert": given.flag("show_alert"), "at": api.clock()}
    return True


async def get_file(api: Bot, given: Parameters) -> Wire:
    file = api.files.find(given.text("file_id"))
    if file is None:
        raise bad("invalid file_id" if given.text("file_id") else "file_id is empty")
    if len(file.content) > MOST_DOWNLOAD:
        raise bad("file is too big")
    return file.as_json() | {"file_path": file.path}


async def get_chat(api: Bot, given: Parameters) -> Wire:
    return api.chat(given.text("chat_id")).as_json() | {"accent_color_id": 0, "max_reaction_count": 11}


async def leave_chat(api: Bot, given: Parameters) -> bool:
    chat = api.chat(given.text("chat_id"))
    chat.check_open()
    chat.member = False
    return True


METHODS: dict[str, Method] = {
    "getme": get_me,
    "getupdates": get_updates,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    "setmyname": set_profile,
    "setmydescription": set_profile,
    "setmyshortdescription": set_profile,
    "setchatmenubutton": set_profile,
    "sendmessage": sending.send_message,
    "sendphoto": sending.send_photo,
    "senddocument": sending.send_document,
    "sendmediagroup": sending.send_media_group,
    "sendlocation": sending.send_location,
    "sendvenue": sending.send_venue,
    "sendchataction": sending.send_chat_action,
    "editmessagetext": editing.edit_text,
    "editmessagecaption": editing.edit_caption,
    "editmessagemedia": editing.edit_media,
    "editmessagereplymarkup": editing.edit_markup,
    "deletemessage": editing.delete_message,
    "answercallbackquery": answer_callback_query,
    "getfile": get_file,
    "getchat": get_chat,
    "leavechat": leave_chat,
}
