"""One chat is told what is said in its conversation, by a bot that talks to a real server on loopback."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import numpy as np
import pytest
from matplotlib.image import imsave
from sqlalchemy import select, update

from rapport.chat.buttons import Button, pressed_button, signed_button
from rapport.chat.responder import leave_queue
from rapport.clock import utc_now
from rapport.store.consents import Suppression
from rapport.store.telegram import TelegramChat, show_message
from rapport.store.telegram_pace import reserve_held
from rapport.store.telegram_speaking import untold, waiting_to_be_told
from tests.chat.telegram.conftest import KEY, Scene, opened

CARDS = [{"sku": sku, "name": sku, "price": "¥9", "picture": f"/pictures/{sku}.svg"} for sku in ("A", "B", "C")]


def picture() -> bytes:
    png = BytesIO()
    imsave(png, np.zeros((8, 8, 3)), format="png")
    return png.getvalue()


async def test_what_others_say_is_told_in_order_and_her_own_words_are_not(scene: Scene) -> None:
    await scene.say("customer", "Hello? (from the shop's page)")
    await scene.say("assistant", "One")
    await scene.say("system", "Two")
    await scene.say("customer", "And?")
    assert await scene.tell() == ["One", "Two"]
    await scene.say("agent", "Three", agent="li")
    assert await scene.tell() == ["One", "Two", "Three"]
    assert await scene.tell() == ["One", "Two", "Three"]
    assert [call.status for call in scene.api.calls] == [200] * len(scene.api.calls)


async def test_two_processes_tell_it_once(scene: Scene) -> None:
    other = replace(scene, voice=replace(scene.voice, by="another process"))
    await scene.say("assistant", "One")
    await scene.say("assistant", "Two")
    await asyncio.gather(scene.tell(), other.tell())
    assert [shown.text for shown in scene.person.heard] == ["One", "Two"]


async def test_what_a_dead_process_held_is_told_when_its_lease_is_over(scene: Scene) -> None:
    await scene.say("assistant", "One")
    now = utc_now().timestamp()
    async with scene.database.session() as session:
        assert await reserve_held(session, scene.person.id, by="dead", now=now, lease=60) is not None
    assert await scene.tell() == []
    async with scene.database.session() as session:
        assert await waiting_to_be_told(session, now=now + 1) == []
        assert await waiting_to_be_told(session, now=now + 61) == [scene.conversation_id]
        await session.execute(update(TelegramChat).values(held_until=now - 1))
    assert await scene.tell() == ["One"]
    async with scene.database.reading() as session:
        assert await waiting_to_be_told(session, now=now + 100) == []


async def test_who_blocks_the_bot_is_told_nothing_now_or_later(scene: Scene) -> None:
    await scene.say("assistant", "One")
    scene.person.block()
    assert await scene.tell() == []
    async with scene.database.reading() as session:
        chat = await session.get_one(TelegramChat, scene.person.id)
        suppressed = (await session.scalars(select(Suppression))).one()
    assert (chat.blocked_at is not None, suppressed.address, suppressed.reason) == (
        True, str(scene.person.id), "blocked"
    )  # fmt: skip
    await scene.say("assistant", "Two")
    async with scene.database.reading() as session:
        assert await untold(session, scene.conversation_id) is None
    scene.person.unblock()
    async with scene.database.session() as session:
        await session.execute(update(TelegramChat).values(blocked_at=None))
    assert await scene.tell() == ["Two"]


async def test_what_was_pushed_is_not_told_again(scene: Scene) -> None:
    await scene.say("customer", "Hello?")
    await scene.say("assistant", "Pushed")
    async with scene.database.session() as session:
        await show_message(session, await session.get_one(TelegramChat, scene.person.id), 77, 2)
    async with scene.database.reading() as session:
        assert await waiting_to_be_told(session, now=utc_now().timestamp()) == []
    await scene.say("assistant", "Said")
    assert await scene.tell() == ["Said"]


async def test_a_chat_that_telegram_wants_left_alone_holds_up_no_other(scene: Scene) -> None:
    other = await opened(scene.database, scene.voice, scene.api, "tom")
    await scene.say("assistant", "Late")
    await other.say("assistant", "At once")
    scene.api.flood(1.0, chat=scene.person.id)
    await asyncio.gather(scene.tell(), other.tell())
    sent = [call for call in scene.api.calls if call.method == "sendMessage"]
    assert [call.status for call in sent if call.chat == other.person.id] == [200]
    assert [call.status for call in sent if call.chat == scene.person.id] == [429, 200]
    assert sent[-1].chat == scene.person.id


async def test_a_gateway_that_fails_is_asked_again(scene: Scene) -> None:
    await scene.say("assistant", "One")
    scene.api.fail(1)
    assert await scene.tell() == ["One"]


async def test_what_is_refused_is_told_plainly_and_at_last_passed_over(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    (scene.voice.shop.pictures / "A.png").write_bytes(b"no picture at all")
    await scene.say("assistant", "Look:", cards=CARDS[:1])
    await scene.say("agent", "", files=[{"id": "empty.pdf", "name": "empty.pdf", "type": "application/pdf"}])
    folder = scene.voice.files / scene.conversation_id
    folder.mkdir()
    (folder / "empty.pdf").touch()
    await scene.say("assistant", "After")
    assert await scene.tell() == ["Look:\n\nA\n¥9", "After"]
    assert [record.levelname for record in caplog.records if record.name == "rapport.chat.telegram.voice"] == [
        "WARNING"
    ]


async def test_a_part_of_an_unknown_shape_does_not_silence_the_chat(scene: Scene) -> None:
    await scene.say("assistant", "Words", cards=[{"surprise": 1}])
    assert await scene.tell() == ["Words"]


async def test_quick_replies_hand_back_what_the_assistant_meant(scene: Scene) -> None:
    yes = Button("Yes", '/affirm{"a": 1}')
    await scene.say("assistant", "Shall I?", buttons=[signed_button(yes, scene.conversation_id, key=KEY)])
    await scene.tell()
    assert scene.person.heard[-1].titles == ["Yes"]
    title, payload = await scene.meaning("Yes")
    assert (title, pressed_button(payload, scene.conversation_id, key=KEY)) == ("Yes", yes)
    assert [len(one["callback_data"].encode()) <= 64 for one in scene.person.heard[-1].buttons] == [True]


async def test_products_are_turned_in_place(scene: Scene) -> None:
    for card in CARDS:
        (scene.voice.shop.pictures / f"{card['sku']}.png").write_bytes(picture())
    await scene.say("assistant", "For you:", cards=CARDS)
    assert await scene.tell() == ["For you:\n\nA\n¥9"]
    assert await scene.meaning("›") == ("›", "!page 1")

    async def turn(index: int) -> None:
        here = scene.person.heard[-1].id
        await scene.voice.turn(scene.conversation_id, scene.person.id, here, seq=1, index=index)

    await turn(1)
    assert [shown.text for shown in scene.person.heard] == ["For you:\n\nB\n¥9"]
    assert scene.person.heard[-1].titles == ["‹", "2/3", "›", "Details", "Buy"]
    assert await scene.meaning("Details") == ("Details: B", '/product_details{"product": "B"}')
    # The same page again is no error.
    await turn(1)
    assert [shown.text for shown in scene.person.heard] == ["For you:\n\nB\n¥9"]


async def test_a_picture_goes_up_once(scene: Scene) -> None:
    (scene.voice.shop.pictures / "A.png").write_bytes(picture())
    await scene.say("assistant", "", cards=CARDS[:1])
    await scene.say("assistant", "", cards=CARDS[:1])
    assert await scene.tell() == ["A\n¥9", "A\n¥9"]
    first, second = scene.api.calls_to("sendPhoto")
    assert (first.values.get("photo"), second.values["photo"][:6]) != (second.values["photo"], "")
    assert second.values["photo"].startswith("AgAC")


async def test_a_file_from_the_agent(scene: Scene) -> None:
    folder = scene.voice.files / scene.conversation_id
    folder.mkdir()
    (folder / "f.pdf").write_bytes(b"%PDF-1.7")
    await scene.say("agent", "", files=[{"id": "f.pdf", "name": "invoice.pdf", "type": "application/pdf"}])
    await scene.tell()
    assert scene.person.heard[-1].wire["document"]["file_name"] == "invoice.pdf"


async def test_who_waits_can_go_back_and_who_was_helped_can_say_how_it_was(scene: Scene, now: datetime) -> None:
    await scene.set(responder="queue")
    await scene.say("system", "You are first in line.")
    await scene.tell()
    assert scene.person.heard[-1].titles == ["Back to the assistant"]
    assert (await scene.meaning("Back to the assistant"))[1] == "!assistant"
    async with scene.database.session() as session:
        await leave_queue(session, scene.conversation_id, now=now)
    await scene.tell()
    assert scene.person.heard[-1].titles == []
    await scene.set(closed_at=now)
    await scene.say("system", "How did we do?")
    await scene.tell()
    assert scene.person.heard[-1].titles == ["⭐" * count for count in range(1, 6)]
    assert (await scene.meaning("⭐⭐⭐⭐"))[1] == "!stars 4"


async def test_a_machine_that_is_too_slow_for_a_moment_takes_the_next_one(scene: Scene) -> None:
    # Between two looks at this clock 30 ms pass: a moment that is "now" is over before it can be used.
    slow = iter(range(10**6))
    began = utc_now()
    scene.voice = replace(scene.voice, clock=lambda: began + timedelta(seconds=next(slow) * 0.03))
    await scene.say("assistant", "One")
    assert await scene.tell() == ["One"]
    assert next(slow) < 40
