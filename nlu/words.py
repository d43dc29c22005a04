"""Splits folded text into words: Chinese runs by jieba, all else by spaCy's English rules; never a blank word."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

import jieba
import spacy
from spacy.language import Language as Pipeline

from nlu.language import HAN

_RUNS = re.compile(f"(?P<han>[{HAN}]+)|(?P<other>[^{HAN}]+)")


@dataclass(frozen=True, slots=True)
class Word:
    """One word and where it stands in the folded text; `han` if it is written in Chinese characters."""

    text: str
    start: int
    end: int
    han: bool


class Splitter:
    """Loads both word splitters once (jieba's dictionary takes about half a second)."""

    def __init__(self) -> None:
        jieba.setLogLevel(logging.WARNING)
        jieba.initialize()
        self._english = _english()

    def split(self, folded_text: str) -> list[Word]:
        """The words in their order; offsets are those of the folded text."""
        words: list[Word] = []
        for run in _RUNS.finditer(folded_text):
            split = self._split_han if run.lastgroup == "han" else self._split_other
            words.extend(split(run.group(), run.start()))
        return words

    def _split_han(self, run: str, offset: int) -> Iterator[Word]:
        for text, start, end in jieba.tokenize(run):
            yield Word(text, offset + start, offset + end, han=True)

    def _split_other(self, run: str, offset: int) -> Iterator[Word]:
        for token in self._english.make_doc(run):
            if not token.text.isspace():
                yield Word(token.text, offset + token.idx, offset + token.idx + len(token.text), han=False)


@functools.cache
def _english() -> Pipeline:
    return spacy.blank("en")
