"""Draws every product: its shape in its own colours, on a small landscape of its own; the same each time."""

from __future__ import annotations

import colorsys
import random
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, parse, tostring

from demo.catalogue import Catalogue, CatalogueProduct
from demo.rasters import raster

SHAPES = Path(__file__).parent / "shapes.svg"
SVG = "{http://www.w3.org/2000/svg}"
FIXED_PAINTS = {
    "cream": "#fbf6ea",
    "ink": "#38353a",
    "wood": "#c08d5c",
    "leaf": "#6d9a5b",
    "tea": "#b9793b",
    "glass": "#cfe4e6",
    "gold": "#d3a53f",
    "steel": "#b4bdc3",
    "red": "#c8463c",
    "blue": "#8db8cf",
    "terracotta": "#c9714a",
}
BACKGROUNDS = ("#f3e7d3", "#e6ecdc", "#dfeaeb", "#f2dfd6", "#ebe3ee", "#f5ebc8", "#dde6f0", "#efe3df")
EMBLEMS = {
    "leaf": "M0 .9Q-1 0 0-.9 1 0 0 .9Z",
    "hill": "M-1 .6L-.3-.5 .1 .1 .4-.2 1 .6Z",
    "moon": "M.3-.9A.9 .9 0 1 0 .3 .9 .7 .7 0 1 1 .3-.9Z",
    "drop": "M0-.9Q.8 .1 .6 .5A.7 .7 0 0 1-.6 .5Q-.8 .1 0-.9Z",
    "star": "M0-.9L.25-.25 .9 0 .25 .25 0 .9-.25 .25-.9 0-.25-.25Z",
    "bird": "M-.9-.1Q-.2-.6 0 .1 .2-.6 .9-.1 .3-.2 0 .5-.3-.2-.9-.1Z",
    "flower": "M0 0Q-.7-.8 0-.9 .7-.8 0 0 .8-.7 .9 0 .8 .7 0 0 .7 .8 0 .9-.7 .8 0 0-.8 .7-.9 0-.8-.7 0 0Z",
    "bean": "M-.7-.3Q-.3-.9 .3-.5 1 0 .6 .6 .2 .9-.1 .4-.3 .1-.6 .2-.9 .1-.7-.3Z",
}


def draw(product: CatalogueProduct, paints: Mapping[str, str]) -> str:
    """The picture of a product as an SVG document: 200 × 200, no script, no reference to anything outside."""
    chance = random.Random(product.sku)
    palette = _palette([paints[colour] for colour in product.values("colour")], chance)
    root = Element("svg", {"xmlns": SVG[1:-1], "viewBox": "0 0 200 200", "role": "img"})
    SubElement(root, "title").text = f"{product.names.zh} · {product.names.en}"
    _draw_landscape(root, palette, chance)
    SubElement(root, "ellipse", {"cx": "100", "cy": "167", "rx": "70", "ry": "8", "fill": "#0000001f"})
    shape = _shapes()[product.shape]
    root.append(_painted(deepcopy(shape), palette))
    _draw_emblem(root, shape, palette, chance)
    return tostring(root, encoding="unicode")


def write_pictures(catalogue: Catalogue, folder: Path) -> None:
    """Writes `SKU.svg` for every product into `folder`, and `SKU.png` beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for product in catalogue.products:
        svg, path = draw(product, catalogue.paints), folder / f"{product.sku}.svg"
        if path.is_file() and path.read_text(encoding="utf-8") == svg and path.with_suffix(".png").is_file():
            continue
        path.write_text(svg, encoding="utf-8")
        path.with_suffix(".png").write_bytes(raster(svg))


@cache
def _shapes() -> Mapping[str, Element]:
    root = parse(SHAPES).getroot()  # noqa: S314  our own file, beside this module
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.removeprefix(SVG)
    return {group.attrib["id"]: group for group in root.findall("g")}


def _palette(colours: list[str], chance: random.Random) -> dict[str, str]:
    main = colours[0] if colours else chance.choice(["#5f9467", "#c99a66", "#93989c"])
    accent = colours[1] if len(colours) > 1 else _turned(main, 0.42, lighter=0.05)
    background = _turned(
        chance.choice(sorted(BACKGROUNDS, key=lambda paint: _distance(paint, main))[4:]),
        0.0,
        lighter=-0.09 if min(_rgb(main)) > 0.6 else 0.0,  # a pale thing is seen on a deeper ground
    )
    return FIXED_PAINTS | {
        "main": main,
        "accent": accent,
        "dark": _turned(main, 0.0, lighter=-0.13),
        "light": _turned(main, 0.0, lighter=0.14),
        "back": background,
        "glow": "#fff3c4",
        "hill": _turned(background, 0.0, lighter=-0.06),
        "sun": _turned(background, 0.0, lighter=0.07),
    }


def _turned(paint: str, hue: float, *, lighter: float) -> str:
    """The paint at another place of the colour circle (`hue` in turns) and of another lightness."""
    h, l, s = colorsys.rgb_to_hls(*_rgb(paint))  # noqa: E741 - the names the model itself uses
    red, green, blue = colorsys.hls_to_rgb((h + hue) % 1, min(0.96, max(0.08, l + lighter)), s)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def _rgb(paint: str) -> tuple[float, float, float]:
    red, green, blue = (int(paint[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _distance(one: str, other: str) -> float:
    return max(abs(a - b) for a, b in zip(_rgb(one), _rgb(other), strict=True))


def _draw_landscape(root: Element, palette: Mapping[str, str], chance: random.Random) -> None:
    SubElement(root, "rect", {"width": "200", "height": "200", "fill": palette["back"]})
    x, y, radius = chance.randint(30, 170), chance.randint(28, 64), chance.randint(18, 40)
    SubElement(root, "circle", {"cx": f"{x}", "cy": f"{y}", "r": f"{radius}", "fill": palette["sun"]})
    left, middle, right = (chance.randint(112, 156) for _ in range(3))
    peak = chance.randint(60, 140)
    hills = f"M0 {left}Q{peak - 40} {middle - 34} {peak} {middle}T200 {right}V200H0Z"
    SubElement(root, "path", {"d": hills, "fill": palette["hill"]})


def _painted(shape: Element, palette: Mapping[str, str]) -> Element:
    """The shape with its classes turned into paints: `line-main` is an outline in `main`."""
    for element in shape.iter():
        name = element.attrib.pop("class", "")
        if name.startswith("line-"):
            element.attrib |= {"fill": "none", "stroke": palette[name.removeprefix("line-")]}
            element.attrib |= {"stroke-linecap": "round", "stroke-linejoin": "round"}
        elif name:
            element.set("fill", palette[name])
            if name in ("glass", "glow"):
                element.set("fill-opacity", "0.75")
    for unwanted in ("id", "data-emblem"):
        shape.attrib.pop(unwanted, None)
    return shape


def _draw_emblem(root: Element, shape: Element, palette: Mapping[str, str], chance: random.Random) -> None:
    if "data-emblem" not in shape.attrib:
        return
    x, y, radius = shape.attrib["data-emblem"].split()
    name = chance.choice(sorted(EMBLEMS))
    place = f"translate({x} {y}) scale({radius})"
    SubElement(root, "path", {"d": EMBLEMS[name], "fill": palette["dark"], "transform": place})
