"""The pictures as PNG: what stands where, in which colour."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from matplotlib.image import imread

from demo.catalogue import load_catalogue
from demo.pictures import draw
from demo.rasters import raster


def colours(inside: str, *places: tuple[int, int]) -> list[str]:
    """The colours at these places (in the drawing's units, y down) of a white picture with `inside` on it."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><rect width="200" height="200" fill="#fff"/>{inside}</svg>'
    pixels = np.round(imread(BytesIO(raster(svg)))[..., :3] * 255).astype(int)
    return ["#{:02x}{:02x}{:02x}".format(*pixels[2 * y + 1, 2 * x + 1]) for x, y in places]


@pytest.mark.parametrize(
    ("shape", "inside", "outside"),
    [
        ('<rect x="20" y="40" width="60" height="20" fill="#f00"/>', (22, 42), (22, 62)),
        ('<rect x="20" y="40" width="60" height="40" rx="20" fill="#f00"/>', (50, 42), (21, 41)),
        ('<circle cx="50" cy="60" r="10" fill="#f00"/>', (50, 68), (58, 68)),
        ('<ellipse cx="50" cy="60" rx="30" ry="5" fill="#f00"/>', (75, 60), (50, 70)),
        ('<path d="M20 20h40v10H30l-10 60z" fill="#f00"/>', (22, 40), (50, 40)),
        ('<path d="M20 100Q60 20 100 100z" fill="#f00"/>', (60, 65), (30, 65)),
        ('<path d="M20 100q20-40 40 0t40 0V150H20z" fill="#f00"/>', (40, 85), (80, 105)),
        ('<path d="M-1 0A1 1 0 0 1 1 0Z" fill="#f00" transform="translate(99 99) scale(40)"/>', (99, 70), (99, 120)),
        ('<g fill="#f00"><circle cx="50" cy="60" r="10"/></g>', (50, 60), (70, 60)),
        ('<path d="M20 20H180" fill="none" stroke="#f00" stroke-width="10"/>', (100, 23), (100, 30)),
        ('<rect x="90" y="9" width="20" height="90" fill="#f00" transform="rotate(90 99 99)"/>', (170, 99), (99, 20)),
    ],
)  # fmt: skip
def test_a_shape_is_where_it_was_drawn(shape: str, inside: tuple[int, int], outside: tuple[int, int]) -> None:
    assert colours(shape, inside, outside) == ["#ff0000", "#ffffff"]


def test_what_is_half_transparent_lets_the_ground_through() -> None:
    assert colours('<rect width="200" height="200" fill="#000" fill-opacity="0.2"/>', (50, 50)) == ["#cccccc"]


def test_every_product_is_painted_in_its_own_paints() -> None:
    catalogue = load_catalogue()
    for product in catalogue.products[::40]:
        picture = imread(BytesIO(raster(draw(product, catalogue.paints))))
        assert picture.shape == (400, 400, 4)
        black = (picture[..., :3].max(axis=2) == 0).mean()
        assert (product.sku, black) == (product.sku, 0.0)
