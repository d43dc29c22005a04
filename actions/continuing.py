"""Tells whether a message is nothing but the answer to a question an ability has asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from actions.language import HAN
from actions.turn import Turn

_LATIN = re.compile(r"[A-Za-z']+")
# "it's a@b.com", "这是我的邮箱": so much may stand around the piece that was asked for.
_WORDS_AROUND = 4.0
_WORDS_PER_HAN = 0.5


class Asks(Protocol):
    """An ability, as far as its questions go."""

    @property
    def awaits(self) -> frozenset[str]:
        """The entities that answer it."""
        ...


def continues(turn: Turn, abilities: Mapping[str, Asks]) -> bool:
    """True if the open question's ability should take this turn, whatever the intent was taken for."""
    asking = abilities.get(turn.asked_for)
    if asking is None:
        return False
    if turn.intent == "affirm" and "yes" in asking.awaits:
        return True
    answered = [entity for entity in turn.entities if entity.kind in asking.awaits]
    return bool(answered) and _words(_without(turn.text, [entity.written for entity in answered])) <= _WORDS_AROUND


def _without(text: str, pieces: list[str]) -> str:
    for piece in filter(None, pieces):
        text = text.replace(piece, " ")
    return text


def _words(text: str) -> float:
    return len(_LATIN.findall(text)) + _WORDS_PER_HAN * len(HAN.findall(text))
