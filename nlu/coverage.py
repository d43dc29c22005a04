"""How much there is to learn from: utterances per intent and language, and how many of them name something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from nlu.annotations import KINDS
from nlu.examples import LANGUAGES, Example


def coverage(examples: Sequence[Example]) -> str:
    """Two tables: a line per intent (utterances, and the share of them with entities), and a line per entity."""
    return "\n".join([*_intents(examples), "", *_entities(examples)])


def _intents(examples: Sequence[Example]) -> list[str]:
    total = Counter((example.intent, example.language) for example in examples)
    naming = Counter((example.intent, example.language) for example in examples if example.spans)
    total += Counter({("all", language): _sum(total, language) for language in LANGUAGES})
    naming += Counter({("all", language): _sum(naming, language) for language in LANGUAGES})
    intents = [*sorted({example.intent for example in examples}), "all"]
    heads = [f"{language:>8} {'entities':>9}" for language in LANGUAGES]
    return [f"{'intent':<24}" + "".join(heads)] + [
        f"{intent:<24}" + "".join(_cell(total[intent, name], naming[intent, name]) for name in LANGUAGES)
        for intent in intents
    ]


def _sum(counts: Counter[tuple[str, str]], language: str) -> int:
    return sum(count for (_, of), count in counts.items() if of == language)


def _cell(total: int, naming: int) -> str:
    return f"{total:>8} {naming / max(total, 1):>9.0%}"


def _entities(examples: Sequence[Example]) -> list[str]:
    counts = Counter((span.kind, example.language) for example in examples for span in example.spans)
    return [f"{'entity':<24}" + "".join(f"{language:>8}" for language in LANGUAGES)] + [
        f"{kind:<24}" + "".join(f"{counts[kind, language]:>8}" for language in LANGUAGES) for kind in KINDS
    ]
