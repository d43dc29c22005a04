from __future__ import annotations

import pytest

from actions.codes import codes_in


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        ("券码 SPRING10 用不了", ("SPRING10",)),
        ("my code is abc-123x and it fails", ("ABC-123X",)),
        ("spring", ("SPRING",)),
        ("WELCOME doesn't work", ("WELCOME",)),
        ("my coupon does not work", ()),
        ("优惠券用不了", ()),
        ("mei123@example.org", ()),
        ('/affirm{"order_id": "HM-1"}', ()),
    ],
)
def test_codes_in(text: str, likely: tuple[str, ...]) -> None:
    assert codes_in(text).likely == likely


def test_any_word_may_be_a_code_the_shop_knows() -> None:
    assert codes_in("is welcome still good").possible == ("WELCOME", "STILL", "GOOD")
