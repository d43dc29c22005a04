"""The nearest point is the nearest on the globe, told as people tell distances."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.chat.telegram.pickup_points import distance_km, nearest_text, points_in_force, read_points
from rapport.chat.telegram.values import Located
from rapport.marketing.errors import RuleError

SHIPPED = Path(__file__).parents[3] / "rules" / "pickup-points.yml"


def test_the_shipped_points_can_be_read() -> None:
    assert read_points(SHIPPED)[0].name["en"] == "Halfhill Jing'an"


def test_the_distance_is_that_along_the_globe() -> None:
    point = read_points(SHIPPED)[0]
    # A quarter of the way round the globe, from the equator to the pole.
    assert round(distance_km(point, Located(point.latitude - 90, point.longitude))) == 10008
    assert distance_km(point, Located(point.latitude, point.longitude)) == 0


def test_the_nearest_is_told_in_her_language() -> None:
    points, here = read_points(SHIPPED), Located(31.2270, 121.4469)
    assert nearest_text(points, here, "zh").splitlines()[0] == "离您最近的自提点是半山小铺·静安店，大约 250 米。"
    english = "The pick-up point nearest to you is Halfhill West Lake, about 2.5 km away."
    assert nearest_text(points, Located(30.2300, 120.1600), "en").splitlines()[0] == english
    assert nearest_text((), here, "en") == "There are no pick-up points yet; we deliver to your door."


BOTH = "{zh: a, en: b}"


@pytest.mark.parametrize(
    "text",
    [
        "points: 5",
        "places: []",
        "points: [{name: x}]",
        f"points: [{{name: {BOTH}, address: {BOTH}, hours: {{zh: a}}, latitude: 1, longitude: 2}}]",
        f"points: [{{name: {BOTH}, address: {BOTH}, hours: {BOTH}, latitude: 91, longitude: 2}}]",
    ],
)
def test_a_mistake_is_told_with_its_line_and_then_there_are_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "pickup-points.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match=r"pickup-points\.yml"):
        read_points(file)
    assert points_in_force(tmp_path) == ()


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert points_in_force(tmp_path) == ()
