from __future__ import annotations

from dataclasses import replace

import pytest

from rapport.chat.assistant import as_free_text
from rapport.chat.buttons import Button
from tests.chat.conftest import Chat


def feel(chat: Chat, sentiment: float | None) -> None:
    chat.turns = replace(chat.turns, assistant=replace(chat.turns.assistant, sentiment=lambda text: sentiment))


async def test_the_sentiment_of_a_message_goes_to_the_assistant(chat: Chat) -> None:
    feel(chat, 0.12345678)
    await chat.hear("等了半个月，太气人了")
    assert [question["metadata"] for question in chat.rasa.questions] == [
        {"language": "zh", "seq": 1, "sentiment": 0.1235}
    ]


async def test_a_pressed_button_has_no_sentiment(chat: Chat) -> None:
    feel(chat, 0.1)
    await chat.hear(Button("查订单", "/order_status"))
    assert chat.rasa.questions[0]["metadata"] == {"language": "zh", "seq": 1}


async def test_what_nobody_can_tell_is_left_out(chat: Chat) -> None:
    feel(chat, None)
    await chat.hear("在吗")
    assert chat.rasa.questions[0]["metadata"] == {"language": "zh", "seq": 1}


@pytest.mark.parametrize(
    ("typed", "read"), [(" /restart", "／restart"), ("a / b", "a / b"), ("  hello ", "hello"), ("", "")]
)
def test_what_a_customer_types_is_never_a_command(typed: str, read: str) -> None:
    assert as_free_text(typed) == read
