"""The demo shop: its shelves in two languages, with the chat on every page."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse

from rapport.chat.customer_token import issue_customer_token
from rapport.chat.language import language_of_locale
from rapport.messaging.wording import price
from rapport.settings import Language
from rapport.store.customers import find_customer
from rapport.store.products import Product, active_products, category_names, find_product
from rapport.web.pages import page
from rapport.web.services import Services, services
from rapport.web.shop.words import WORDS

router = APIRouter(include_in_schema=False)
DEMO_CUSTOMERS = ("demo-zh", "demo-en")
FEW = 10
SIMILAR = 4


@dataclass(frozen=True, slots=True)
class Visit:
    """How a page was asked for: in which language, and as which of the demo's customers (id → name)."""

    given: Services
    language: Language
    customer: str | None
    customers: Mapping[str, str]

    def show(self, template: str, **values: Any) -> HTMLResponse:
        """The page, and two cookies with which the next one is asked for in the same way."""
        settings, words = self.given.settings, WORDS[self.language]
        shown = page(
            template, words=words, shop=settings.shop_name, language=self.language,
            demo=settings.mailbox_url is not None, customer=self.customer, customers=self.customers,
            customer_token=self._customer_token(),
            telegram=bool(settings.telegram_token.get_secret_value()), **values,
        )  # fmt: skip
        shown.set_cookie("lang", self.language, samesite="lax", httponly=True)
        shown.set_cookie("demo_customer", self.customer or "", samesite="lax", httponly=True)
        return shown

    def _customer_token(self) -> str | None:
        # What a real shop's own server does for a customer who has logged in there.
        if self.customer is None:
            return None
        key, now = self.given.settings.shop_chat_key(), self.given.clock()
        return issue_customer_token(self.customer, key=key, id=secrets.token_hex(16), now=now)


async def visit(
    request: Request,
    given: Annotated[Services, Depends(services)],
    lang: Annotated[str | None, Query(max_length=35)] = None,
    customer: Annotated[str | None, Query(alias="as", max_length=35)] = None,
) -> Visit:
    """The visit of this request; whoever is no demo customer, or where this is no demo, is a visitor."""
    locale = lang or request.cookies.get("lang") or request.headers.get("accept-language")
    customers = await _demo_customers(given) if given.settings.mailbox_url else {}
    wanted = request.cookies.get("demo_customer") if customer is None else customer
    language = language_of_locale(locale, otherwise=given.settings.default_language)
    return Visit(given, language, wanted if wanted in customers else None, customers)


async def _demo_customers(given: Services) -> dict[str, str]:
    async with given.database.reading() as session:
        found = {name: await find_customer(session, "external_id", name) for name in DEMO_CUSTOMERS}
    return {name: customer.name for name, customer in found.items() if customer is not None}


Visiting = Annotated[Visit, Depends(visit)]


@router.get("/", response_class=HTMLResponse)
async def shop(visit: Visiting) -> HTMLResponse:
    async with visit.given.database.reading() as session:
        categories, products = await category_names(session), await active_products(session)
    return visit.show("shop.html", shelves=_shelves(categories, products, visit), path="/")


@router.get("/products/{sku}", response_class=HTMLResponse)
async def product_page(sku: Annotated[str, Path(pattern=r"^[\w.-]{1,64}$")], visit: Visiting) -> HTMLResponse:
    async with visit.given.database.reading() as session:
        product = await find_product(session, sku)
        if product is None or not product.active:
            raise HTTPException(404, "The shop has no such product.")
        categories, products = await category_names(session), await active_products(session)
    others = [other for other in products if other.category == product.category and other.id != product.id]
    return visit.show(
        "product.html", product=_shown(product, visit), path=f"/products/{product.sku}",
        category=_text(categories.get(product.category or "", {}), visit.language),
        attributes=_attributes(product, visit.language),
        similar=[_shown(other, visit) for other in others[:SIMILAR]],
    )  # fmt: skip


def _shelves(
    categories: Mapping[str, dict[str, Any]], products: Iterable[Product], visit: Visit
) -> list[dict[str, Any]]:
    """The products by category, in the order of the catalogue; what has none stands on a shelf without a name."""
    by_category: dict[str, list[dict[str, Any]]] = {}
    for product in products:
        by_category.setdefault(product.category or "", []).append(_shown(product, visit))
    return [
        {"code": code, "name": _text(categories.get(code, {}), visit.language), "products": found}
        for code, found in by_category.items()
    ]


def _shown(product: Product, visit: Visit) -> dict[str, Any]:
    language = visit.language
    return {
        "sku": product.sku,
        "name": _text(product.names, language),
        "description": _text(product.descriptions, language),
        "price": price(product.price_minor, visit.given.settings.currency, language),
        "picture": product.picture or f"/pictures/{product.sku}.svg",
        "stock": _stock(product.stock, WORDS[language]),
        "sold_out": product.stock <= 0,
    }


def _stock(stock: int, words: dict[str, Any]) -> str:
    if stock <= 0:
        return str(words["sold_out"])
    return str(words["few"].format(count=stock) if stock < FEW else words["in_stock"])


def _attributes(product: Product, language: Language) -> list[tuple[str, str]]:
    return [
        (_text(attribute.get("label", {}), language) or code, _text(attribute.get("names", {}), language))
        for code, attribute in product.attributes.items()
    ]


def _text(texts: dict[str, Any], language: Language) -> str:
    return str(texts.get(language) or next(iter(texts.values()), ""))
