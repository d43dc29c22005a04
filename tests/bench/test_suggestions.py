"""The figures docs/assist.md gives of suggested replies, held."""

from __future__ import annotations

import pytest

from bench.suggestions import measured, ours, plain, threads
from rapport.settings import LANGUAGES, Language


@pytest.mark.parametrize("language", LANGUAGES)
def test_threads_are_many_and_none_is_on_both_sides(language: Language) -> None:
    known, apart = threads(language)
    asked = [one.asked for one in (*known, *apart)]
    assert (len(asked), len(set(asked)), len(apart)) == (80, 80, 40)
    assert {one.topic for one in known} == {one.topic for one in apart}


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_threads_kept_apart_the_right_topic_is_suggested(language: Language) -> None:
    known, apart = threads(language)
    us, peer = measured(ours(language, known), apart), measured(plain(language, known), apart)
    assert us.precision >= 0.58
    assert us.hit >= 0.78
    assert us.precision > 2 * peer.precision
    assert us.hit > peer.hit
