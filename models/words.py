"""The words of a shop's text in Chinese and English, as a search compares them."""

from __future__ import annotations

import logging
import re
import unicodedata
import warnings
from pathlib import Path

with warnings.catch_warnings():
    # jieba 0.42.1 (its last release, 2020) writes "\." in plain strings; Python 3.12 made that a SyntaxWarning.
    warnings.filterwarnings("ignore", message="invalid escape sequence", category=DeprecationWarning)
    warnings.filterwarnings("ignore", message="invalid escape sequence", category=SyntaxWarning)
    # It looks for its dictionary through setuptools where that is installed.
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    import jieba

jieba.setLogLevel(logging.WARNING)

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUNS = re.compile(rf"[{HAN}]+|[a-z0-9]+(?:\.\d+)?[a-z0-9]*")
_IS_HAN = re.compile(rf"[{HAN}]")


def _lines(name: str) -> list[list[str]]:
    """The words of each line of a file beside this one."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if not line.startswith("#")]


STOP_WORDS = frozenset(word for line in _lines("stop_words.txt") for word in line)
# Each word → all that are used for the same kind of thing, itself among them.
SAME_WORDS = {word: tuple(line) for line in _lines("same_words.txt") for word in line}


def prepare() -> None:
    """Reads jieba's dictionary (about half a second, once), which the first Chinese word would wait for."""
    jieba.initialize()


def fold(text: str) -> str:
    """Full-width to plain, lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def words(text: str, *, parts: bool = False) -> list[str]:
    """Chinese split by jieba, Latin words in the singular, in order; with `parts` long Chinese words' parts too."""
    # Without the hidden Markov model: it makes words of what no dictionary holds (我想, 买个), which nothing finds.
    split = jieba.cut_for_search if parts else jieba.cut
    found: list[str] = []
    for run in _RUNS.findall(fold(text)):
        found += split(run, HMM=False) if is_han(run) else [singular(run)]
    return found


def runs(text: str) -> list[str]:
    """The unbroken pieces of one script each: 20ml杯 → 20ml, 杯."""
    return _RUNS.findall(fold(text))


def han_runs(text: str) -> list[str]:
    """The unbroken Chinese of a text: 铸铁壶·山纹 → 铸铁壶, 山纹."""
    return [run for run in _RUNS.findall(fold(text)) if is_han(run)]


def is_han(word: str) -> bool:
    """True for a Chinese word."""
    return bool(_IS_HAN.match(word))


# English plurals that no ending tells.
IRREGULAR = {
    "scarves": "scarf", "knives": "knife", "shelves": "shelf", "leaves": "leaf", "loaves": "loaf", "wolves": "wolf",
    "halves": "half", "wives": "wife", "men": "man", "women": "woman", "children": "child", "feet": "foot",
    "mice": "mouse",
}  # fmt: skip


def singular(word: str) -> str:
    """mugs → mug, boxes → box, candies → candy, knives → knife; what does not look like a plural stays."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if len(word) < 4 or word in STOP_WORDS or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    return word[:-1]


def near(word: str) -> set[str]:
    """Every spelling one slip away (a letter left out, doubled, swapped or mistyped).

    Source: Peter Norvig, How to Write a Spelling Corrector (2007). The first letter is taken to be right, and
    a longer word is not cut down to its beginning: a tablet is no table.
    """
    letters = "abcdefghijklmnopqrstuvwxyz"
    splits = [(word[:cut], word[cut:]) for cut in range(1, len(word) + 1)]
    left_out = {head + tail[1:] for head, tail in splits if len(tail) > 1}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in splits if len(tail) > 1}
    mistyped = {head + letter + tail[1:] for head, tail in splits if tail for letter in letters}
    doubled = {head + letter + tail for head, tail in splits for letter in letters}
    return (left_out | swapped | mistyped | doubled) - {word}
