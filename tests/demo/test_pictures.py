from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from demo.catalogue import load_catalogue
from demo.pictures import draw, write_pictures

CATALOGUE = load_catalogue()
PICTURES = {product.sku: draw(product, CATALOGUE.paints) for product in CATALOGUE.products}
PAINTED = {"svg", "title", "g", "rect", "circle", "ellipse", "path"}
ALLOWED = {
    *("viewBox", "role", "cx", "cy", "r", "rx", "ry", "x", "y", "width", "height", "d", "transform"),
    *("fill", "fill-opacity", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray"),
}


def test_every_product_has_a_picture_of_its_own() -> None:
    assert len(set(PICTURES.values())) == len(CATALOGUE.products)
    untitled = {picture.split("</title>")[1] for picture in PICTURES.values()}
    assert len(untitled) == len(CATALOGUE.products)


def test_pictures_hold_shapes_and_paints_only() -> None:
    documents = [ElementTree.fromstring(picture) for picture in PICTURES.values()]  # noqa: S314  drawn just now
    elements = [element for document in documents for element in document.iter()]
    assert {element.tag.rsplit("}")[-1] for element in elements} == PAINTED
    assert {name for element in elements for name in element.attrib} <= ALLOWED
    assert not any("url(" in value or ":" in value for element in elements for value in element.attrib.values())


def test_picture_is_the_same_each_time_and_in_the_colour_of_the_product(tmp_path: Path) -> None:
    write_pictures(CATALOGUE, tmp_path)
    written = {path.stem: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.svg")}
    assert written == PICTURES
    assert CATALOGUE.paints["red"] in PICTURES["TEA-002"]
