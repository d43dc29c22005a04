"""Product files: a row per product, by its code; a product that is here is brought up to date."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.intake.mapping import Mapping
from rapport.intake.reading import FieldError, Fields, need, take
from rapport.intake.report import Report
from rapport.intake.staging import Group, Staged
from rapport.intake.tables import is_empty
from rapport.intake.values import minor_units, text, truth, whole_number
from rapport.settings import LANGUAGES
from rapport.store.products import Category, Product, products_by_sku


class ProductImport:
    """Checks rows of product files, then makes or updates products. An empty cell leaves what is there."""

    chunk = 500

    def __init__(self, mapping: Mapping, report: Report) -> None:
        self._mapping, self._report = mapping, report

    def check(self, fields: Fields) -> Staged:
        sku = need(fields, "sku", text, longest=64)
        price = need(fields, "price", minor_units)
        if price < 0:
            raise FieldError("price", "price_not_positive", f"the price is {fields['price']}.", "0 or more.")
        body: dict[str, Any] = {"price_minor": price}
        for field, parse in (("stock", whole_number), ("active", truth)):
            if not is_empty(fields.get(field)):
                body[field] = take(fields, field, parse)
        for field, longest in (("category", 64), ("picture", 200)):
            if found := take(fields, field, text, longest=longest):
                body[field] = found
        if body.get("stock", 0) < 0:
            raise FieldError("stock", "quantity_not_positive", f"the stock is {body['stock']}.", "0 or more.")
        body["names"] = _by_language(fields, "name", 1000)
        body["descriptions"] = _by_language(fields, "description", 20_000)
        return Staged(0, sku, [body])

    async def write(self, session: AsyncSession, groups: list[Group]) -> None:
        """One chunk of products; of several rows of one code the last says what holds."""
        here = await products_by_sku(session, [group.key for group in groups])
        for group in groups:
            body = group.bodies[-1][0]
            await _ensure_category(session, body.get("category"))
            product = here.get(group.key)
            if product is None:
                session.add(Product(**{"sku": group.key, "stock": 0, "active": True, **_named(group.key, body)}))
                self._report.take(1, merged=len(group.lines) - 1)
                self._report.created.update(products=1)
            elif _update(product, body):
                self._report.take(0, merged=len(group.lines))
                self._report.updated.update(products=1)
            else:
                self._report.know(len(group.lines))
        await session.flush()


def _by_language(fields: Fields, what: str, longest: int) -> dict[str, str]:
    found = {language: take(fields, f"{what}_{language}", text, longest=longest) for language in LANGUAGES}
    return {language: words for language, words in found.items() if words}


def _named(sku: str, body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "names": body["names"] or {"en": sku}}


async def _ensure_category(session: AsyncSession, code: str | None) -> None:
    if code and await session.get(Category, code) is None:
        session.add(Category(code=code, names=dict.fromkeys(LANGUAGES, code)))
        await session.flush()


def _update(product: Product, body: dict[str, Any]) -> bool:
    changed = False
    for field, value in body.items():
        was = getattr(product, field)
        new = {**was, **value} if isinstance(value, dict) else value
        if was != new:
            setattr(product, field, new)
            changed = True
    return changed
