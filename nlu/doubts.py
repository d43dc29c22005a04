"""Which labels a model doubts: a line that everything else taught it to take for something else."""

from __future__ import annotations

from collections.abc import Sequence

from nlu.examples import Example
from nlu.folds import Guess, guesses

# Surer than this of another intent, a model that had not seen the line is worth listening to.
SURE = 0.9


def doubtful(found: Sequence[Guess]) -> list[Guess]:
    """The guesses that are sure of another intent than the line has, the surest first."""
    wrong = [guess for guess in found if _doubts(guess)]
    return sorted(wrong, key=lambda guess: -guess.heard.confidence)


def doubts(examples: Sequence[Example]) -> str:
    """A line each, for a person to judge: the label may be wrong, or the model. Trains five times, for minutes."""
    return "\n".join(map(_as_line, doubtful(guesses(examples)))) or "no doubts"


def _doubts(guess: Guess) -> bool:
    return guess.heard.intent != guess.example.intent and guess.heard.confidence > SURE


def _as_line(guess: Guess) -> str:
    example = guess.example
    return f"{example.place}: {example.text!r} is {example.intent}, {guess.heard.intent} {guess.heard.confidence:.2f}"
