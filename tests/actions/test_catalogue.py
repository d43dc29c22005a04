from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from actions.catalogue import Catalogue
from rapport.store.products import Product, find_product
from tests.actions.small_shop import Shop

SECOND = timedelta(seconds=1)


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue()


async def found(catalogue: Catalogue, shop: Shop, words: str, *, now: datetime) -> list[str]:
    async with shop.database.reading() as session:
        hits = await catalogue.find(session, words, count=3, now=now)
        products = {product.id: product.sku for product in [await session.get_one(Product, hit.id) for hit in hits]}
    return [products[hit.id] for hit in hits if hit.coverage >= 0.99]


async def test_a_new_product_is_found_a_second_later(catalogue: Catalogue, shop: Shop, now: datetime) -> None:
    assert await found(catalogue, shop, "柿子灯笼", now=now) == []
    async with shop.database.session() as session:
        names = {"zh": "柿子灯笼", "en": "Persimmon Lantern"}
        session.add(Product(sku="LAMP-1", category=None, price_minor=100, stock=1, names=names))
    assert await found(catalogue, shop, "柿子灯笼", now=now + SECOND) == ["LAMP-1"]


async def test_a_text_of_the_same_length_is_found_minutes_later(
    catalogue: Catalogue, shop: Shop, now: datetime
) -> None:
    await found(catalogue, shop, "半山云雾绿茶", now=now)
    async with shop.database.session() as session:
        tea = await find_product(session, "TEA-1")
        assert tea is not None
        tea.names = {**tea.names, "zh": "深秋柿子灯笼"}
    assert await found(catalogue, shop, "柿子灯笼", now=now + SECOND) == []
    assert await found(catalogue, shop, "柿子灯笼", now=now + timedelta(minutes=5)) == ["TEA-1"]
