"""A customer's text as words, marks and emoji in order: Chinese split by jieba, all else by spaCy's English rules."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from models import words
from models.words import HAN

if TYPE_CHECKING:
    from spacy.language import Language

_LINES = Path(__file__).with_name("traditional.txt").read_text(encoding="utf-8").splitlines()
SIMPLIFIED = {ord(pair[0]): pair[1] for line in _LINES if not line.startswith("#") for pair in line.split()}
_RUNS = re.compile(rf"[{HAN}]+|[^{HAN}]+")
_REPEATED = re.compile(r"(.)\1{2,}", re.DOTALL)
# A number of up to two digits may be a verdict (1 star, 10/10); a longer one is an order, a price or a date.
_LONG_NUMBER = re.compile(r"\d[\d.,:-]*\d{2}")
_HAN = re.compile(rf"[{HAN}]")


def prepare() -> None:
    """Loads both splitters (about two seconds, once), which the first text would wait for."""
    words.prepare()
    _english()


def tokens(text: str) -> list[str]:
    """Lower case, full-width to plain, traditional to simplified, "sooo" as "soo", long numbers as "#"; no blanks.

    An English contraction is two words ("was", "n't"), and so are "dont" and "cannot".
    """
    plain = words.fold(text).translate(SIMPLIFIED).replace("’", "'")
    plain = _LONG_NUMBER.sub("#", _REPEATED.sub(r"\1\1", plain))
    found: list[str] = []
    for run in _RUNS.findall(plain):
        found += words.words(run) if is_han(run) else _others(run)
    return found


def is_han(token: str) -> bool:
    """True for a Chinese word."""
    return bool(_HAN.match(token))


def _others(run: str) -> list[str]:
    found: list[str] = []
    for token in _english().make_doc(run):
        if token.is_space:
            continue
        # Emoji and marks written without a blank between them are one token to spaCy; emoticons as :-) stay whole.
        found += [token.text] if token.text.isascii() else _apart(token.text)
    return found


def _apart(text: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s\u200d\ufe0f]", text)


@cache
def _english() -> Language:
    import spacy  # a second of work, which no search need wait for

    return spacy.blank("en")
