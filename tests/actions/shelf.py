"""A shelf of products that need no database."""

from __future__ import annotations

from rapport.store.products import Product

LABELS = {"colour": {"zh": "颜色", "en": "Colour"}, "size": {"zh": "规格", "en": "Size"}}
NAMES = {
    "red": {"zh": "红色", "en": "red"},
    "blue": {"zh": "蓝色", "en": "blue"},
    "wool": {"zh": "羊毛", "en": "wool"},
    "silk": {"zh": "真丝", "en": "silk"},
    "dishwasher": {"zh": "可进洗碗机", "en": "dishwasher safe"},
    "foldable": {"zh": "可折叠", "en": "foldable"},
}


def product(sku: str, zh: str, en: str, price: int, *, stock: int = 9, **attributes: str) -> Product:
    """Attributes are codes separated by commas, or texts that are no code (`size="80ml"`)."""
    made = {code: _attribute(code, value.split(",")) for code, value in attributes.items()}
    names = {"zh": zh, "en": en}
    number = sum(map(ord, sku))
    return Product(id=number, sku=sku, price_minor=price, stock=stock, names=names, category="c", attributes=made)


def _attribute(code: str, values: list[str]) -> dict[str, object]:
    zh = "、".join(NAMES.get(value, {"zh": value})["zh"] for value in values)
    en = ", ".join(NAMES.get(value, {"en": value})["en"] for value in values)
    return {"value": ",".join(values), "names": {"zh": zh, "en": en}, "label": LABELS.get(code, {})}
