"""F17 and its kin: what must hold when Telegram says a thing again, when we die in between, and when it says wait."""

from __future__ import annotations

from demo.bot_api import BotApi, Person
from tests.chat.rasa_server import RasaServer
from tests.faults.telegram_app import TelegramApp


def said(person: Person) -> list[str]:
    return [shown.text for shown in person.heard if shown.text.startswith("You said")]


async def test_f17_one_update_delivered_ten_times_with_restarts_between_is_one_turn_and_one_reply(
    bot_api: BotApi, telegram_app: TelegramApp, rasa_server: RasaServer
) -> None:
    mei = bot_api.person("Mei")
    mei.write("where is my order")
    update = bot_api.updates.log[-1]
    # A crash before the answer is noted is another matter: that one is in doubt, and told again.
    await bot_api.until(lambda: telegram_app.count("telegram_chats", "sent_seq = 2"))
    for number in range(9):
        if number % 3 == 0:
            await telegram_app.kill()
            await telegram_app.start()
        assert await telegram_app.deliver(update) == 200
    # What she says next is answered after anything that would still be under way.
    mei.write("and now")
    await bot_api.until(lambda: len(said(mei)) > 1)
    assert said(mei) == ["You said: where is my order", "You said: and now"]
    assert rasa_server.said() == ["where is my order", "and now"]
    assert telegram_app.count("chat_messages", "author = 'customer'") == 2


async def test_f17_killed_in_mid_turn_the_update_that_comes_again_is_still_one_turn_and_one_reply(
    bot_api: BotApi, telegram_app: TelegramApp, rasa_server: RasaServer
) -> None:
    mei = bot_api.person("Mei")
    rasa_server.hang()
    mei.write("where is my order")
    update = bot_api.updates.log[-1]
    await bot_api.until(lambda: rasa_server.questions and not bot_api.updates.pending)
    await telegram_app.kill()
    rasa_server.gate.set()
    await telegram_app.start()
    assert [await telegram_app.deliver(update) for _ in range(9)] == [200] * 9
    await bot_api.until(lambda: said(mei))
    mei.write("and now")
    await bot_api.until(lambda: len(said(mei)) > 1)
    assert said(mei) == ["You said: where is my order", "You said: and now"]
    assert telegram_app.count("chat_messages", "author = 'customer'") == 2


async def test_while_we_are_down_an_update_waits_and_is_brought_when_we_are_back(
    bot_api: BotApi, telegram_app: TelegramApp
) -> None:
    mei = bot_api.person("Mei")
    await telegram_app.kill()
    mei.write("anybody there")
    await bot_api.until(lambda: [one for one in bot_api.deliveries if one.status == 0])
    await telegram_app.start()
    await bot_api.until(lambda: said(mei))
    assert said(mei) == ["You said: anybody there"]


async def test_a_429_is_honoured_in_its_chat_and_halts_no_other(bot_api: BotApi, telegram_app: TelegramApp) -> None:
    mei, an = bot_api.person("Mei"), bot_api.person("An")
    bot_api.flood(2.0, chat=mei.id)
    mei.write("one")
    await bot_api.until(lambda: [call for call in bot_api.calls if call.status == 429])
    an.write("two")
    await bot_api.until(lambda: said(mei))
    assert (said(mei), said(an)) == (["You said: one"], ["You said: two"])
    refused = [call for call in bot_api.calls if call.status == 429]
    assert [call.chat for call in refused] == [mei.id]
    (to_an,), (to_mei,) = (bot_api.calls_to("sendMessage", chat=one.id) for one in (an, mei))
    assert to_an.at < to_mei.at
    assert to_mei.at >= refused[0].at + 2.0


async def test_a_gateway_of_telegrams_that_fails_for_a_moment_costs_no_reply(
    bot_api: BotApi, telegram_app: TelegramApp
) -> None:
    mei = bot_api.person("Mei")
    bot_api.fail(2)
    mei.write("hello")
    await bot_api.until(lambda: said(mei))
    mei.write("again")
    await bot_api.until(lambda: len(said(mei)) > 1)
    assert said(mei) == ["You said: hello", "You said: again"]
