from __future__ import annotations

import pytest

from nlu.folding import fold
from nlu.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("where is my order", "en"),
        ("我的订单到哪了", "zh"),
        ("有没有适合 iPhone 的手机壳", "zh"),
        ("can you check 订单 20418 for me please", "mixed"),
        ("帮我 check 一下 my order status", "mixed"),
        ("20418", "mixed"),
        ("kim@example.net", "mixed"),
        ("订单 A1029", "zh"),
        ("", "mixed"),
    ],
)
def test_language_is_told_by_the_words(text: str, language: str) -> None:
    assert language_of(fold(text).text) == language
