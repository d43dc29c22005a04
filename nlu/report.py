"""How well utterances were understood: figures per language and together, and what is taken for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sklearn.metrics import roc_auc_score

from nlu.folds import Guess
from nlu.labelled import Labelled
from nlu.learn import OUT_OF_SCOPE
from nlu.scoring import Measures, Understood, measure

_WORST = 20
TOGETHER = "all"


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares from 0 to 1, None where nothing was asked of the kind; averages over the intents asked for.

    `oos_recall` is at the threshold each model learned for itself. `oos_auroc` needs none: how often an utterance
    in scope was surer of some intent than one out of scope (Hendrycks and Gimpel 2017).
    """

    utterances: int
    macro_f1: float
    accuracy: float
    in_scope_accuracy: float | None
    oos_recall: float | None
    oos_auroc: float | None
    entity_f1: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """`figures` by language and for `all`; `confused` is (meant, taken for, times), `weakest` (intent, F1).

    Both the worst first. `seconds` is what all of it took, learning included; `parse_ms_p50` what one utterance took.
    """

    figures: dict[str, Figures]
    weakest: list[tuple[str, float]]
    confused: list[tuple[str, str, int]]
    parse_ms_p50: float
    seconds: float


def report(found: Sequence[Guess], seconds: float) -> Report:
    """All figures of at least one guess."""
    together = _measured(found)
    f1 = {intent: score.f1 for intent, score in together.per_intent.items()}
    return Report(
        figures={name: _figures(part) for name, part in _parts(found)},
        weakest=sorted(f1.items(), key=lambda item: item[1])[:_WORST],
        confused=[(meant, taken, times) for (meant, taken), times in confusions(found).most_common(_WORST)],
        parse_ms_p50=together.parse_ms_p50,
        seconds=seconds,
    )


def confusions(found: Sequence[Guess]) -> Counter[tuple[str, str]]:
    """How often which intent was taken for which other."""
    pairs = ((guess.example.intent, guess.heard.acted_on) for guess in found)
    return Counter((meant, taken) for meant, taken in pairs if meant != taken)


def table(result: Report) -> str:
    """The report for people to read."""
    return "\n".join(
        [
            *(line for name, figures in result.figures.items() for line in _said(name, figures)),
            "weakest intents (F1):",
            *(f"  {intent:<22} {score:.3f}" for intent, score in result.weakest),
            "most confused (meant, taken for, times):",
            *(f"  {meant:<22} {taken:<22} {times}" for meant, taken, times in result.confused),
            f"{result.seconds:.0f} s in all, {result.parse_ms_p50:.2f} ms per utterance",
        ]
    )


def _parts(found: Sequence[Guess]) -> Iterator[tuple[str, Sequence[Guess]]]:
    yield TOGETHER, found
    for language in sorted({guess.example.language for guess in found}):
        yield language, [guess for guess in found if guess.example.language == language]


def _figures(found: Sequence[Guess]) -> Figures:
    measured = _measured(found)
    return Figures(
        utterances=len(found),
        macro_f1=measured.macro_f1,
        accuracy=measured.accuracy,
        in_scope_accuracy=measured.in_scope_accuracy,
        oos_recall=measured.oos_recall,
        oos_auroc=_oos_auroc(found),
        entity_f1=measured.entity_f1,
    )


def _measured(found: Sequence[Guess]) -> Measures:
    return measure(
        [_labelled(guess) for guess in found],
        [Understood(guess.heard.acted_on, guess.heard.named, guess.seconds) for guess in found],
    )


def _labelled(guess: Guess) -> Labelled:
    example = guess.example
    return Labelled(
        example.text,
        example.intent,
        tuple((span.kind, example.text[span.start : span.end]) for span in example.spans),
    )


def _oos_auroc(found: Sequence[Guess]) -> float | None:
    inside = [guess.example.intent != OUT_OF_SCOPE for guess in found]
    if all(inside) or not any(inside):
        return None
    return float(roc_auc_score(inside, [guess.heard.inside for guess in found]))


def _said(name: str, figures: Figures) -> Iterator[str]:
    yield f"{name}: {figures.utterances} utterances"
    yield f"  macro-F1 {figures.macro_f1:.3f}"
    yield f"  accuracy {figures.accuracy:.3f}, in scope {_share(figures.in_scope_accuracy)}"
    yield f"  out of scope: recall {_share(figures.oos_recall)}, AUROC {_share(figures.oos_auroc)}"
    yield f"  entities: F1 {_share(figures.entity_f1)}"


def _share(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.3f}"
