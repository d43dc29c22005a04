from __future__ import annotations

import pytest

from nlu.annotations import read_annotations
from nlu.hearing import Heard, Line, trained_on
from nlu.words import Splitter

LINES = {
    "greet": ["hello", "hi there", "你好", "您好呀", "good morning", "早上好"],
    "order_status": ["where is my order", "track my order", "我的订单", "查订单", "order 20418", "订单到哪了"],
    "out_of_scope": ["write a poem", "who won the game", "讲个笑话", "今天天气", "solve x + 1", "股票会涨吗"],
}
UNNAMED = [Line(text, intent) for intent, texts in LINES.items() for text in texts]


def test_what_is_not_believed_is_acted_on_as_out_of_scope() -> None:
    assert Heard("greet", True, (), 0.9, 0.9).acted_on == "greet"
    assert Heard("greet", False, (), 0.1, 0.1).acted_on == "out_of_scope"


def test_inside_is_the_confidence_of_the_likeliest_wish(splitter: Splitter) -> None:
    with trained_on(UNNAMED, splitter) as hear:
        wish, joke = hear("where is my order"), hear("讲个笑话")
    assert wish.intent == "order_status"
    assert joke.intent == "out_of_scope"
    assert joke.inside < 0.5 < wish.inside


def test_lines_that_name_nothing_leave_entities_to_their_shape(splitter: Splitter) -> None:
    with trained_on(UNNAMED, splitter) as hear:
        assert hear("Order #AB1029 by LI@example.com").named == (("order_id", "AB1029"), ("email", "LI@example.com"))


@pytest.mark.parametrize("kind", ["product", "starship"])
def test_kinds_of_ones_own_are_learned(kind: str, splitter: Splitter) -> None:
    written = [f"please book the [{name}]({kind}) for me" for name in ("Falcon", "Orion", "Vega", "Lyra")] * 3
    lines = [Line(text, "greet", spans) for text, spans in map(read_annotations, written)]
    with trained_on([*lines, *UNNAMED], splitter) as hear:
        assert hear("please book the Cygnus for me").named == ((kind, "Cygnus"),)
