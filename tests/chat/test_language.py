"""The language of a message, and of a browser's locale."""

from __future__ import annotations

import pytest

from rapport.chat.language import language_of, language_of_locale
from rapport.settings import Language


@pytest.mark.parametrize(
    ("text", "otherwise", "language"),
    [
        ("你好", "en", "zh"),
        ("有没有 iPhone 手机壳", "en", "zh"),
        ("Do you ship to 上海?", "en", "zh"),
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
