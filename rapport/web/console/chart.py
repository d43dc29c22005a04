"""Bars of a chart, drawn on the server as SVG: where each begins and how high it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 150
GAP, WIDEST = 0.25, 44.0


@dataclass(frozen=True, slots=True)
class Bar:
    """`part` of `whole`, the part below; lengths are in the drawing's units from its top left corner."""

    name: str
    whole: int
    part: int
    x: float
    width: float
    top: float
    height: float
    part_top: float
    part_height: float


def bars(counted: Sequence[tuple[str, int, int]]) -> list[Bar]:
    """One for each (name, whole, part), the highest as high as the drawing."""
    highest = max((whole for _, whole, _ in counted), default=0) or 1
    step = WIDTH / max(len(counted), 1)
    width = min(step * (1 - GAP), WIDEST)
    return [_bar(one, number, step, width, HEIGHT / highest) for number, one in enumerate(counted)]


def _bar(counted: tuple[str, int, int], number: int, step: float, width: float, scale: float) -> Bar:
    name, whole, part = counted
    x = number * step + (step - width) / 2
    top, part_top = (round(HEIGHT - count * scale, 1) for count in (whole, part))
    return Bar(
        name, whole, part, round(x, 1), round(width, 1),
        top, round(HEIGHT - top, 1), part_top, round(HEIGHT - part_top, 1),
    )  # fmt: skip
