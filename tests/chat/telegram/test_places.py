"""The line that told a place in the queue stays true, and ends with the waiting."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from demo.bot_api import BotApi
from rapport.chat.telegram.places import Places
from rapport.chat.telegram.voice import Voice
from rapport.chat.terms import TERMS
from rapport.clock import utc_now
from rapport.store.conversations import Handoff
from rapport.store.database import Database
from tests.chat.telegram.conftest import Scene, opened


async def wait_in_queue(scene: Scene, *, since: timedelta) -> None:
    async with scene.database.session() as session:
        session.add(
            Handoff(
                conversation_id=scene.conversation_id, reason="asked", language="en", requested_at=utc_now() - since
            )
        )
    await scene.set(responder="queue")


async def test_a_place_is_kept_true_in_the_same_message(
    database: Database, voice: Voice, bot_api: BotApi, scene: Scene
) -> None:
    other = await opened(database, voice, bot_api, "tom")
    await wait_in_queue(other, since=timedelta(minutes=5))
    await wait_in_queue(scene, since=timedelta(minutes=1))
    await scene.say("system", "There are 1 before you.")
    places = Places(voice, lambda: TERMS)
    shown = await voice.tell(scene.conversation_id)
    assert shown is not None
    places.note(shown)
    await places.tick()
    assert [(line.text, line.titles) for line in scene.person.heard] == [
        ("There are 1 before you.", ["Back to the assistant"])
    ]
    async with database.session() as session:
        theirs = update(Handoff).where(Handoff.conversation_id == other.conversation_id)
        await session.execute(theirs.values(state="ended", ended_at=utc_now()))
    await places.tick()
    assert [(line.text, line.titles) for line in scene.person.heard] == [
        ("You're first in line: a colleague will be here in a moment.", ["Back to the assistant"])
    ]
    await scene.set(responder="agent", agent="li")
    await places.tick()
    assert [line.titles for line in scene.person.heard] == [[]]
    edits = len(bot_api.calls)
    await places.tick()
    assert len(bot_api.calls) == edits


async def test_a_line_that_is_gone_is_told_no_more(voice: Voice, scene: Scene) -> None:
    await wait_in_queue(scene, since=timedelta(minutes=1))
    await scene.say("system", "You're first in line.")
    places = Places(voice, lambda: TERMS)
    shown = await voice.tell(scene.conversation_id)
    assert shown is not None
    places.note(shown)
    scene.person.block()
    await scene.set(responder="assistant")
    await places.tick()
    await places.tick()
    assert [call.status for call in scene.api.calls if call.method == "editMessageReplyMarkup"] == [403]
