"""Explanations can be told in either language, whatever they say."""

from __future__ import annotations

import string
from datetime import timedelta

import pytest

from rapport.marketing.said import Said, Teller
from rapport.marketing.said_words import SENTENCES


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_has_the_same_places_in_both_languages(sentence: str) -> None:
    zh, en = (
        {place for _, place, _, _ in string.Formatter().parse(SENTENCES[sentence][lang])} for lang in ("zh", "en")
    )
    assert zh - {None} == en - {None}


@pytest.mark.parametrize(("minutes", "told"), [(90, "每 90 分钟最多一次"), (120, "每 2 小时最多一次")])
def test_a_span_is_told_in_chinese(minutes: int, told: str) -> None:
    assert Teller("zh")(Said("once_per", {"per": timedelta(minutes=minutes)})) == told
