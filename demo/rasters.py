"""The pictures as PNG, for who shows no SVG (Telegram): it reads what `demo.pictures` draws, and no more of SVG."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.image import imsave
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D, Transform

SIDE, PIXELS = 200, 400
STEPS = re.compile(r"([MmLlHhVvQqTtAaZz])([^MmLlHhVvQqTtAaZz]*)")
NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")
TURN = re.compile(r"(rotate|translate|scale)\(([^)]*)\)")
# How many numbers each step of a path takes.
NUMBERS = {"M": 2, "L": 2, "H": 1, "V": 1, "Q": 4, "T": 2, "A": 7}
ARC_POINTS = 24
# What a group hands down to what is in it.
PAINT = ("fill", "fill-opacity", "stroke", "stroke-width")


def raster(svg: str) -> bytes:
    """The picture as a PNG of 400 × 400 pixels."""
    canvas: Any = RendererAgg(PIXELS, PIXELS, 72)  # type: ignore[no-untyped-call]
    scale = PIXELS / SIDE
    _draw(canvas, fromstring(svg), {}, Affine2D().scale(scale, -scale).translate(0, PIXELS))  # noqa: S314  our own
    png = BytesIO()
    imsave(png, np.asarray(canvas.buffer_rgba()), format="png")
    return png.getvalue()


def _draw(canvas: Any, element: Element, inherited: Mapping[str, str], place: Transform) -> None:
    paint = {**inherited, **{name: element.attrib[name] for name in PAINT if name in element.attrib}}
    own, outline = _transform(element.get("transform", "")) + place, _outline(element)
    if outline is not None:
        _paint(canvas, paint, outline, own)
    for child in element:
        _draw(canvas, child, paint, own)


def _paint(canvas: Any, paint: Mapping[str, str], outline: Outline, place: Transform) -> None:
    brush, fill, stroke = canvas.new_gc(), paint.get("fill", "#000"), paint.get("stroke")
    brush.set_linewidth(float(paint.get("stroke-width", "1")) * PIXELS / SIDE if stroke else 0.0)
    brush.set_foreground(to_rgba(stroke) if stroke else (0.0, 0.0, 0.0, 0.0), isRGBA=True)
    brush.set_capstyle("round")
    brush.set_joinstyle("round")
    face = None if fill == "none" else to_rgba(fill, _opacity(paint, fill))
    canvas.draw_path(brush, outline, place, face)


def _opacity(paint: Mapping[str, str], fill: str) -> float:
    return to_rgba(fill)[3] * float(paint.get("fill-opacity", "1"))


def _transform(text: str) -> Affine2D:
    # The last one named is done first.
    whole = Affine2D()
    for name, numbers in reversed(TURN.findall(text)):
        first, x, y = (*_numbers(numbers), 0.0, 0.0)[:3]
        if name == "rotate":
            whole.rotate_deg_around(x, y, first)
        elif name == "scale":
            whole.scale(first)
        else:
            whole.translate(first, x)
    return whole


def _outline(element: Element) -> Outline | None:
    def size(name: str) -> float:
        return float(element.get(name, "0"))

    match element.tag.rpartition("}")[2]:
        case "path":
            return _path(element.get("d", ""))
        case "circle":
            return _ellipse(size("cx"), size("cy"), size("r"), size("r"))
        case "ellipse":
            return _ellipse(size("cx"), size("cy"), size("rx"), size("ry"))
        case "rect":
            return _rectangle(size("x"), size("y"), size("width"), size("height"), size("rx"))
    return None


def _ellipse(x: float, y: float, wide: float, high: float) -> Outline:
    return Outline.unit_circle().transformed(Affine2D().scale(wide, high).translate(x, y))


def _rectangle(x: float, y: float, width: float, height: float, round_by: float) -> Outline:
    r, right, low = min(round_by, width / 2, height / 2), x + width, y + height
    return _path(
        f"M{x + r} {y}H{right - r}Q{right} {y} {right} {y + r}V{low - r}Q{right} {low} {right - r} {low}"
        f"H{x + r}Q{x} {low} {x} {low - r}V{y + r}Q{x} {y} {x + r} {y}Z"
    )


def _path(text: str) -> Outline:
    points: list[tuple[float, float]] = []
    codes: list[np.uint8] = []
    for at, code in _points(text):
        points.append(at)
        codes.append(code)
    return Outline(points, codes)


def _points(text: str) -> Iterator[tuple[tuple[float, float], np.uint8]]:
    x = y = first_x = first_y = 0.0
    bend: tuple[float, float] | None = None
    for name, numbers in _steps(text):
        kind, from_x, from_y = name.upper(), *((x, y) if name.islower() else (0.0, 0.0))
        control, bend = bend, None
        if kind == "Z":
            yield (first_x, first_y), Outline.CLOSEPOLY
            x, y = first_x, first_y
            continue
        start = (x, y)
        x = from_x + numbers[0] if kind == "H" else x if kind == "V" else from_x + numbers[-2]
        y = y if kind == "H" else from_y + numbers[-1]
        if kind in "QT":
            bent = (from_x + numbers[0], from_y + numbers[1]) if kind == "Q" else _mirrored(control, start)
            bend = bent
            yield bent, Outline.CURVE3
            yield (x, y), Outline.CURVE3
        elif kind == "A":
            yield from ((at, Outline.LINETO) for at in _arc(start, (x, y), numbers[0], numbers[3], numbers[4]))
        else:
            yield (x, y), Outline.MOVETO if kind == "M" else Outline.LINETO
        if kind == "M":
            first_x, first_y = x, y


def _steps(text: str) -> Iterator[tuple[str, list[float]]]:
    for name, rest in STEPS.findall(text):
        numbers, each = _numbers(rest), NUMBERS.get(name.upper(), 0)
        if not each:
            yield name, []
        for at in range(0, len(numbers), each or 1):
            # More numbers after a move are lines.
            yield {"M": "L", "m": "l"}.get(name, name) if at else name, numbers[at : at + each]


def _mirrored(control: tuple[float, float] | None, at: tuple[float, float]) -> tuple[float, float]:
    return (2 * at[0] - control[0], 2 * at[1] - control[1]) if control else at


def _arc(
    start: tuple[float, float], end: tuple[float, float], radius: float, large: float, clockwise: float
) -> Iterator[tuple[float, float]]:
    """Points of a circle's arc (SVG 1.1, F.6.5, for equal radii)."""
    across, down = (end[0] - start[0]) / 2, (end[1] - start[1]) / 2
    half = math.hypot(across, down)
    radius = max(radius, half)
    off = math.sqrt(max(0.0, radius**2 - half**2)) / half * (1 if bool(large) == bool(clockwise) else -1)
    x, y = start[0] + across + off * down, start[1] + down - off * across
    begin = math.atan2(start[1] - y, start[0] - x)
    turn = (math.atan2(end[1] - y, end[0] - x) - begin) % math.tau - (0 if clockwise else math.tau)
    for step in range(1, ARC_POINTS + 1):
        angle = begin + turn * step / ARC_POINTS
        yield x + radius * math.cos(angle), y + radius * math.sin(angle)


def _numbers(text: str) -> list[float]:
    return [float(number) for number in NUMBER.findall(text)]
