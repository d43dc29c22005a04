from __future__ import annotations

import pytest

from tests.actions.rasa_calls import Rasa


@pytest.mark.parametrize(
    ("text", "taken_for", "answer"),
    [
        ("请用英文回答", "handoff", "Of course, let's go on in English. What can I do for you?"),
        ("can you speak Chinese?", "bot_challenge", "好的，我们用中文聊。您想办什么？"),
    ],
)
async def test_a_wish_for_a_language_is_granted_whatever_it_was_taken_for(
    rasa: Rasa, text: str, taken_for: str, answer: str
) -> None:
    reply = await rasa.asks("handoff" if taken_for == "handoff" else "answer", text, intent=taken_for)
    assert reply.texts == [answer]
