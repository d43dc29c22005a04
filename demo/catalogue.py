"""The shop's catalogue, read from `catalogue/*.yml` and refused whole when anything in it is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "catalogue"
SEPARATORS = {"zh": "、", "en": ", "}


class CatalogueError(Exception):
    """The catalogue is wrong: the message says in which file, at which product, and why."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages of the shop."""

    zh: str
    en: str

    def as_dict(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property of a product: `values` are its codes (a red and a blue one: both), `words` what a reader sees."""

    code: str
    label: Words
    values: tuple[str, ...]
    words: Words

    def as_dict(self) -> dict[str, Any]:
        """As `store.products.Product.attributes` keeps it, with the attribute's own label beside."""
        return {"value": ",".join(self.values), "names": self.words.as_dict(), "label": self.label.as_dict()}


@dataclass(frozen=True, slots=True)
class CatalogueCategory:
    """A shelf of the shop."""

    code: str
    names: Words


@dataclass(frozen=True, slots=True)
class CatalogueProduct:
    """Something for sale; `price_minor` is in fen, `shape` names its drawing in `shapes.svg`."""

    sku: str
    category: str
    names: Words
    descriptions: Words
    price_minor: int
    stock: int
    shape: str
    attributes: tuple[Attribute, ...]

    def values(self, attribute: str) -> tuple[str, ...]:
        """The codes of one attribute; none where the product has no such attribute."""
        return next((found.values for found in self.attributes if found.code == attribute), ())


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the shop sells; `paints` is colour code → the paint of pictures."""

    shop: Words
    sentence: Words
    categories: tuple[CatalogueCategory, ...]
    products: tuple[CatalogueProduct, ...]
    paints: Mapping[str, str]

    def as_json(self) -> str:
        """The file the assistant learns the shop's own words from."""
        products = [{"sku": p.sku, "category": p.category, "names": p.names.as_dict()} for p in self.products]
        categories = {category.code: category.names.as_dict() for category in self.categories}
        return json.dumps({"products": products, "categories": categories}, ensure_ascii=False, indent=1)


def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """The catalogue in `folder`: `shop.yml` and a file per category. Raises CatalogueError."""
    shop = _read(folder / "shop.yml")
    vocabulary = shop["attributes"]
    shelves = [(path, _read(path)) for path in sorted(folder.glob("*.yml")) if path.name != "shop.yml"]
    products = tuple(_product(path, shelf, row, vocabulary) for path, shelf in shelves for row in shelf["products"])
    _refuse_twins(products)
    return Catalogue(
        shop=Words(**shop["shop"]["names"]),
        sentence=Words(**shop["shop"]["sentence"]),
        categories=tuple(CatalogueCategory(shelf["category"], Words(**shelf["names"])) for _, shelf in shelves),
        products=products,
        paints={code: value["paint"] for code, value in vocabulary["colour"]["values"].items()},
    )


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise CatalogueError(f"{path}: {error}") from error


def _product(path: Path, shelf: Any, row: Any, vocabulary: Any) -> CatalogueProduct:
    try:
        product = CatalogueProduct(
            sku=row["sku"],
            category=shelf["category"],
            names=Words(**row["name"]),
            descriptions=Words(**row["description"]),
            price_minor=round(row["price"] * 100),
            stock=row["stock"],
            shape=row["picture"],
            attributes=tuple(_attribute(code, value, vocabulary) for code, value in row["attributes"].items()),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"{path}: product {_sku(row)}: {error!r}") from error
    _refuse_gaps(path, product)
    return product


def _sku(row: Any) -> str:
    return str(row.get("sku", "without sku")) if isinstance(row, dict) else repr(row)


def _attribute(code: str, value: Any, vocabulary: Any) -> Attribute:
    known = vocabulary[code]
    if isinstance(value, dict):
        return Attribute(code, Words(**known["names"]), (value["en"],), Words(**value))
    codes = tuple(str(item) for item in (value if isinstance(value, list) else [value]))
    words = {
        language: separator.join(_word(code, item, language, known["values"]) for item in codes)
        for language, separator in SEPARATORS.items()
    }
    return Attribute(code, Words(**known["names"]), codes, Words(**words))


def _word(attribute: str, value: str, language: str, values: Any) -> str:
    # Only sizes may be free text ("500ml" reads the same everywhere); a colour must be one we can name.
    if attribute == "size" and value not in values:
        return value
    return str(values[value][language])


def _refuse_gaps(path: Path, product: CatalogueProduct) -> None:
    texts = (product.names.zh, product.names.en, product.descriptions.zh, product.descriptions.en)
    if not all(text.strip() for text in texts):
        raise CatalogueError(f"{path}: product {product.sku}: a name or description is empty; fill in zh and en")
    if product.price_minor <= 0 or product.stock < 0:
        raise CatalogueError(f"{path}: product {product.sku}: needs a price above 0 and a stock of 0 or more")


def _refuse_twins(products: Iterable[CatalogueProduct]) -> None:
    seen: set[str] = set()
    for product in products:
        for name in (product.sku, product.names.zh, product.names.en):
            if name in seen:
                raise CatalogueError(f"product {product.sku}: {name!r} is used twice")
            seen.add(name)
