"""How a message points at what was shown: by place, by being the cheapest, by a word like "it", or by correcting.

This reads grammar only; which products are meant is said by `actions.meant`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from actions import phrases
from actions.counting import number
from models.words import STOP_WORDS, is_han, words

Asked = Literal["compare", "price", "stock", ""]


@dataclass(frozen=True, slots=True)
class Extreme:
    """The cheapest is ("price", -1), the biggest ("size", +1)."""

    dimension: Literal["price", "size"]
    sign: Literal[-1, 1]


@dataclass(frozen=True, slots=True)
class Pointing:
    """What a message says of products without their names.

    `places` count from 1, or with -1 from the end; a `run` is how many, from the front (+) or the end (-); `every` is
    "both" or "these three" (`of_them`). `extreme` is "the cheapest", `than` "anything cheaper"; `bargains` that a
    better price of the same may be meant. `definite` says that she speaks of something that is there ("the red
    scarf"), `one` that it is among what was shown ("the red one"). `without` is what it must not be; `words` is what
    is left to describe a product by, `phrase` the same with its Chinese unbroken.
    """

    places: tuple[int, ...] = ()
    run: int = 0
    every: bool = False
    of_them: int | None = None
    other: bool = False
    this: bool = False
    extreme: Extreme | None = None
    than: Extreme | None = None
    more: bool = False
    values_of: str = ""
    corrects: bool = False
    definite: bool = False
    one: bool = False
    without: tuple[str, ...] = ()
    bargains: bool = False
    asked: Asked = ""
    count: int | None = None
    words: tuple[str, ...] = ()
    phrase: str = field(default="", compare=False)

    @property
    def strongly(self) -> bool:
        """True if it can only be about what was shown."""
        return any((self.places, self.run, self.other, self.extreme, self.than, self.values_of, self.corrects))

    @property
    def at_all(self) -> bool:
        """True if it points in any way, or asks something products are asked."""
        asks = (self.every, self.this, self.more, self.asked, self.definite, self.count)
        return self.strongly or any(asks)


def point(text: str, *, ignoring: Sequence[str] = ()) -> Pointing:
    """Reads a message; `ignoring` are pieces of it that say something else (an amount, a product's name)."""
    rest = _Rest(_folded(text, ignoring))
    one, bargains = rest.has(phrases.ONE), rest.has(phrases.BARGAINS)
    corrects = rest.takes(phrases.CORRECTS)
    extreme, than = rest.extreme(_MOST), rest.extreme(_MORE)
    values_of, more = rest.values_of(), rest.takes(phrases.MORE)
    run = rest.run()
    places = (*rest.places_from_end(), *rest.places())
    other = rest.takes(phrases.OTHER)
    count = rest.count() if rest.has(phrases.OF_THEM) else None
    every, of_them = rest.every()
    return Pointing(
        corrects=corrects,
        run=run,
        places=places,
        other=other,
        every=every,
        of_them=of_them,
        extreme=extreme,
        than=than,
        values_of=values_of,
        more=more,
        asked=rest.asked(),
        count=count or rest.count(),
        this=rest.takes(phrases.THIS),
        without=rest.without(),
        definite=rest.takes(phrases.DEFINITE),
        one=one,
        bargains=bargains,
        words=rest.words(),
        phrase=rest.phrase(),
    )


_LINES = Path(__file__).with_name("filler_words.txt").read_text(encoding="utf-8").splitlines()
FILLERS = frozenset(word for line in _LINES if not line.startswith("#") for word in line.split())
_CHEAP, _DEAR = Extreme("price", -1), Extreme("price", 1)
_SMALL, _BIG = Extreme("size", -1), Extreme("size", 1)
_MOST = (
    (phrases.CHEAPEST, _CHEAP),
    (phrases.DEAREST, _DEAR),
    (phrases.BIGGEST, _BIG),
    (phrases.SMALLEST, _SMALL),
)
_MORE = ((phrases.CHEAPER, _CHEAP), (phrases.DEARER, _DEAR), (phrases.BIGGER, _BIG), (phrases.SMALLER, _SMALL))
_ASKED: tuple[tuple[re.Pattern[str], Asked], ...] = (
    (phrases.COMPARE, "compare"),
    (phrases.PRICE, "price"),
    (phrases.STOCK, "stock"),
)


def _folded(text: str, ignoring: Sequence[str]) -> str:
    if text.startswith("/"):
        return ""
    for piece in filter(None, ignoring):
        text = text.replace(piece, " ")
    return text.lower().replace("’", "'")


class _Rest:
    """What of a message is not read yet; every reader takes its phrases out, so that no later one sees them."""

    def __init__(self, text: str) -> None:
        self._text = text

    def takes(self, pattern: re.Pattern[str]) -> bool:
        found = bool(pattern.search(self._text))
        self._text = pattern.sub(" ", self._text)
        return found

    def has(self, pattern: re.Pattern[str]) -> bool:
        return bool(pattern.search(self._text))

    def without(self) -> tuple[str, ...]:
        """What is not wanted; said of what does not describe a thing ("no idea") it is found to be nothing."""
        found = " ".join(next(iter(_groups(one).values()), "") for one in self._take_all(phrases.WITHOUT))
        return tuple(word for word in words(found) if _describes(word))

    def run(self) -> int:
        for found in self._take_all(phrases.RUN):
            groups = _groups(found)
            many = number(groups.get("last") or groups.get("last_zh") or groups.get("first") or groups["first_zh"])
            return (many or 2) * (-1 if "end_en" in groups or "end_zh" in groups else 1)
        return 0

    def places_from_end(self) -> tuple[int, ...]:
        return tuple(
            dict.fromkeys(-_place(_groups(found), otherwise=1) for found in self._take_all(phrases.FROM_END))
        )

    def places(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(_place(_groups(found), otherwise=1) for found in self._take_all(phrases.PLACES)))

    def every(self) -> tuple[bool, int | None]:
        """Whether all are meant, and of how many."""
        found = list(self._take_all(phrases.EVERY))
        counted = [number(next(iter(_groups(one).values()), "")) for one in found]
        return bool(found), next(filter(None, counted), None)

    def extreme(self, kinds: Sequence[tuple[re.Pattern[str], Extreme]]) -> Extreme | None:
        return next((extreme for pattern, extreme in kinds if self.takes(pattern)), None)

    def values_of(self) -> str:
        return next((code for code, pattern in phrases.VALUES.items() if self.takes(pattern)), "")

    def asked(self) -> Asked:
        found = [asked for pattern, asked in _ASKED if self.takes(pattern)]
        return found[0] if found else ""

    def count(self) -> int | None:
        """How many she wants; "one" is said of anything."""
        counted = [number(next(iter(_groups(found).values()))) for found in self._take_all(phrases.COUNT)]
        return next((count for count in counted if count and count > 1), None)

    def words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for word in words(self._text) if _describes(word)))

    def phrase(self) -> str:
        phrase, end = "", -1
        for word in filter(_describes, words(self._text)):
            start = self._text.find(word, max(end, 0))
            phrase += word if start == end and is_han(word) else f" {word}"
            end = start + len(word) if start >= 0 else end
        return phrase.strip()

    def _take_all(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        found = list(pattern.finditer(self._text))
        self._text = pattern.sub(" ", self._text)
        return iter(found)


def _groups(found: re.Match[str]) -> dict[str, str]:
    return {name: value for name, value in found.groupdict().items() if value}


def _place(groups: dict[str, str], *, otherwise: int) -> int:
    if "penultimate" in groups:
        return 2
    th = groups.get("th") or groups.get("th_last")
    if th:
        return phrases.TH.index(th) + 1
    return number(next(iter(groups.values()), "")) or otherwise


def _describes(word: str) -> bool:
    return word not in STOP_WORDS and word not in FILLERS and not word.replace(".", "").isdigit()
