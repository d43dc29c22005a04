"""Products and their categories, in every language of the shop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, bindparam, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from rapport.store.base import Base


class Category(Base):
    """A shelf of the shop; `names` is language → label."""

    __tablename__ = "categories"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    names: Mapped[dict[str, Any]] = mapped_column(JSON)


class Product(Base):
    """Something for sale. `names` and `descriptions` are language → text; `price_minor` is in cents or fen.

    `attributes` is code → {"value": code, "names": {language: label}} (colour, material, size …).
    """

    __tablename__ = "products"

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(String(64), unique=True)
    category: Mapped[str | None] = mapped_column(ForeignKey("categories.code"), index=True)
    price_minor: Mapped[int]
    stock: Mapped[int] = mapped_column(default=0)
    names: Mapped[dict[str, Any]] = mapped_column(JSON)
    descriptions: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    picture: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)


async def find_product(session: AsyncSession, sku: str) -> Product | None:
    """The product with this stock-keeping unit, if any."""
    return await session.scalar(select(Product).where(Product.sku == sku))


async def products_by_id(session: AsyncSession, ids: Iterable[int]) -> dict[int, Product]:
    """The products of these ids that exist, by id."""
    wanted = list(ids)
    rows = await session.scalars(_BY_ID, {"ids": wanted}) if wanted else ()
    return {product.id: product for product in rows}


async def products_by_sku(session: AsyncSession, skus: Iterable[str]) -> dict[str, Product]:
    """The products of these stock-keeping units that exist, by unit."""
    wanted = list(skus)
    rows = await session.scalars(_BY_SKU, {"skus": wanted}) if wanted else ()
    return {product.sku: product for product in rows}


_BY_ID = select(Product).where(Product.id.in_(bindparam("ids", expanding=True)))
_BY_SKU = select(Product).where(Product.sku.in_(bindparam("skus", expanding=True)))


async def active_products(session: AsyncSession) -> list[Product]:
    """Everything on sale, in the order of the catalogue."""
    return list(await session.scalars(select(Product).where(Product.active).order_by(Product.id)))


async def category_names(session: AsyncSession) -> dict[str, dict[str, Any]]:
    """Category code → language → label."""
    rows = await session.execute(select(Category.code, Category.names).order_by(Category.code))
    return {code: names for code, names in rows}  # noqa: C416  a row is a tuple to Python, not yet to its types


async def catalogue_stamp(session: AsyncSession) -> tuple[int, ...]:
    """Changes when a product comes, goes or gets longer or shorter texts; price and stock do not count.

    A text exchanged for one of the same length is not seen: a reader that must see that asks again now and then.
    """
    return tuple(int(value or 0) for value in (await session.execute(_STAMP)).one())


_TEXTS = (Product.names, Product.descriptions, Product.attributes)
_LENGTHS = [func.sum(func.length(cast(text, Text)) * Product.id) for text in _TEXTS]
_STAMP = select(func.count(), func.sum(Product.id), *_LENGTHS).where(Product.active)
