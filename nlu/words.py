"""Splits folded text into words: Chinese runs by jieba, all else by spaCy's English rules; never a blank word."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

import jieba
import spacy
from spacy.language import Language as Pipeline

from nlu.language import HAN

_RUNS = re.compile(f"(?P<han>[{HAN}]+)|(?P<other>[^{HAN}]+)")
_JIEBA = {"nlp": {"tokenizer": {"segmenter": "jieba"}}}


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
        self._chinese = spacy.blank("zh", config=_JIEBA)
        self._english = spacy.blank("en")

    def split(self, folded_text: str) -> list[Word]:
        """The words in their order; offsets are those of the folded text."""
        words: list[Word] = []
        for run in _RUNS.finditer(folded_text):
            han = run.lastgroup == "han"
            pipeline = self._chinese if han else self._english
            words.extend(_words(pipeline, run.group(), run.start(), han=han))
        return words


def _words(pipeline: Pipeline, run: str, offset: int, *, han: bool) -> list[Word]:
    """The words of one run, moved to where the run begins."""
    return [
        Word(token.text, offset + token.idx, offset + token.idx + len(token.text), han)
        for token in pipeline.make_doc(run)
        if not token.text.isspace()
    ]
