"""The language of a message, and of a browser's locale."""

from __future__ import annotations

import pytest

from rapport.chat.language import asks_only_for_language, language_of, language_of_locale
from rapport.settings import Language


@pytest.mark.parametrize(
    ("text", "otherwise", "language"),
    [
        ("你好", "en", "zh"),
        ("有没有 iPhone 手机壳", "en", "zh"),
        ("Do you ship to 上海?", "zh", "en"),
        ("do you sell 普洱?", "zh", "en"),
        ("想买 Nike Air Max", "en", "zh"),
        ("换成英文 do you ship to the US?", "zh", "en"),
        ("请用英文回答", "zh", "en"),
        ("can you speak Chinese?", "en", "zh"),
        ("in English please, not in Chinese", "zh", "en"),
        ("is the manual in Chinese or in English", "zh", "en"),
        ("I moved. Where is it?", "zh", "en"),
        ("maya.santos.170@mail.test", "zh", "zh"),
        ("Where is my parcel?", "zh", "en"),
        ("hello", "zh", "en"),
        ("ok", "zh", "zh"),
        ("OK", "en", "en"),
        ("20260301", "zh", "zh"),
        ("TEA-001", "zh", "zh"),
        ("mei@example.org", "zh", "zh"),
        ("👍", "zh", "zh"),
        ("", "en", "en"),
    ],
)
def test_the_language_follows_the_words(text: str, otherwise: Language, language: Language) -> None:
    assert language_of(text, otherwise=otherwise) == language


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh-Hant-TW", "zh"), ("ZH", "zh"), ("en-GB", "en"), ("fr", "en"), ("", "zh"), (None, "zh")],
)
def test_a_locale_means_the_nearest_language(locale: str | None, language: Language) -> None:
    assert language_of_locale(locale, otherwise="zh") == language


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("请用英文", True),
        ("能跟我说中文吗？", True),
        ("Could you please speak Chinese with me?", True),
        ("换成英文 do you ship to the US?", False),
        ("说明书是用英文写的吗", False),
        ("hello", False),
        ("", False),
    ],
)
def test_a_wish_for_a_language_alone_is_told_from_one_beside_a_question(text: str, only: bool) -> None:
    assert asks_only_for_language(text) is only
