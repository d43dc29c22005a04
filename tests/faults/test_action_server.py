"""F15 with the real Rasa: an action server that takes the call and hangs, ten seconds and seventy."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from rapport.chat.assistant import Assistant, wire_to
from rapport.chat.gateway import topic
from rapport.chat.words import words
from rapport.cli import assistant
from rapport.settings import Settings
from tests.chat.conftest import Chat, unused_port
from tests.faults.hung_actions import TOLD, HungActions, hanging

KIND = words("zh").fallback
# A twentieth of what is in force, and so are Rasa's lock of a minute and what the seventy seconds are.
SCALE = 20
LOCK_SECONDS = 60 // SCALE


@dataclass(frozen=True, slots=True)
class Rasa:
    url: str
    actions_port: int


@pytest.fixture(scope="module")
def rasa_itself(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rasa]:
    """The trained assistant as a process of its own, whose action server is whoever listens at `actions_port`."""
    var = Settings().var_dir
    asyncio.run(assistant.train_assistant(var))
    port, actions_port = unused_port(), unused_port()
    settings = Settings(
        _env_file=None, var_dir=tmp_path_factory.mktemp("rasa"), assistant_url=f"http://127.0.0.1:{port}",
        actions_url=f"http://127.0.0.1:{actions_port}/webhook",
    )  # fmt: skip
    program = assistant.assistant_program(settings, model=assistant.archive(var))
    leash = str(Path(assistant.__file__).with_name("leash.py"))
    environment = {**os.environ, **program.env, "TICKET_LOCK_LIFETIME": str(LOCK_SECONDS)}
    with subprocess.Popen(
        [sys.executable, leash, *program.argv], cwd=program.cwd, env=environment, stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            while not _ready(f"{settings.assistant_url}/status"):
                assert process.poll() is None
                time.sleep(0.1)
            yield Rasa(settings.assistant_url, actions_port)
        finally:
            process.terminate()


def _ready(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture
async def actions(rasa_itself: Rasa) -> AsyncIterator[HungActions]:
    async with hanging(rasa_itself.actions_port) as actions:
        yield actions


@pytest.fixture
async def hurried(chat: Chat, rasa_itself: Rasa) -> AsyncIterator[Chat]:
    """The gateway before the real Rasa, with a twentieth of the patience the shop has by default."""
    async with wire_to(rasa_itself.url) as wire:
        patience = Settings(_env_file=None).assistant_timeout
        assert patience < 5
        chat.turns = replace(chat.turns, assistant=Assistant(wire), timeout=patience / SCALE)
        chat.id = os.urandom(16).hex()
        await chat.open()
        yield chat


async def test_f15_ten_seconds_are_covered_by_a_kind_word_and_answered_late_once(
    hurried: Chat, actions: HungActions
) -> None:
    assert await hurried.hear("推荐点茶") == [KIND]
    await actions.asked()
    with hurried.signals.subscribe(topic(hurried.id)) as changed:
        actions.gate.set()
        await changed.wait()
    assert await hurried.texts() == [("customer", "推荐点茶"), ("assistant", KIND), ("assistant", TOLD)]
    assert (hurried.outcomes, actions.most_at_once) == (["fallback", "late"], 1)


async def test_f15_seventy_seconds_outlast_rasas_lock_and_are_joined_by_no_second_turn(
    hurried: Chat, actions: HungActions
) -> None:
    assert await hurried.hear("推荐点茶") == [KIND]
    await actions.asked()
    # From here on Rasa itself would let a second turn of hers in.
    await asyncio.sleep(LOCK_SECONDS + 10 / SCALE)
    for text in ("在吗", "还在吗"):
        assert await hurried.hear(text) == [KIND]
    assert (len(actions.calls), actions.most_at_once) == (1, 1)
    actions.gate.set()
    hurried.turns = replace(hurried.turns, timeout=20.0)
    answered = await hurried.hear("推荐点茶")
    # What was asked first is answered by then, but she has gone on: it is told for the last question only.
    assert answered == [TOLD]
    assert [text for author, text in await hurried.texts() if author == "assistant"] == [KIND] * 3 + [TOLD]
    assert (len(actions.calls), actions.most_at_once) == (2, 1)
