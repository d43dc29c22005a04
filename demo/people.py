"""Who the demo's customers are: names, addresses and numbers that belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

SOURCE = Path(__file__).parent / "people.yml"
SHARE_ZH = 0.55
SHARE_WITH_PHONE = 0.5
# Reserved by RFC 2606: no mail to them can ever reach a person.
MAIL_DOMAINS = ("example.com", "example.org", "example.net", "mail.test")
KNOWN = 2


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as the shop sees her; `phone` is empty where she gave none."""

    external_id: str
    name: str
    email: str
    phone: str
    language: str
    zone: str
    country: str


def draw_people(count: int, rng: np.random.Generator) -> list[Person]:
    """`count` people, the two known ones first."""
    source = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    known = [Person(country=source["countries"][row["zone"]], **row) for row in source["known"]]
    others = max(0, count - KNOWN)
    speaks_zh = rng.random(others) < SHARE_ZH
    phones = _phones(others, rng)
    people = [
        _person(number, "zh" if zh else "en", source=source, phone=phone, rng=rng)
        for number, (zh, phone) in enumerate(zip(speaks_zh, phones, strict=True), start=1)
    ]
    return (known + people)[:count]


def zones_of(people: list[Person]) -> tuple[list[str], NDArray[np.int64]]:
    """The time zones there are, and the number of each person's."""
    zones = sorted({person.zone for person in people})
    return zones, np.array([zones.index(person.zone) for person in people], dtype=np.int64)


def _person(number: int, language: str, *, source: Any, phone: str, rng: np.random.Generator) -> Person:
    names = source[language]
    family, given = (names[part][rng.integers(len(names[part]))] for part in ("family", "given"))
    name = f"{family[0]}{given[0]}" if language == "zh" else f"{given} {family}"
    spelled = f"{family[1]}.{given[1]}" if language == "zh" else f"{given}.{family}".lower()
    weights = source["zones"][language]
    zone = str(rng.choice(list(weights), p=list(weights.values())))
    return Person(
        external_id=f"demo-{number:05d}",
        name=name,
        email=f"{spelled}.{number}@{MAIL_DOMAINS[rng.integers(len(MAIL_DOMAINS))]}",
        phone=phone,
        language=language,
        zone=zone,
        country=source["countries"][zone],
    )


def _phones(count: int, rng: np.random.Generator) -> list[str]:
    """Different numbers for about half; the others gave none.

    Only numbers kept for fiction: 07700 900000–900999 (Ofcom) and 555-0100–0199 of each American area.
    """
    british = [f"+44770090{number:04d}" for number in range(990)]
    american = [f"+1{area}55501{number:02d}" for area in range(201, 990) for number in range(100)]
    pool = british + american
    chosen = rng.choice(len(pool), size=min(count, len(pool)), replace=False)
    given = rng.random(count) < SHARE_WITH_PHONE
    return [pool[chosen[index]] if has_one and index < len(chosen) else "" for index, has_one in enumerate(given)]
