from __future__ import annotations

import json
from typing import Any

import pytest

from actions.context import Context, Wish, as_json, read_context
from rapport.store.conversations import Conversation

WISH = Wish(("围巾",), ("红色",), "accessories", None, 20_000)


def conversation(context: Any, shown: list[str]) -> Conversation:
    return Conversation(id="c", channel="web", language="zh", shown_products=shown, context=context)


def test_a_context_is_read_as_it_was_written() -> None:
    context = Context(("A", "B"), "B", "price_query", WISH, current=True)
    kept = json.loads(json.dumps(as_json(context)))
    assert read_context(conversation(kept, ["B", "A"])) == context


def test_before_a_context_was_kept_the_newest_four_are_the_list() -> None:
    assert read_context(conversation(None, list("ABCDE"))) == Context(("A", "B", "C", "D"), current=True)
    assert read_context(conversation(None, ["A"])) == Context(("A",), "A", current=True)
    assert read_context(conversation(None, [])) == Context()


@pytest.mark.parametrize(
    "kept", [{}, {"listed": 7, "wish": "x"}, {"wish": {"kind": "围巾", "at_most": "much"}}, {"current": "yes"}]
)
def test_what_cannot_be_read_is_forgotten(kept: dict[str, Any]) -> None:
    assert read_context(conversation(kept, ["A"])) == Context()


def test_one_of_the_list_comes_into_focus_and_the_list_stays() -> None:
    context = Context().showing(["A", "B", "C"], asked="", wish=WISH).showing(["B"], asked="price_query")
    assert context == Context(("A", "B", "C"), "B", "price_query", WISH, current=True)


def test_what_is_not_of_the_list_takes_its_place() -> None:
    listed = Context().showing(["A", "B"], asked="", wish=WISH)
    assert listed.showing(["X"], asked="", wish=Wish()) == Context(("X",), "X", "", Wish(), current=True)
    assert listed.showing(["B", "X"], asked="") == Context(("B", "X"), "", "", WISH, current=True)


def test_a_wish_without_a_kind_or_a_shelf_is_none() -> None:
    assert [bool(wish) for wish in (Wish(), Wish(described=("red",)), Wish(("mug",)), Wish(category="tea"))] == [
        False,
        False,
        True,
        True,
    ]
