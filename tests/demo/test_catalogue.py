from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from demo.catalogue import FOLDER, CatalogueError, CatalogueProduct, load_catalogue

CATALOGUE = load_catalogue()


def test_catalogue_holds_about_two_hundred_products_on_twelve_shelves() -> None:
    assert len(CATALOGUE.products) == 205
    assert len(CATALOGUE.categories) == 12
    assert {product.category for product in CATALOGUE.products} == {shelf.code for shelf in CATALOGUE.categories}


@pytest.mark.parametrize("product", CATALOGUE.products, ids=lambda product: product.sku)
def test_product_speaks_both_languages(product: CatalogueProduct) -> None:
    assert re.search(r"[一-鿿]{2}", product.names.zh)
    assert len(re.findall(r"[一-鿿]", product.descriptions.zh)) >= 12
    assert not re.search(r"[一-鿿]", product.names.en + product.descriptions.en)
    assert len(product.descriptions.en.split()) >= 6
    assert product.attributes


def test_catalogue_has_sold_out_cheap_and_dear_products() -> None:
    assert 8 <= sum(product.stock == 0 for product in CATALOGUE.products) <= 20
    assert min(product.price_minor for product in CATALOGUE.products) == 890
    assert max(product.price_minor for product in CATALOGUE.products) == 158000


def test_attribute_answers_whether_there_is_a_red_one() -> None:
    thermos = next(product for product in CATALOGUE.products if product.sku == "WARE-010")
    assert thermos.values("colour") == ("navy", "white", "red")
    colour = next(attribute for attribute in thermos.attributes if attribute.code == "colour")
    assert colour.as_dict() == {
        "value": "navy,white,red",
        "names": {"zh": "藏青色、白色、红色", "en": "navy, white, red"},
        "label": {"zh": "颜色", "en": "Colour"},
    }
    assert thermos.values("scent") == ()


def test_catalogue_json_is_what_the_assistant_reads() -> None:
    document = json.loads(CATALOGUE.as_json())
    assert set(document) == {"products", "categories"}
    assert document["categories"]["tea"] == {"zh": "茶叶", "en": "Tea"}
    tea = next(product for product in document["products"] if product["sku"] == "TEA-001")
    assert tea == {
        "sku": "TEA-001",
        "category": "tea",
        "names": {"zh": "半山云雾绿茶", "en": "Halfhill Mist Green Tea"},
    }


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("sku: TEA-002", "sku: TEA-001", "'TEA-001' is used twice"),
        ("colour: red", "colour: reddish", "tea.yml: product TEA-002: KeyError('reddish')"),
        ("price: 76", "price: 0", "tea.yml: product TEA-002: needs a price above 0"),
        ("price: 76", "price: cheap", "tea.yml: product TEA-002"),
        ("  - sku: TEA-002", "  - sku: TEA-002: x", "tea.yml"),
    ],
)
def test_wrong_catalogue_is_refused_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(FOLDER, folder)
    text = (folder / "tea.yml").read_text(encoding="utf-8")
    (folder / "tea.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(folder)
    assert says in str(refused.value)
