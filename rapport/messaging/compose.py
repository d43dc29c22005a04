"""Composes the letter of a message from its template and what is true now: prices, stock, the customer's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rapport.messaging.bot_post import BotPost
from rapport.messaging.context import Context, read_context
from rapport.messaging.errors import NothingToSayError, TemplateError
from rapport.messaging.line import Line
from rapport.messaging.mime import Letter
from rapport.messaging.public_address import is_public
from rapport.messaging.sandbox import fill
from rapport.messaging.telegram.rich import LONGEST_CAPTION, units
from rapport.messaging.telegram.shop import Shop
from rapport.messaging.templates import Template, TemplateFolder
from rapport.messaging.tracking import Tracker
from rapport.messaging.wording import day, in_language, price, purpose_label, zone_of
from rapport.settings import Settings
from rapport.store.customers import Customer
from rapport.store.messages import Message
from rapport.store.products import Product

# Gmail shows the first 102 KB of a letter and hides the rest, the footer first.
MOST_HTML, MOST_TEXT, MOST_SUBJECT, MOST_LINE = 100_000, 30_000, 200, 1000


@dataclass(frozen=True, slots=True)
class Composed:
    """A letter, the addresses its tracked links lead to (by number), and the template version that made it."""

    letter: Letter
    links: tuple[str, ...]
    transactional: bool
    version: str


@dataclass(frozen=True, slots=True)
class ShownProduct:
    """A product as a letter shows it, in its reader's language."""

    name: str
    description: str
    price: str
    url: str
    picture: str
    reason: str
    sku: str

    def as_card(self) -> dict[str, str]:
        """As the chat shows it: with paths, for the page it is on may be reached by another name."""
        path = quote(self.sku)
        return {
            "sku": self.sku,
            "name": self.name,
            "price": self.price,
            "url": f"/products/{path}",
            "picture": f"/pictures/{path}.svg",
        }


@dataclass(frozen=True, slots=True)
class _Said:
    """A few words, the products they are about, and the links that were given out."""

    text: str
    products: tuple[ShownProduct, ...]
    tracker: Tracker
    transactional: bool


class Composer:
    """Fills templates for customers. `key` signs the links."""

    def __init__(self, templates: TemplateFolder, settings: Settings, *, key: str) -> None:
        self.templates, self._settings, self._key = templates, settings, key
        self._base = settings.public_url.rstrip("/")
        self._shop = Shop(settings.public_url, settings.var_dir / "pictures")

    def compose(self, message: Message, customer: Customer, products: Mapping[str, Product]) -> Composed:
        """The letter, with `products` (by unit, those of `products_wanted`) as they are at this moment.

        Raises TemplateError, RenderError, NothingToSayError.
        """
        template = self.templates.get(message.template, message.language)
        context = read_context(message.context)
        tracker = Tracker(message.id or 0, public_url=self._base, key=self._key)
        values = self._values(message, customer, context, tracker=tracker)
        values["products"] = self._products(context, products, message.language)
        letter = _letter(template, message.variant, values, headers=_unsubscribing(template, tracker))
        return Composed(letter, tracker.urls, template.transactional, template.version)

    def compose_line(self, message: Message, customer: Customer, facts: tuple[str, Mapping[str, Product]]) -> Line:
        """What the chat says, with its products as cards; `facts` are the conversation and the products.

        Raises TemplateError, RenderError, NothingToSayError.
        """
        conversation_id, products = facts
        said = self._said(message, customer, products)
        cards = tuple(product.as_card() for product in said.products)
        return Line(conversation_id, f"message:{message.id}", said.text, cards, said.transactional)

    def compose_post(
        self, message: Message, customer: Customer, facts: tuple[str, Mapping[str, Product]]
    ) -> tuple[BotPost, tuple[str, ...]]:
        """What the bot says, with a key for each product, and the addresses its tracked links lead to.

        The first product's picture stands above it, unless the words are too long to go with one. `facts` are the
        chat and the products. Raises TemplateError, RenderError, NothingToSayError.
        """
        chat, products = facts
        said = self._said(message, customer, products)
        cards = tuple(product.as_card() for product in said.products)
        # Telegram refuses a key that leads to a host only this machine knows.
        linked = said.products if is_public(self._base) else ()
        keys = tuple((f"{one.name} · {one.price}", said.tracker.link(one.url)) for one in linked)
        picture = self._picture(said.text, cards)
        post = BotPost(chat, f"message:{message.id}", said.text, keys, cards, said.transactional, picture)
        return post, said.tracker.urls

    def _picture(self, text: str, cards: Sequence[Mapping[str, str]]) -> Path | None:
        fits = bool(cards) and units(text) <= LONGEST_CAPTION
        upload = self._shop.picture(cards[0]["picture"]) if fits else None
        return upload.path if upload else None

    def _said(self, message: Message, customer: Customer, products: Mapping[str, Product]) -> _Said:
        template = self.templates.get(message.template, message.language)
        if message.channel not in template.lines:
            file = f"{message.language}.{message.channel}.txt"
            raise TemplateError(f"{message.template} has no {file}: no words for this channel")
        context = read_context(message.context)
        tracker = Tracker(message.id or 0, public_url=self._base, key=self._key)
        shown = self._products(context, products, message.language)
        values = self._values(message, customer, context, tracker=tracker) | {"products": shown}
        text = fill(template.lines[message.channel], values, at_most=MOST_LINE).strip()
        return _Said(text, tuple(shown), tracker, template.transactional)

    def _values(self, message: Message, customer: Customer, context: Context, *, tracker: Tracker) -> dict[str, Any]:
        zone = zone_of(customer.time_zone, self._settings.default_time_zone)
        purpose = context.confirm.purpose if context.confirm else message.purpose
        asked_at = context.asked_at or message.queued_at
        return {
            "shop": self._settings.shop_name,
            "shop_url": f"{self._base}/",
            "name": customer.name,
            "purpose": purpose_label(purpose, message.language),
            "asked_on": day(asked_at, zone, message.language),
            "link": tracker.link,
            "unsubscribe_url": tracker.page("unsubscribe"),
            "preferences_url": tracker.page("preferences"),
            "confirm_url": tracker.page("confirm"),
            "open_url": tracker.page("open"),
        }

    def _products(self, context: Context, found: Mapping[str, Product], language: str) -> list[ShownProduct]:
        """What is still on sale and in stock of what was promised; with none of it left there is nothing to say."""
        if not context.products:
            return []
        on_sale = [found[sku] for sku in context.products if sku in found and _is_on_sale(found[sku])]
        if not on_sale:
            raise NothingToSayError(NothingToSayError.__doc__)
        return [self._shown(product, context.because, found, language=language) for product in on_sale]

    def _shown(
        self, product: Product, because: Mapping[str, tuple[str, ...]], known: Mapping[str, Product], *, language: str
    ) -> ShownProduct:
        base, sku = self._base, quote(product.sku)
        bought = [known[other] for other in because.get(product.sku, ()) if other in known]
        return ShownProduct(
            name=in_language(product.names, language),
            description=in_language(product.descriptions, language),
            price=price(product.price_minor, self._settings.currency, language),
            url=f"{base}/products/{sku}",
            picture=f"{base}/pictures/{sku}.svg",
            sku=product.sku,
            reason=_reason(in_language(bought[0].names, language), language) if bought else "",
        )


def products_wanted(message: Message) -> frozenset[str]:
    """The stock-keeping units that composing this message asks about. Raises RenderError."""
    context = read_context(message.context)
    return frozenset(context.products).union(*context.because.values())


def _reason(bought: str, language: str) -> str:
    return f"和您买过的「{bought}」很搭" if language == "zh" else f"Goes well with your {bought}"


def _is_on_sale(product: Product) -> bool:
    return product.active and product.stock > 0


def _letter(template: Template, variant: str, values: dict[str, Any], *, headers: Mapping[str, str]) -> Letter:
    subject = fill(template.subject(variant), values, at_most=MOST_SUBJECT).strip()
    preheader = fill(template.preheader(variant), values, at_most=MOST_SUBJECT).strip()
    values = values | {"subject": subject, "preheader": preheader}
    return Letter(
        subject=subject,
        text=fill(template.text, values, at_most=MOST_TEXT),
        html=fill(template.html, values, at_most=MOST_HTML),
        language=template.language,
        headers=headers,
    )


def _unsubscribing(template: Template, tracker: Tracker) -> dict[str, str]:
    """RFC 8058: the mail client's own button posts, without a log-in and without a page."""
    if template.transactional:
        return {"Auto-Submitted": "auto-generated"}
    return {
        "List-Unsubscribe": f"<{tracker.page('unsubscribe')}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
