from __future__ import annotations

from collections import Counter

from nlu.examples import Example
from nlu.folds import guesses

CHOSEN = {"greet", "thank", "order_status", "out_of_scope"}


def few(shipped: list[Example]) -> list[Example]:
    """Every tenth line of four intents: enough to learn them, few enough to learn them twice."""
    return [example for example in shipped if example.intent in CHOSEN][::10]


def test_every_example_is_guessed_once_by_a_model_that_had_not_seen_it(shipped: list[Example]) -> None:
    said: list[str] = []
    chosen = few(shipped)
    found = guesses(chosen, folds=2, progress=said.append)
    assert [guess.example for guess in found] == chosen
    assert [line.partition(":")[0] for line in said] == ["fold 1 of 2"] * 2 + ["fold 2 of 2"] * 2
    # Better than always saying the commonest; without a mistake only if the lines had been seen.
    right = sum(guess.heard.acted_on == guess.example.intent for guess in found)
    commonest = max(Counter(example.intent for example in chosen).values())
    assert commonest < right < len(found)


def test_the_same_examples_give_the_same_guesses(shipped: list[Example]) -> None:
    chosen = few(shipped)[::2]
    first, second = ([guess.heard for guess in guesses(chosen, folds=2)] for _ in range(2))
    assert first == second
