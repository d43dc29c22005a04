from __future__ import annotations

from nlu.sounds import sound


def test_characters_of_one_sound_sound_alike() -> None:
    assert (sound("票"), sound("飘"), sound("a")) == ("piao", "piao", "a")
