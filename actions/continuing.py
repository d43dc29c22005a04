"""Tells whether a message answers a question an ability has asked, drops it, or is about something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from actions.codes import codes_in
from actions.picking import points
from actions.question import Question
from actions.remarks import asks, has_lost_it, holds_a_code, never_minds, telling_words, words
from actions.turn import Turn

Says = Literal["answer", "drop", "else"]
# Beside the entities by name: a yes, words as they come, a pick from what was listed, a coupon's code.
YES, WORDS, PICK, CODE = "yes", "words", "pick", "code"

# "HM-1001 到哪了": so much may be said beside the piece that was asked for.
_WORDS_AROUND = 2.0
# More than this is a story or a question, not a number somebody could not type.
_WORDS_OF_A_SLIP = 6.0
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
    question = turn.question
    asking = abilities.get(question.ability)
    if asking is None:
        return "else"
    expected = asking.expects(question)
    if turn.intent == "affirm" and (YES in expected or asking.insists):
        return "answer"
    if _names(turn, expected) or _tells(turn, expected):
        return "answer"
    if not asking.insists:
        return "else"
    if question.identifies and (has_lost_it(turn.text) or slips(turn)):
        return "answer"
    return "drop" if drops(turn, question) else "else"


def drops(turn: Turn, question: Question) -> bool:
    """True for "no" and "never mind"; a bare "cancel" cancels what was asked for, if that was no cancelling."""
    return turn.intent == "deny" or (question.wish != "order_cancel" and never_minds(turn.text))


def slips(turn: Turn) -> bool:
    """True for what was meant as a number or an address but cannot be read as one."""
    if turn.text.startswith("/") or turn.entities or asks(turn.text) or never_minds(turn.text):
        return False
    if holds_a_code(turn.text):
        return telling_words(turn.text) <= _WORDS_AROUND
    return turn.intent == "nlu_fallback" and telling_words(turn.text) <= _WORDS_OF_A_SLIP


def _names(turn: Turn, expected: frozenset[str]) -> bool:
    answered = [entity for entity in turn.entities if entity.kind in expected]
    if not answered or turn.text.startswith("/"):
        return False
    return telling_words(_without(turn.text, [entity.written for entity in answered])) <= _WORDS_AROUND


def _tells(turn: Turn, expected: frozenset[str]) -> bool:
    if turn.text.startswith("/") or turn.intent in _NEVER_WORDS:
        return False
    if WORDS in expected:
        return not asks(turn.text)
    if CODE in expected and codes_in(turn.text).likely:
        return telling_words(turn.text) <= _WORDS_OF_A_SLIP
    return PICK in expected and words(turn.text) <= _WORDS_OF_A_SLIP and points(turn.text)


def _without(text: str, pieces: list[str]) -> str:
    for piece in filter(None, pieces):
        text = text.replace(piece, " ")
    return text
