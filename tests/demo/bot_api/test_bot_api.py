"""python-telegram-bot talks to the server over HTTP, as to the real one."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Update
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from demo.bot_api import BotApi, Person, serving
from demo.bot_api.webhook import Backoff
from tests.chat.conftest import unused_port
from tests.chat.rasa_server import serving as listening

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
ESCAPED = "must be escaped with the preceding '\\'"
BUTTON = "can't parse inline keyboard button"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
SAME = "Message is not modified: specified new message content and reply markup are exactly the same"


@asynccontextmanager
async def bot_of(api: BotApi, token: str = "") -> AsyncIterator[Bot]:
    async with Bot(token or api.token, base_url=f"{api.url}/bot", base_file_url=f"{api.url}/file/bot") as bot:
        yield bot


@pytest.fixture
async def bot(bot_api: BotApi) -> AsyncIterator[Bot]:
    async with bot_of(bot_api) as bot:
        yield bot


@pytest.fixture
def mei(bot_api: BotApi) -> Person:
    """Somebody who has started the bot."""
    mei = bot_api.person("Mei", language="zh")
    mei.start()
    bot_api.updates.drop()
    return mei


async def refused(call: Awaitable[Any]) -> str:
    """What was said, as python-telegram-bot passes it on."""
    with pytest.raises((BadRequest, Forbidden, Conflict, RetryAfter)) as error:
        await call
    return error.value.message


def buttons(*given: InlineKeyboardButton) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([list(given)])


async def test_a_bot_with_the_wrong_token_is_turned_away(bot_api: BotApi) -> None:
    with pytest.raises(InvalidToken):
        async with bot_of(bot_api, "1:wrong"):
            pass


async def test_a_method_nobody_knows_is_not_found(bot_api: BotApi) -> None:
    async with httpx.AsyncClient() as client:
        response = await client.post(f"{bot_api.url}/bot{bot_api.token}/sendMoney")
    assert response.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


@pytest.mark.parametrize("way", ["json", "data", "params"])
async def test_json_forms_and_queries_say_the_same(bot_api: BotApi, mei: Person, way: str) -> None:
    async with httpx.AsyncClient() as client:
        body: dict[str, Any] = {way: {"chat_id": mei.id, "text": "hi"}}
        response = await client.post(f"{bot_api.url}/bot{bot_api.token}/sendMessage", **body)
    assert (response.status_code, response.json()["result"]["text"]) == (200, "hi")


async def test_updates_wait_until_they_are_confirmed(bot: Bot, mei: Person) -> None:
    mei.write("/orders please")
    first = await bot.get_updates()
    again = await bot.get_updates()
    assert [update.update_id for update in first] == [update.update_id for update in again]
    message = first[0].message
    assert message is not None
    assert (message.text, message.chat.id, message.parse_entities(["bot_command"])) == (
        "/orders please",
        mei.id,
        {message.entities[0]: "/orders"},
    )
    assert await bot.get_updates(offset=first[0].update_id + 1) == ()


async def test_a_long_poll_ends_when_something_comes(bot: Bot, mei: Person) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.05)
    mei.write("hello")
    assert [update.message.text for update in await polling if update.message] == ["hello"]


async def test_of_two_pollers_the_first_is_told_409(bot_api: BotApi, bot: Bot, mei: Person) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=20))
    await bot_api.until(lambda: [call for call in bot_api.calls if call.method == "getUpdates"])
    async with bot_of(bot_api) as other:
        await other.get_updates()
    assert await refused(polling) == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )


async def test_only_kinds_that_are_allowed_come(bot: Bot, mei: Person) -> None:
    await bot.get_updates(allowed_updates=[Update.EDITED_MESSAGE])
    mei.edit(mei.write("helo").id, "hello")
    assert [update.edited_message.text for update in await bot.get_updates() if update.edited_message] == ["hello"]


@asynccontextmanager
async def webhook(statuses: list[int]) -> AsyncIterator[tuple[str, list[tuple[int, str | None]]]]:
    """A web server that answers with these statuses, then 200; what came, with its secret."""
    came: list[tuple[int, str | None]] = []

    async def take(request: Request) -> Response:
        update = await request.json()
        came.append((update["update_id"], request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        return Response(status_code=statuses.pop(0) if statuses else 200)

    async with listening(Starlette(routes=[Route("/hook", take, methods=["POST"])]), unused_port()) as url:
        yield f"{url}/hook", came


async def test_a_webhook_gets_an_update_again_until_it_takes_it(bot_api: BotApi, bot: Bot, mei: Person) -> None:
    bot_api.backoff = Backoff(first=0.01)
    async with webhook([500, 503]) as (url, came):
        await bot.set_webhook(url, secret_token="s-e_cret")
        mei.write("hello")
        await bot_api.until(lambda: len(bot_api.deliveries) == 3 and not bot_api.updates.pending)
        assert came == [(bot_api.updates.log[-1]["update_id"], "s-e_cret")] * 3
        info = await bot.get_webhook_info()
        assert (info.url, info.last_error_message) == (
            url,
            "Wrong response from the webhook: 503 Service Unavailable",
        )
        assert await refused(bot.get_updates()) == (
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
        await bot.delete_webhook()
        assert await bot.get_updates() == ()


async def test_a_webhook_far_away_needs_tls_and_is_called_where_it_is_served(
    bot_api: BotApi, bot: Bot, mei: Person
) -> None:
    assert await refused(bot.set_webhook("http://shop.example/hook")) == (
        "Bad webhook: an https url must be provided for webhook"
    )
    async with webhook([]) as (url, came):
        bot_api.hosts["https://shop.example"] = url.removesuffix("/hook")
        await bot.set_webhook("https://shop.example/hook")
        mei.write("hello")
        await bot_api.until(lambda: not bot_api.updates.pending)
        assert len(came) == 1


async def test_what_is_sent_stands_on_the_screen(bot: Bot, mei: Person) -> None:
    await bot.send_message(mei.id, "*49\\.00* 元", parse_mode="MarkdownV2")
    assert [(shown.text, shown.wire["entities"]) for shown in mei.heard] == [
        ("49.00 元", [{"type": "bold", "offset": 0, "length": 5}])
    ]


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [
        ("4.9", "MarkdownV2", f"can't parse entities: Character '.' is reserved and {ESCAPED}"),
        ("<b>x", "HTML", "Can't parse entities: Can't find end tag corresponding to start tag \"b\""),
        ("<b> </b>", "HTML", "Message text is empty"),
        ("*" + "x" * 4097 + "*", "MarkdownV2", "Message is too long"),
        ("😀" * 2049, None, "Message is too long"),
        ("x", "Pug", "Unsupported parse_mode"),
    ],
)  # fmt: skip
async def test_a_text_the_real_server_refuses_is_refused(
    bot: Bot, mei: Person, text: str, mode: str | None, why: str
) -> None:
    assert await refused(bot.send_message(mei.id, text, parse_mode=mode)) == why.capitalize()


async def test_marks_do_not_count_towards_the_4096(bot: Bot, mei: Person) -> None:
    await bot.send_message(mei.id, "*" + "x" * 4096 + "*", parse_mode="MarkdownV2")
    assert len(mei.heard[0].text) == 4096


@pytest.mark.parametrize(
    ("button", "why"),
    [
        (InlineKeyboardButton("a", callback_data="茶" * 22), "Button_data_invalid"),
        (InlineKeyboardButton("a"), f"{BUTTON}: Text buttons are unallowed in the inline keyboard"),
        (InlineKeyboardButton("a", url="http://localhost/x"),
         "Inline keyboard button URL 'http://localhost/x' is invalid: Wrong HTTP URL"),
    ],
)  # fmt: skip
async def test_a_button_the_real_server_refuses_is_refused(
    bot: Bot, mei: Person, button: InlineKeyboardButton, why: str
) -> None:
    assert await refused(bot.send_message(mei.id, "x", reply_markup=buttons(button))) == why.capitalize()


async def test_who_cannot_be_written_to_is_said(bot_api: BotApi, bot: Bot, mei: Person) -> None:
    mei.block()
    assert [
        await refused(bot.send_message(mei.id, "x")),
        await refused(bot.send_message(bot_api.person("Never").id, "x")),
        await refused(bot.send_message(bot_api.group().id, "x")),
        await refused(bot.send_message(987654321, "x")),
    ] == [
        "Forbidden: bot was blocked by the user",
        "Forbidden: bot can't initiate conversation with a user",
        "Forbidden: bot is not a member of the group chat",
        "Chat not found",
    ]


async def test_a_button_is_pressed_answered_once_and_its_message_edited(
    bot_api: BotApi, bot: Bot, mei: Person
) -> None:
    await bot.send_message(mei.id, "one", reply_markup=buttons(InlineKeyboardButton("›", callback_data="next")))
    press = mei.press("›")
    query = (await bot.get_updates())[0].callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.message.chat.id) == ("next", mei.id)
    await query.answer("here")
    assert press.answer is not None
    assert press.answer["text"] == "here"
    too_old = "Query is too old and response timeout expired or query id is invalid"
    assert await refused(query.answer()) == too_old
    await query.edit_message_text("two")
    assert [(shown.text, shown.titles) for shown in mei.heard] == [("two", [])]
    assert (await refused(query.edit_message_text("two"))).startswith(SAME)


async def test_an_answer_that_comes_late_is_too_old(bot_api: BotApi, bot: Bot, mei: Person) -> None:
    await bot.send_message(mei.id, "one", reply_markup=buttons(InlineKeyboardButton("›", callback_data="next")))
    press = mei.press("›")
    press.at -= 3600
    assert (await refused(bot.answer_callback_query(press.id))).startswith("Query is too old")


async def test_only_messages_of_its_own_can_be_edited(bot: Bot, mei: Person) -> None:
    hers = mei.write("hello").id
    assert [
        await refused(bot.edit_message_text("x", mei.id, hers)),
        await refused(bot.edit_message_text("x", mei.id, 4711)),
    ] == ["Message can't be edited", "Message to edit not found"]


async def test_a_photo_is_a_picture_and_can_be_exchanged(bot_api: BotApi, bot: Bot, mei: Person) -> None:
    bot_api.pace.free()
    sent = await bot.send_photo(mei.id, DOT, caption="one")
    await bot.edit_message_media(InputMediaPhoto(DOT, caption="two"), mei.id, sent.message_id)
    assert [shown.text for shown in mei.heard] == ["two"]
    assert await refused(bot.send_photo(mei.id, SVG)) == "Image_process_failed"
    assert await refused(bot.send_photo(mei.id, DOT, caption="x" * 1025)) == "Message caption is too long"
    assert await refused(bot.edit_message_text("x", mei.id, sent.message_id)) == (
        "There is no text in the message to edit"
    )


async def test_what_a_person_sends_can_be_fetched(bot: Bot, mei: Person) -> None:
    mei.send_photo(DOT, caption="broken")
    mei.send_file("invoice.pdf", b"%PDF-1", media_type="application/pdf")
    photo, invoice = [update.message for update in await bot.get_updates()]
    assert photo is not None
    assert invoice is not None
    assert invoice.document is not None
    assert bytes(await (await photo.photo[-1].get_file()).download_as_bytearray()) == DOT
    assert bytes(await (await invoice.document.get_file()).download_as_bytearray()) == b"%PDF-1"
    assert await refused(bot.get_file("nothing")) == "Invalid file_id"


async def test_a_second_message_within_a_second_is_told_when_to_come_again(
    bot_api: BotApi, bot: Bot, mei: Person
) -> None:
    other = bot_api.person("An")
    other.start()
    await bot.send_message(mei.id, "one")
    with pytest.raises(RetryAfter) as error:
        await bot.send_message(mei.id, "two")
    assert error.value._retry_after.total_seconds() == 1
    await bot.send_message(other.id, "one")
    assert [(call.chat, call.status) for call in bot_api.calls if call.method == "sendMessage"] == [
        (mei.id, 200),
        (mei.id, 429),
        (other.id, 200),
    ]


async def test_troubles_come_when_they_are_asked_for(bot_api: BotApi, bot: Bot, mei: Person) -> None:
    bot_api.fail()
    with pytest.raises(NetworkError):
        await bot.send_message(mei.id, "x")
    bot_api.flood(7, chat=mei.id)
    with pytest.raises(RetryAfter) as error:
        await bot.send_message(mei.id, "x")
    assert error.value._retry_after.total_seconds() == 7


async def test_in_a_group_a_bot_hears_what_is_meant_for_it(bot_api: BotApi, bot: Bot, mei: Person) -> None:
    group = bot_api.group()
    group.add_bot(by=mei)
    mei.write("good morning all", to=group)
    mei.write("/help", to=group)
    heard = await bot.get_updates()
    assert [update.message.text for update in heard if update.message] == ["/help"]
    assert heard[0].my_chat_member is not None


async def test_the_menu_is_kept_for_each_language(bot_api: BotApi, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand("help", "帮助")], language_code="zh")
    assert await bot.get_my_commands(language_code="zh") == (BotCommand("help", "帮助"),)
    assert await refused(bot.set_my_commands([BotCommand("Help", "x")])) == "Bot_command_invalid"


async def test_it_stops_while_somebody_polls() -> None:
    async with AsyncExitStack() as bots:
        async with serving(BotApi()) as api:
            bot = await bots.enter_async_context(bot_of(api))
            polling = asyncio.create_task(bot.get_updates(timeout=20))
            await api.until(lambda: [call for call in api.calls if call.method == "getUpdates"])
        assert (await refused(polling)).startswith("Conflict: terminated by")
