"""The confusion matrix as a picture: each row one intent, what it was taken for in percent of its utterances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nlu.folds import Guess

_INCHES = 14
_DPI = 100
# Grey where an intent was understood, red where it was not: a dark diagonal would hide what is to be seen.
_UNDERSTOOD = "#e9ecef"
_FADED = "#868e96"
_COLOURS = "Reds"
# Below this share a cell is coloured but carries no figure: 37 × 37 figures cannot be read.
_TOLD = 0.005
# Cells darker than this are written on in white.
_DARK = 0.6


def draw(found: Sequence[Guess], file: Path) -> None:
    """Writes a PNG of 1400 × 1400 pixels."""
    names = sorted({guess.example.intent for guess in found} | {guess.heard.acted_on for guess in found})
    shares, support = _shares(found, names)
    figure = Figure(figsize=(_INCHES, _INCHES), dpi=_DPI)
    axes = figure.subplots()
    _paint(axes, shares)
    _name(axes, names, support)
    figure.tight_layout()
    FigureCanvasAgg(figure).print_png(str(file))


def _shares(found: Sequence[Guess], names: Sequence[str]) -> tuple[npt.NDArray[np.float64], list[int]]:
    times = Counter((guess.example.intent, guess.heard.acted_on) for guess in found)
    counts = np.array([[times[meant, taken] for taken in names] for meant in names], dtype=np.float64)
    support = counts.sum(axis=1)
    return counts / np.maximum(support, 1)[:, None], [int(count) for count in support]


def _paint(axes: Any, shares: npt.NDArray[np.float64]) -> None:
    understood = np.eye(len(shares), dtype=bool)
    most = max(float(shares[~understood].max(initial=0.0)), 0.01)
    axes.set_facecolor(_UNDERSTOOD)
    axes.imshow(np.where(understood, np.nan, shares), cmap=_COLOURS, vmin=0.0, vmax=most, aspect="auto")
    for row, column in zip(*np.nonzero(shares >= _TOLD), strict=True):
        share = float(shares[row, column])
        colour = _FADED if row == column else "white" if share > _DARK * most else "black"
        axes.text(column, row, _percent(share), ha="center", va="center", fontsize=8, color=colour)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}" if share >= 0.0095 else f"{100 * share:.1f}".lstrip("0")


def _name(axes: Any, names: Sequence[str], support: Sequence[int]) -> None:
    places = range(len(names))
    axes.set_xticks(places, names, rotation=90, fontsize=10)
    axes.set_yticks(places, [f"{name} ({count})" for name, count in zip(names, support, strict=True)], fontsize=10)
    axes.set_xticks([place - 0.5 for place in places], minor=True)
    axes.set_yticks([place - 0.5 for place in places], minor=True)
    axes.grid(which="minor", color="#f1f3f5", linewidth=0.6)
    axes.tick_params(which="both", length=0)
    axes.set_xlabel("taken for", fontsize=12)
    axes.set_ylabel("meant (utterances)", fontsize=12)
    axes.set_title("What is taken for what, in percent of the utterances of a row", fontsize=13)
