from __future__ import annotations

import pytest

from actions.language import language_of


@pytest.mark.parametrize(
    ("text", "heard", "otherwise", "spoken"),
    [
        ("有没有 iPhone 壳", "zh", "en", "zh"),
        ("do you sell 普洱?", "mixed", "en", "zh"),
        ("do you sell 普洱?", None, "en", "zh"),
        ("where is my order", "en", "zh", "en"),
        ("where is my order", None, "zh", "en"),
        ("a@b.example", "mixed", "zh", "zh"),
        ("maya.santos.170@mail.test", "en", "zh", "zh"),
        ("I moved. Where is it?", None, "zh", "en"),
        ("HM-20260101", "en", "zh", "zh"),
        ("13800138000", None, "en", "en"),
        ("ok", "en", "zh", "zh"),
        ("/order_status", "en", "zh", "zh"),
        ("/recommend", None, "en-GB", "en"),
        ("", None, "fr", "zh"),
    ],
)
def test_language_of(text: str, heard: str | None, otherwise: str, spoken: str) -> None:
    assert language_of(text, heard=heard, otherwise=otherwise) == spoken
