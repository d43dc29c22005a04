"""What the shop sells now, ready to be searched: built again when the catalogue has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from actions.attributes import AttributeWords
from models.search import CatalogueSearch, Entry, Hit
from rapport.store.products import Product, active_products, catalogue_stamp, category_names

# Asking for the stamp reads every product: not several times in every turn of everybody.
LOOK_EVERY = timedelta(seconds=1)
# The stamp does not see a text exchanged for one of the same length.
OLDEST = timedelta(minutes=5)


class Catalogue:
    """One index per process; between two awaits nothing is half-built.

    `attributes` are the words the shop describes its products by; both are as new as the last `refresh`.
    """

    def __init__(self) -> None:
        self._stamp: tuple[int, ...] | None = None
        self._looked_at: datetime | None = None
        self._built_at: datetime | None = None
        self._search = CatalogueSearch(())
        self.attributes = AttributeWords(())

    async def find(self, session: AsyncSession, query: str, *, count: int, now: datetime) -> list[Hit]:
        """The best products for the words of a customer."""
        await self.refresh(session, now=now)
        return self._search.find(query, count=count)

    def knows(self, word: str) -> bool:
        """True if anything on sale is described by this word."""
        return self._search.knows(word)

    async def refresh(self, session: AsyncSession, *, now: datetime) -> None:
        """Builds the index if the catalogue has changed since, or the index is old; a change is seen in a second."""
        if self._looked_at is not None and self._looked_at <= now < self._looked_at + LOOK_EVERY:
            return
        stamp, self._looked_at = await catalogue_stamp(session), now
        if stamp == self._stamp and self._built_at is not None and now - self._built_at < OLDEST:
            return
        products = await active_products(session)
        self._search = CatalogueSearch(entries(products, await category_names(session)))
        self.attributes = AttributeWords(products)
        self._stamp, self._built_at = stamp, now


def entries(products: Iterable[Product], categories: Mapping[str, Mapping[str, Any]]) -> list[Entry]:
    """The products' texts in all languages, as the search takes them."""
    return [
        Entry(
            product.id,
            name=_joined(product.names),
            labels=" ".join([_joined(categories.get(product.category or "", {})), *_labels(product)]),
            description=_joined(product.descriptions),
        )
        for product in products
    ]


def _labels(product: Product) -> Iterable[str]:
    return (_joined(attribute.get("names", {})) for attribute in product.attributes.values())


def _joined(texts: Mapping[str, Any]) -> str:
    return " ".join(str(text) for text in texts.values())
