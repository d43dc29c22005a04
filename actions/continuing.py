"""Tells whether a message answers a question an ability has asked, drops it, or is about something else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, Protocol

from actions.codes import codes_in
from actions.language import HAN
from actions.picking import points
from actions.question import Question, read_question
from actions.turn import Turn

Says = Literal["answer", "drop", "else"]
# Beside the entities by name: a yes, words as they come, a pick from what was listed, a coupon's code.
YES, WORDS, PICK, CODE = "yes", "words", "pick", "code"

_LATIN = re.compile(r"[A-Za-z']+")
# "it's a@b.com", "这是我的邮箱": so much may stand around the piece that was asked for.
_WORDS_AROUND = 4.0
_WORDS_PER_HAN = 0.5
# More than this is a story or a question, not a number somebody could not type.
_WORDS_OF_A_SLIP = 6.0
_CODE = re.compile(r"\S*(?:\d{3}|@)\S*")
_ASKS = re.compile(r"[?？]|[吗么呢]\W*$")
_NEVER_MIND = re.compile(
    r"\W*(?:算了|不弄了|不办了|取消|never ?mind|forget it|cancel|stop)(?:吧|了|it|that|\W)*", re.I
)
# Wishes of their own, whatever words are waited for.
_NEVER_WORDS = frozenset({"handoff", "goodbye", "thank", "greet", "marketing_opt_out", "bot_challenge"})


class Asks(Protocol):
    """An ability, as far as its questions go."""

    @property
    def insists(self) -> bool:
        """Whether its questions outlive messages about something else."""
        ...

    def expects(self, question: Question) -> frozenset[str]:
        """What answers the question: entities by name, YES, WORDS, PICK."""
        ...


def says(turn: Turn, abilities: Mapping[str, Asks]) -> Says:
    """What this turn does to the open question, whatever the intent was taken for."""
    question = read_question(turn.slots.get("asked_for", ""))
    asking = abilities.get(question.ability)
    if asking is None:
        return "else"
    expected = asking.expects(question)
    if turn.intent == "affirm" and (YES in expected or asking.insists):
        return "answer"
    if asking.insists and drops(turn, question):
        return "drop"
    if _names(turn, expected) or _tells(turn, expected):
        return "answer"
    return "answer" if asking.insists and not question.step and slips(turn) else "else"


def drops(turn: Turn, question: Question) -> bool:
    """True for "no" and "never mind"; a bare "cancel" cancels what was asked for, if that was no cancelling."""
    if turn.intent == "deny":
        return True
    return question.wish != "order_cancel" and bool(_NEVER_MIND.fullmatch(turn.text.strip()))


def slips(turn: Turn) -> bool:
    """True for what was meant as a number or an address but cannot be read as one."""
    if turn.text.startswith("/") or turn.entities or _ASKS.search(turn.text):
        return False
    around = words(_CODE.sub(" ", turn.text))
    if _CODE.search(turn.text):
        return around <= _WORDS_AROUND
    return turn.intent == "nlu_fallback" and around <= _WORDS_OF_A_SLIP


def _names(turn: Turn, expected: frozenset[str]) -> bool:
    answered = [entity for entity in turn.entities if entity.kind in expected]
    if not answered or turn.text.startswith("/"):
        return False
    return words(_without(turn.text, [entity.written for entity in answered])) <= _WORDS_AROUND


def _tells(turn: Turn, expected: frozenset[str]) -> bool:
    if turn.text.startswith("/") or turn.intent in _NEVER_WORDS:
        return False
    if WORDS in expected:
        return not _ASKS.search(turn.text)
    if CODE in expected and codes_in(turn.text).likely:
        return words(_CODE.sub(" ", turn.text)) <= _WORDS_OF_A_SLIP
    return PICK in expected and words(turn.text) <= _WORDS_OF_A_SLIP and points(turn.text)


def _without(text: str, pieces: list[str]) -> str:
    for piece in filter(None, pieces):
        text = text.replace(piece, " ")
    return text


def words(text: str) -> float:
    """How long a text is, in words; two Chinese characters count as one."""
    return len(_LATIN.findall(text)) + _WORDS_PER_HAN * len(HAN.findall(text))
