"""`pickup-points.yml`: where a customer can fetch her parcel, and which place is nearest to her."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.chat.telegram.values import Located
from rapport.chat.telegram.words import words
from rapport.marketing.errors import RuleError
from rapport.marketing.marked_yaml import Document, read
from rapport.settings import LANGUAGES

NAME = "pickup-points.yml"
TEXTS = ("name", "address", "hours")
EARTH_KM = 6371.0088
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PickupPoint:
    """A place; its texts by language, its coordinates in degrees."""

    name: Mapping[str, str]
    address: Mapping[str, str]
    hours: Mapping[str, str]
    latitude: float
    longitude: float


def points_in_force(rules_dir: Path) -> tuple[PickupPoint, ...]:
    """The shop's points; none where there is no file, or a mistake in it: then the log tells."""
    try:
        return read_points(rules_dir / NAME)
    except FileNotFoundError:
        return ()
    except RuleError as error:
        log.error("%s; until it is mended there are no pick-up points", error)
        return ()


def read_points(path: Path) -> tuple[PickupPoint, ...]:
    """The points of a file. Raises RuleError with file and line, OSError where it cannot be read."""
    documents = read(path.read_bytes(), path.name)
    if not documents:
        return ()
    document = documents[0]
    listed = document.data.get("points") if isinstance(document.data, Mapping) else None
    if not isinstance(listed, list):
        raise document.error((), "the file takes `points`, a list of places")
    return tuple(_point(document, place, one) for place, one in enumerate(listed))


def _point(document: Document, place: int, one: Any) -> PickupPoint:
    path = ("points", place)
    known = (*TEXTS, "latitude", "longitude")
    if not isinstance(one, Mapping) or set(one) != set(known):
        raise document.error(path, f"a point takes {', '.join(known)}")
    name, address, hours = (_both(document, (*path, key), one[key]) for key in TEXTS)
    latitude = _degrees(document, (*path, "latitude"), one["latitude"], 90)
    return PickupPoint(
        name, address, hours, latitude, _degrees(document, (*path, "longitude"), one["longitude"], 180)
    )


def _both(document: Document, path: tuple[Any, ...], texts: Any) -> Mapping[str, str]:
    if not isinstance(texts, Mapping) or set(texts) != set(LANGUAGES):
        raise document.error(path, f"takes a text in each of {', '.join(LANGUAGES)}")
    return {language: str(text) for language, text in texts.items()}


def _degrees(document: Document, path: tuple[Any, ...], value: Any, most: int) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
        raise document.error(path, f"takes degrees, from -{most} to {most}")
    return float(value)


def distance_km(point: PickupPoint, here: Located) -> float:
    """Along the great circle, by the haversine formula."""
    lat, other = math.radians(point.latitude), math.radians(here.latitude)
    across = math.sin(math.radians(point.longitude - here.longitude) / 2) ** 2
    half = math.sin((lat - other) / 2) ** 2 + math.cos(lat) * math.cos(other) * across
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))


def nearest_text(points: tuple[PickupPoint, ...], here: Located, language: str) -> str:
    """What a customer who is here reads."""
    say = words(language)
    if not points:
        return say.no_points
    point = min(points, key=lambda one: distance_km(one, here))
    spoken = "zh" if language == "zh" else "en"
    return say.nearest.format(
        name=point.name[spoken],
        address=point.address[spoken],
        hours=point.hours[spoken],
        distance=_shown(distance_km(point, here), spoken),
    )


def _shown(km: float, language: str) -> str:
    if km < 1:
        return f"{max(50, round(km * 20) * 50)} {'米' if language == 'zh' else 'm'}"
    return f"{km:.1f} {'公里' if language == 'zh' else 'km'}"
