"""Groups stick, are as large as they should be, and do not depend on each other."""

from __future__ import annotations

import pytest

from rapport.marketing.groups import holdout_group, place, variant_group


def test_a_place_is_the_same_everywhere_and_for_ever() -> None:
    assert place("rapport", 7, "a:holdout") == pytest.approx(0.40955675)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_holdout_is_as_large_as_asked(share: float) -> None:
    held = sum(holdout_group("s", number, "x", share=share).arm == "holdout" for number in range(20_000))
    assert held / 20_000 == pytest.approx(share, abs=0.01)


def test_who_is_held_out_stays_so_when_the_share_grows() -> None:
    def held(share: float) -> set[int]:
        return {number for number in range(2000) if holdout_group("s", number, "x", share=share).arm == "holdout"}

    assert held(0.1) - held(0.2) == set()


def test_groups_of_two_experiments_are_unrelated() -> None:
    both = sum(place("s", number, "x") < 0.5 and place("s", number, "y") < 0.5 for number in range(20_000))
    assert both / 20_000 == pytest.approx(0.25, abs=0.01)


def test_variants_are_equally_likely_and_say_so() -> None:
    groups = [variant_group("s", number, "x", arms=("a", "b", "c")) for number in range(9000)]
    assert {group.probability for group in groups} == {1 / 3}
    assert sum(group.arm == "b" for group in groups) / 9000 == pytest.approx(1 / 3, abs=0.02)
