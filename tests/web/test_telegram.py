"""Telegram's door, against a Bot API server that speaks the real one's wire format."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from demo.bot_api import BotApi, Person
from rapport.chat.buttons import Button, signed_button
from rapport.chat.ending import end_conversation
from rapport.chat.gateway import tell_everybody
from rapport.chat.telegram.payloads import link_payload
from rapport.chat.telegram.words import words
from rapport.chat.words import words as chat_words
from rapport.clock import utc_now
from rapport.messaging.telegram.words import words as key_words
from rapport.store.consents import consents_of, record_consent
from rapport.store.conversations import Author, ChatMessage, Conversation, Handoff, append_message, change_responder
from rapport.store.customers import add_customer, identities_of
from rapport.store.database import Database
from rapport.store.telegram import TelegramButton, TelegramChat, TelegramUpdate
from tests.web.conftest import Client, Running

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf50"
    "0f0003860180348d6d0e0000000049454e44ae426082"
)
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 60


@dataclass
class Shop:
    """The running application beside the Bot API server."""

    client: Client
    api: BotApi
    database: Database

    @property
    def secret(self) -> str:
        return self.client.settings.telegram_secret()

    async def post(self, update: Any, *, secret: str | None = None) -> httpx.Response:
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        said = self.secret if secret is None else secret
        headers = {b"X-Telegram-Bot-Api-Secret-Token": said.encode()}
        return await self.client.http.post("/telegram/webhook", content=body, headers=headers)

    async def said(self) -> list[tuple[str, str]]:
        async with self.database.reading() as session:
            rows = await session.execute(select(ChatMessage.author, ChatMessage.text).order_by(ChatMessage.id))
            return [(author, text) for author, text in rows]

    async def until(self, *said: str, author: str = "customer") -> list[str]:
        """What this author has said, once it is that (or after ten seconds what it is)."""
        for _ in range(500):
            found = [text for who, text in await self.said() if who == author]
            if found == list(said):
                break
            await asyncio.sleep(0.02)
        return found

    async def count(self, table: Any) -> int:
        async with self.database.reading() as session:
            return await session.scalar(select(func.count()).select_from(table)) or 0


class Opened(Protocol):
    def __call__(self, **settings: Any) -> AbstractAsyncContextManager[Shop]: ...


@pytest.fixture
async def opened(running: Running, bot_api: BotApi) -> Opened:
    @asynccontextmanager
    async def run(**changes: Any) -> AsyncIterator[Shop]:
        at = {"telegram_token": SecretStr(bot_api.token), "telegram_api_url": bot_api.url}
        async with running(**at | changes) as client:
            database = Database(client.settings.database_url)
            yield Shop(client, bot_api, database)
            await database.close()

    return run


@pytest.fixture(params=["polling", "webhook"])
async def shop(request: pytest.FixtureRequest, opened: Opened) -> AsyncIterator[Shop]:
    async with opened(telegram_updates=request.param) as shop:
        yield shop


@pytest.fixture
async def hooked(opened: Opened) -> AsyncIterator[Shop]:
    async with opened(telegram_updates="webhook") as shop:
        yield shop


@pytest.fixture
def mei(bot_api: BotApi) -> Person:
    return bot_api.person("Mei", language="zh")


def update(number: int = 1, text: str = "你好", **more: Any) -> dict[str, Any]:
    chat = {"id": 1001, "type": "private"}
    user = {"id": 1001, "is_bot": False, "first_name": "Mei", "language_code": "zh"}
    body = {"message_id": number, "date": 1_700_000_000, "chat": chat, "from": user, "text": text, **more}
    return {"update_id": number, "message": body}


FORGED: dict[str, Callable[[str], str]] = {
    "nothing": lambda data: "",
    "nobody's": lambda data: "r.forged",
    "cut short": lambda data: data[:-1],
    "another reference": lambda data: ("b" if data[0] == "a" else "a") + data[1:],
    "another signature": lambda data: data[:-1] + ("b" if data[-1] == "a" else "a"),
    "lengthened": lambda data: data + "a",
    "too long": lambda data: data * 9,
    "no characters": lambda data: "\x00.\x00",
    "an answer of ours": lambda data: "!link 1 9999999999",
}
CARDS = [
    {"sku": sku, "name": name, "price": "¥ 9.00", "description": "", "url": f"/products/{sku}"}
    for sku, name in (("A", "红杯"), ("B", "蓝杯"))
]


async def mine(shop: Shop) -> str:
    async with shop.database.reading() as session:
        return (await session.scalars(select(Conversation.id))).one()


async def tell(shop: Shop, conversation_id: str, text: str, *, author: Author = "assistant", **parts: Any) -> None:
    async with shop.database.session() as session:
        await append_message(session, conversation_id, author, text, at=utc_now(), **parts)
        await tell_everybody(session, conversation_id)


async def offer(shop: Shop, payload: str, title: str) -> None:
    """The assistant shows this button, and another beside it."""
    conversation_id, key = await mine(shop), shop.client.settings.key()
    offered = (Button(title, payload), Button("别的", "/greet"))
    buttons = [signed_button(button, conversation_id, key=key) for button in offered]
    await tell(shop, conversation_id, "?", buttons=buttons)


async def test_what_she_writes_is_answered_by_the_assistant(shop: Shop, mei: Person) -> None:
    mei.write("你好")
    assert await shop.until("You said: 你好", author="assistant") == ["You said: 你好"]
    async with shop.database.reading() as session:
        chat = (await session.scalars(select(TelegramChat))).one()
        conversation = (await session.scalars(select(Conversation))).one()
    assert (chat.chat_id, chat.name, chat.conversation_id) == (mei.id, "Mei", conversation.id)
    assert (conversation.channel, conversation.language) == ("telegram", "zh")


async def test_one_chat_is_taken_in_order_and_many_side_by_side(shop: Shop, bot_api: BotApi) -> None:
    people = [bot_api.person(str(number)) for number in range(5)]
    for line in range(6):
        for person in people:
            person.write(f"{person.id} {line}")
    for _ in range(500):
        if await shop.count(ChatMessage) >= 60:
            break
        await asyncio.sleep(0.02)
    said = [text for author, text in await shop.said() if author == "customer"]
    for person in people:
        assert [text for text in said if text.startswith(str(person.id))] == [f"{person.id} {n}" for n in range(6)]


@pytest.mark.parametrize("secret", ["", "wrong", "é", "x" * 300])
async def test_without_the_secret_it_is_403_and_nothing_is_recorded(hooked: Shop, secret: str) -> None:
    answers = [await hooked.post(body, secret=secret) for body in (update(), {}, b"nonsense")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert [await hooked.count(table) for table in (TelegramUpdate, TelegramChat, ChatMessage)] == [0, 0, 0]


async def test_without_a_bot_nobody_is_let_in(client: Client) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": client.settings.telegram_secret()}
    answer = await client.http.post("/telegram/webhook", json=update(), headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")


async def test_an_update_brought_ten_times_is_one_turn(opened: Opened) -> None:
    async with opened(telegram_updates="webhook") as shop:
        answers = await asyncio.gather(*(shop.post(update()) for _ in range(5)))
        assert await shop.until("You said: 你好", author="assistant") == ["You said: 你好"]
    async with opened(telegram_updates="webhook") as shop:
        answers += [await shop.post(update()) for _ in range(5)]
        assert {answer.status_code for answer in answers} == {200}
        assert await shop.said() == [("customer", "你好"), ("assistant", "You said: 你好")]
        assert shop.client.rasa.said() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"nonsense", 400),
        (b"\xff\xfe", 400),
        (b"[" * 30_000, 400),
        (b"null", 400),
        (b"{}", 400),
        (json.dumps({"update_id": 2**80}).encode(), 400),
        (json.dumps(update() | {"update_id": "5"}).encode(), 400),
        (json.dumps(update() | {"update_id": True}).encode(), 400),
        (json.dumps({"update_id": 5, "poll": {}}).encode(), 200),
        (json.dumps({"update_id": 5}).encode(), 200),
        (b" " * 300_000, 413),
    ],
)
async def test_what_is_no_update_is_refused_and_nothing_is_recorded(hooked: Shop, body: bytes, status: int) -> None:
    assert (await hooked.post(body)).status_code == status
    assert [await hooked.count(table) for table in (TelegramUpdate, TelegramChat)] == [0, 0]


@pytest.mark.parametrize(
    "broken",
    [
        update(text={"no": "text"}),  # type: ignore[arg-type]
        update(chat=[]),
        {"update_id": 1, "message": "mei@example.com"},
        {"update_id": 1, "callback_query": {"id": 7}},
    ],
)
async def test_an_update_of_no_known_shape_is_taken_once_and_not_brought_again(
    hooked: Shop, broken: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    assert [(await hooked.post(broken)).status_code for _ in range(2)] == [200, 200]
    assert [await hooked.count(table) for table in (TelegramUpdate, TelegramChat, ChatMessage)] == [1, 0, 0]
    (kind,) = broken.keys() - {"update_id"}
    assert caplog.messages.count(f"Update 1 ({kind}) is of no shape known here.") == 2


async def test_a_correction_is_asked_anew_and_staff_read_what_it_replaces(shop: Shop, mei: Person) -> None:
    shown = mei.write("有红色的杯子吗")
    await shop.until("You said: 有红色的杯子吗", author="assistant")
    mei.edit(shown.id, "有蓝色的杯子吗")
    mine = ["有红色的杯子吗", "✏️ 有蓝色的杯子吗（更正前：有红色的杯子吗）"]
    assert await shop.until(*mine) == mine
    mei.edit(shown.id, "有蓝色的杯子吗")
    mei.edit(shown.id, "/handoff")
    mine.append("✏️ /handoff（更正前：有蓝色的杯子吗）")
    assert await shop.until(*mine) == mine
    await shop.until(
        *(f"You said: {text}" for text in ("有红色的杯子吗", "有蓝色的杯子吗", "／handoff")), author="assistant"
    )
    # An edit is words: it never reaches the assistant as a command.
    assert shop.client.rasa.said() == ["有红色的杯子吗", "有蓝色的杯子吗", "／handoff"]


@pytest.mark.parametrize(
    ("command", "understood"),
    [
        ("/start", "/greet"),
        ("/start p-unknown", "/greet"),
        ("/orders", "/order_status"),
        ("/privacy", "/privacy_request"),
    ],
)
async def test_commands_the_assistant_answers(shop: Shop, mei: Person, command: str, understood: str) -> None:
    mei.write(command)
    await shop.until(f"You said: {understood}", author="assistant")
    assert shop.client.rasa.said() == [understood]


async def test_commands_the_door_answers(shop: Shop, mei: Person) -> None:
    for command in ("/help", "/language", "/language zh", "/nonsense", "/stop"):
        mei.write(command)
    zh, en = words("zh"), words("en")
    expected = [zh.help, en.language, zh.language, zh.help, zh.stopped]
    assert await shop.until(*expected, author="system") == expected
    assert shop.client.rasa.said() == []


async def test_a_button_is_answered_received_and_marked(shop: Shop, mei: Person) -> None:
    mei.write("你好")
    await mei.hears(1)
    await offer(shop, "/order_status", "查订单")
    await mei.hears(2)
    query = mei.press("查订单")
    assert await shop.until("你好", "查订单") == ["你好", "查订单"]
    assert await shop.api.until(lambda: query.answer is not None)
    assert await shop.api.until(lambda: mei.heard[1].titles == ["✓ 查订单", "别的"])
    await shop.until("You said: 你好", "?", "You said: /order_status", author="assistant")
    assert shop.client.rasa.said() == ["你好", "/order_status"]


async def test_a_forged_button_is_answered_and_does_nothing(shop: Shop, mei: Person) -> None:
    mei.write("你好")
    await mei.hears(1)
    await offer(shop, "/order_status", "查订单")
    await mei.hears(2)
    said, buttons = await shop.said(), await shop.count(TelegramButton)
    data = mei.heard[1].buttons[0]["callback_data"]
    queries = {name: mei.press_data(mei.heard[1], forge(data)) for name, forge in FORGED.items()}
    assert await shop.api.until(lambda: [name for name, one in queries.items() if one.answer is None] == [])
    # Updates of one chat are taken in order: when this is taken, those were.
    mei.write("/help")
    await mei.hears(3)
    assert await shop.said() == [*said, ("system", words("zh").help)]
    assert (await shop.count(TelegramButton), mei.heard[1].titles) == (buttons, ["查订单", "别的"])


async def test_a_button_of_another_chat_is_answered_and_does_nothing(
    hooked: Shop, mei: Person, bot_api: BotApi
) -> None:
    mei.write("你好")
    await mei.hears(1)
    await offer(hooked, "/order_status", "查订单")
    await mei.hears(2)
    eve = bot_api.person("Eve", language="zh")
    eve.write("我是谁")
    await eve.hears(1)
    query = eve.press_data(eve.heard[0], mei.heard[1].buttons[0]["callback_data"])
    assert await hooked.api.until(lambda: query.answer is not None)
    eve.write("/help")
    await eve.hears(2)
    assert [text for author, text in await hooked.said() if author == "customer"] == ["你好", "我是谁"]


async def test_a_press_without_a_message_is_answered(hooked: Shop, mei: Person) -> None:
    mei.write("你好")
    await mei.hears(1)
    user = {"id": mei.id, "is_bot": False, "first_name": "Mei"}
    for number, more in ((1, {"data": "x"}), (2, {"game_short_name": "chess"})):
        query = {"id": f"q{number}", "from": user, "chat_instance": "1", **more}
        assert (await hooked.post({"update_id": number, "callback_query": query})).status_code == 200
    tried = hooked.api.calls
    assert await hooked.api.until(
        lambda: (
            [one.values["callback_query_id"] for one in tried if one.method == "answerCallbackQuery"] == ["q1", "q2"]
        )
    )


async def linking(shop: Shop, person: Person, language: str) -> int:
    """An account whose link somebody has opened in her chat; she is asked about it."""
    async with shop.database.session() as session:
        account = await add_customer(session, {"external_id": "emma"}, now=utc_now(), name="Emma Hartley")
    person.start(link_payload(account.id, key=shop.client.settings.key(), now=utc_now()))
    asked = (await person.hears(1))[0]
    assert asked.text == words(language).ask_link.format(name="E*** H***")
    assert asked.titles == [key_words(language).yes, key_words(language).no]
    return account.id


async def accounts_of(shop: Shop, customer_id: int) -> dict[str, str]:
    async with shop.database.reading() as session:
        return await identities_of(session, customer_id)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_strangers_link_is_refused_for_good(hooked: Shop, bot_api: BotApi, language: str) -> None:
    ivy = bot_api.person("Ivy", language=language)
    account = await linking(hooked, ivy, language)
    yes = ivy.heard[0].buttons[0]["callback_data"]
    ivy.press(key_words(language).no)
    assert [shown.text for shown in await ivy.hears(2)][1:] == [words(language).refused_link]
    ivy.press_data(ivy.heard[0], yes)
    ivy.write("/help")
    assert (await ivy.hears(3))[2].text == words(language).help
    assert await accounts_of(hooked, account) == {"external_id": "emma"}


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_her_own_link_is_confirmed_shown_under_her_data_and_parted_there(
    hooked: Shop, bot_api: BotApi, language: str
) -> None:
    ivy = bot_api.person("Ivy", language=language)
    account = await linking(hooked, ivy, language)
    ivy.press(key_words(language).yes)
    assert (await ivy.hears(2))[1].text == chat_words(language).linked.format(name="Emma Hartley")
    assert await accounts_of(hooked, account) == {"external_id": "emma", "telegram": str(ivy.id)}
    ivy.write("/privacy")
    shown = (await ivy.hears(4))[2]
    assert shown.text == words(language).is_linked.format(name="E*** H***")
    assert shown.titles == [key_words(language).unlink]
    ivy.press(key_words(language).unlink)
    assert (await ivy.hears(5))[4].text == chat_words(language).unlinked
    assert await accounts_of(hooked, account) == {"external_id": "emma"}
    ivy.write("/privacy")
    assert key_words(language).unlink not in (await ivy.hears(6))[5].titles


async def test_a_picture_is_kept_by_the_chats_rules(shop: Shop, mei: Person) -> None:
    mei.send_photo(JPEG, caption="这个坏了")
    assert await shop.until("", "这个坏了") == ["", "这个坏了"]
    async with shop.database.reading() as session:
        message = (await session.scalars(select(ChatMessage).where(ChatMessage.files.is_not(None)))).one()
    (file,) = message.files or []
    path = shop.client.settings.var_dir / "files" / message.conversation_id / file["id"]
    assert (file["type"], path.read_bytes()) == ("image/jpeg", JPEG)


async def test_a_file_of_another_kind_is_refused_kindly(shop: Shop, mei: Person) -> None:
    mei.send_file("page.pdf", b"<html><script>", media_type="application/pdf")
    assert await shop.until(words("zh").file_refused, author="system") == [words("zh").file_refused]
    assert list((shop.client.settings.var_dir / "files").rglob("*.*")) == []


async def test_a_place_is_answered_by_the_nearest_pick_up_point(shop: Shop, mei: Person) -> None:
    mei.send_location(31.2270, 121.4469)
    for _ in range(500):
        if said := await shop.said():
            break
        await asyncio.sleep(0.02)
    ((author, text),) = said
    assert (author, text.splitlines()[0]) == ("assistant", "离您最近的自提点是半山小铺·静安店，大约 250 米。")


async def test_what_cannot_be_read_gets_a_kind_word(shop: Shop, mei: Person) -> None:
    mei.send(voice={"file_id": "v", "file_unique_id": "u", "duration": 2})
    assert await shop.until(words("zh").unreadable, author="system") == [words("zh").unreadable]


async def test_a_group_is_told_once(shop: Shop, mei: Person, bot_api: BotApi) -> None:
    group = bot_api.group()
    group.add_bot(mei)
    for text in ("/start", "/help", "/orders"):
        mei.write(text, to=group)
    mei.write("好了")
    await shop.until("好了")
    assert await shop.api.until(lambda: len(bot_api.calls_to("sendMessage", chat=group.id)) == 1)
    assert bot_api.calls_to("sendMessage", chat=group.id)[0].values["text"] == words("zh").group
    assert [text for author, text in await shop.said() if author == "customer"] == ["好了"]


@pytest.mark.parametrize("how", ["stop", "block"])
async def test_stopping_and_blocking_withdraw_consent_to_telegram_only(shop: Shop, mei: Person, how: str) -> None:
    now = utc_now()
    async with shop.database.session() as session:
        customer = await add_customer(session, {"telegram": str(mei.id)}, now=now)
        for channel in ("telegram", "email"):
            await record_consent(
                session, customer.id, channel=channel, purpose="offers", granted=True, at=now, source="test"
            )
    mei.write("你好")
    await shop.until("你好")
    mei.write("/stop") if how == "stop" else mei.block()
    for _ in range(500):
        async with shop.database.reading() as session:
            left = await consents_of(session, customer.id)
        if left == {("email", "offers")}:
            break
        await asyncio.sleep(0.02)
    assert left == {("email", "offers")}


async def test_too_many_messages_are_said_to_be_once(opened: Opened) -> None:
    async with opened(telegram_updates="webhook", chat_messages_per_minute=4) as shop:
        for number in range(1, 7):
            assert (await shop.post(update(number, str(number)))).status_code == 200
        said = await shop.said()
    assert [text for author, text in said if author == "customer"] == ["1", "2"]
    assert [text for author, text in said if author == "system"] == [words("zh").too_many]


async def test_the_menu_is_set_in_both_languages(shop: Shop, bot_api: BotApi) -> None:
    assert await bot_api.until(lambda: len(bot_api.calls_to("setMyCommands")) == 3)
    told = [
        (call.values.get("language_code", ""), json.loads(call.values["commands"]))
        for call in bot_api.calls_to("setMyCommands")
    ]
    assert [language for language, _ in told] == ["zh", "en", ""]
    assert [command["description"] for command in told[1][1]] == [text for _, text in words("en").commands]


async def test_polling_goes_on_after_trouble_and_loses_nothing(opened: Opened, mei: Person, bot_api: BotApi) -> None:
    async with opened(telegram_updates="polling") as shop:
        mei.write("一")
        await shop.until("一")
    mei.write("二")
    async with opened(telegram_updates="polling") as shop:
        assert await shop.until("一", "二") == ["一", "二"]


async def test_a_carousel_turns_in_place(shop: Shop, mei: Person) -> None:
    mei.write("杯子")
    await mei.hears(1)
    await tell(shop, await mine(shop), "看看这些", cards=CARDS)
    await mei.hears(2)
    assert ("红杯" in mei.heard[1].text, "2/2" in mei.heard[1].titles) == (True, False)
    mei.press("›")
    assert await shop.api.until(lambda: "2/2" in mei.heard[1].titles)
    assert ("蓝杯" in mei.heard[1].text, len(mei.heard)) == (True, 2)
    mei.press("看详情")
    assert await shop.until("杯子", "看详情: 蓝杯") == ["杯子", "看详情: 蓝杯"]


async def test_stars_rate_the_conversation(shop: Shop, mei: Person) -> None:
    mei.write("你好")
    await mei.hears(1)
    conversation_id = await mine(shop)
    async with shop.database.session() as session:
        await end_conversation(session, conversation_id, now=utc_now())
    await mei.hears(2)
    mei.press("⭐⭐⭐⭐")
    await mei.hears(3)
    async with shop.database.reading() as session:
        conversation = await session.get_one(Conversation, conversation_id)
    assert (conversation.stars, mei.heard[2].text) == (4, words("zh").rated)


async def test_who_waits_goes_back_to_the_assistant(shop: Shop, mei: Person) -> None:
    mei.write("你好")
    await mei.hears(1)
    conversation_id = await mine(shop)
    async with shop.database.session() as session:
        await change_responder(session, conversation_id, "queue", version=1, waiting_since=utc_now())
        session.add(Handoff(conversation_id=conversation_id, reason="handoff", requested_at=utc_now()))
    await tell(shop, conversation_id, "请稍等", author="system")
    await mei.hears(2)
    mei.press("不等了，回到智能助手")
    heard = await mei.hears(3)
    assert heard[2].text == chat_words("zh").left_queue


async def test_a_malformed_update_holds_up_nobody_who_polls(opened: Opened, mei: Person, bot_api: BotApi) -> None:
    mei.send(text={"no": "text"})
    mei.write("你好")
    async with opened(telegram_updates="polling") as shop:
        assert await shop.until("你好") == ["你好"]
        assert await shop.count(TelegramUpdate) == 2
