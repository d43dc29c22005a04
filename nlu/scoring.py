"""What the measures of `rapport evaluate intents` are, computed from what was meant and what was understood."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from sklearn.metrics import f1_score, precision_recall_fscore_support

from nlu.folding import fold
from nlu.labelled import Labelled
from nlu.learn import OUT_OF_SCOPE
from nlu.numerals import number

_NUMBERS = frozenset({"budget", "quantity"})
_DIGITS_ONLY = frozenset({"phone"})
_CURRENCY = r"us\$|rmb|cny|usd|yuan|euros?|dollars?|bucks|quid|人民币|块钱?|元|[$€£¥]"
_AROUND_NUMBERS = re.compile(rf"^(?:{_CURRENCY}|[^\d零〇一二两三四五六七八九十百千万a-z])+|(?:{_CURRENCY}|\s)+$")
# "the 4th" and "4th" are one day, "my blue kettle" and "blue kettle" one kettle.
_ARTICLES = re.compile(r"^(?:(?:on|the|a|an|my)\s+)+")
_SEPARATORS = re.compile(r"[\s#\-_./()]+")


@dataclass(frozen=True, slots=True)
class Understood:
    """What was made of one utterance, and in how many seconds; `named` is (kind, as written)."""

    intent: str
    named: tuple[tuple[str, str], ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class IntentScore:
    """Shares from 0 to 1; `support` counts the rows of the intent."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Measures:
    """Shares from 0 to 1, None where the file says nothing about it; averages over the intents of the file."""

    accuracy: float
    macro_f1: float
    in_scope_accuracy: float | None
    oos_recall: float | None
    entity_f1: float | None
    per_intent: dict[str, IntentScore]
    parse_ms_p50: float
    parse_ms_p95: float
    train_seconds: float | None

    def as_json(self) -> dict[str, object]:
        """The keys of the public contract."""
        return asdict(self)


def measure(
    meant: Sequence[Labelled], understood: Sequence[Understood], *, train_seconds: float | None = None
) -> Measures:
    """Every measure over two lists of equal length."""
    wanted = np.array([row.intent for row in meant])
    taken = np.array([row.intent for row in understood])
    outside = wanted == OUT_OF_SCOPE
    right = wanted == taken
    names = sorted(set(wanted.tolist()))
    milliseconds = np.array([row.seconds for row in understood]) * 1e3
    return Measures(
        accuracy=float(right.mean()),
        macro_f1=float(f1_score(wanted, taken, labels=names, average="macro", zero_division=0)),
        in_scope_accuracy=float(right[~outside].mean()) if (~outside).any() else None,
        oos_recall=float(right[outside].mean()) if outside.any() else None,
        entity_f1=entity_f1(meant, understood),
        per_intent=_per_intent(wanted.tolist(), taken.tolist(), names),
        parse_ms_p50=float(np.percentile(milliseconds, 50)),
        parse_ms_p95=float(np.percentile(milliseconds, 95)),
        train_seconds=train_seconds,
    )


def entity_f1(meant: Sequence[Labelled], understood: Sequence[Understood]) -> float | None:
    """Micro-F1 over (kind, value), values compared as what they mean: 两 is 2, a phone number is its digits.

    Kinds the file never names are not counted: a file that knows no dates says nothing about the dates we find.
    """
    kinds = {kind for row in meant for kind, _ in row.named or ()}
    if not kinds:
        return None
    hits = missed = wrong = 0
    for row, found in zip(meant, understood, strict=True):
        wanted = Counter(map(comparable, row.named or ()))
        taken = Counter(comparable(named) for named in found.named if named[0] in kinds)
        hits += sum((wanted & taken).values())
        missed += sum((wanted - taken).values())
        wrong += sum((taken - wanted).values())
    return 2 * hits / (2 * hits + missed + wrong) if hits else 0.0


def comparable(named: tuple[str, str]) -> tuple[str, str]:
    """(kind, value) in the one form in which two ways of writing the same are equal."""
    kind, written = named
    folded = fold(written).text.strip()
    if kind in _NUMBERS:
        return kind, _as_number(folded)
    if kind in _DIGITS_ONLY:
        return kind, re.sub(r"\D", "", folded)
    return kind, _SEPARATORS.sub("", _ARTICLES.sub("", folded))


def _as_number(folded: str) -> str:
    bare = _AROUND_NUMBERS.sub("", folded)
    try:
        return f"{float(number(bare)):g}"
    except (ValueError, KeyError):
        return bare


def _per_intent(wanted: list[str], taken: list[str], names: list[str]) -> dict[str, IntentScore]:
    scores = precision_recall_fscore_support(wanted, taken, labels=names, zero_division=0)
    rows = zip(names, *(column.tolist() for column in scores), strict=True)
    return {name: IntentScore(precision, recall, f1, int(support)) for name, precision, recall, f1, support in rows}
