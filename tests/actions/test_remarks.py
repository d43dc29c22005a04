from __future__ import annotations

import pytest

from actions.remarks import asks, has_lost_it, never_minds, number_in, telling_words


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("HM-2", "HM-2"),
        ("#1234", "1234"),
        ("订单号是 A20991 谢谢", "A20991"),
        ("it's 2026-000123", "2026-000123"),
        ("kim7@example.net", None),
        ("算了", None),
        ('/affirm{"order_id": "HM-1"}', None),
    ],
)
def test_number_in(text: str, number: str | None) -> None:
    assert number_in(text) == number


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("不知道", True),
        ("我忘了订单号", True),
        ("I don't have it with me", True),
        ("I forgot", True),
        ("HM-1", False),
        ("I don't know why you always make such a fuss about it when I only want my money back", False),
    ],
)
def test_has_lost_it(text: str, lost: bool) -> None:
    assert has_lost_it(text) == lost


@pytest.mark.parametrize(
    ("text", "dropped"), [("算了吧", True), ("Never mind!", True), ("cancel", True), ("cancel my order", False)]
)
def test_never_minds(text: str, dropped: bool) -> None:
    assert never_minds(text) == dropped


@pytest.mark.parametrize(("text", "count"), [("my order number is HM-1001, thanks", 0), ("我要退货 HM-1", 2)])
def test_telling_words_leave_out_what_stands_around_a_number(text: str, count: float) -> None:
    assert telling_words(text) <= count


@pytest.mark.parametrize(("text", "asked"), [("有绿茶吗", True), ("why?", True), ("绿茶", False)])
def test_asks(text: str, asked: bool) -> None:
    assert asks(text) == asked


def test_forget_it_is_no_forgotten_number() -> None:
    assert (has_lost_it("forget it"), has_lost_it("I forgot it")) == (False, True)
