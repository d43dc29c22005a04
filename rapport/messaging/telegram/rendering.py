"""A message of a conversation as the calls that show it in Telegram."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rapport.messaging.telegram import parts
from rapport.messaging.telegram.calls import Call, Upload
from rapport.messaging.telegram.keys import Key, Keys, in_rows, pages
from rapport.messaging.telegram.rich import Rich, joined, pieces, plain
from rapport.messaging.telegram.shop import Shop
from rapport.messaging.telegram.words import words
from rapport.store.conversations import Utterance

PHOTOS = ("image/png", "image/jpeg", "image/webp")


def rendered(
    message: Utterance, shop: Shop, language: str, *, files: Path | None = None, more: Keys = ()
) -> list[Call]:
    """The calls, in order: the words with what belongs to them, the products, the files.

    `files` is the folder of the conversation's files; `more` are keys of the moment, under the message's own.
    """
    calls = [Call("sendMessage", piece) for piece in pieces(_body(message, shop, language))]
    if message.cards:
        products, with_words = _products(message, shop, language)
        shown = _with_keys(products, message, 0, shop, language, more=more)
        # A second message would come a second later: what fits under the picture stands there.
        calls = [shown] if with_words else [*calls, shown]
    elif calls:
        calls[-1] = replace(calls[-1], keys=_quick_replies(message) + more)
    return calls + [call for file in message.files or () if (call := _file(file, files, language))]


def page(message: Utterance, index: int, shop: Shop, language: str, *, more: Keys = ()) -> Call:
    """One product of the message, with the keys that lead to the others; `index` is taken round the circle."""
    products, _ = _products(message, shop, language)
    return _with_keys(products, message, index % len(products), shop, language, more=more)


def _products(message: Utterance, shop: Shop, language: str) -> tuple[list[Call], bool]:
    """Each product as the call that shows it, and whether the message's words fit, and stand, beside every one."""
    cards = message.cards or []
    pictures = [shop.picture(product.get("picture")) for product in cards]
    # A message with a picture cannot become one without: a carousel has a picture on each page, or on none.
    uploads = pictures if all(pictures) else [None] * len(cards)
    body, facts = _body(message, shop, language), [parts.card(product) for product in cards]
    together = [_shown(joined((body, one), "\n\n"), upload) for one, upload in zip(facts, uploads, strict=True)]
    if all(call.fits for call in together):
        return together, True
    return [_shown(one, upload) for one, upload in zip(facts, uploads, strict=True)], False


def _shown(body: Rich, upload: Upload | None) -> Call:
    return Call("sendPhoto" if upload else "sendMessage", body, upload=upload)


def _with_keys(
    products: list[Call], message: Utterance, index: int, shop: Shop, language: str, *, more: Keys
) -> Call:
    turning = (pages(index, len(products)),) if len(products) > 1 else ()
    own = _product_keys((message.cards or [])[index], shop, language)
    return replace(products[index], keys=(*turning, own, *_quick_replies(message), *more))


def _body(message: Utterance, shop: Shop, language: str) -> Rich:
    more: tuple[tuple[Any, Callable[[Any], Rich]], ...] = (
        (message.table, lambda table: parts.comparison(table, shop)),
        (message.timeline, lambda way: parts.timeline(way, shop)),
        (message.form, lambda form: parts.form(form, language)),
    )
    return joined((plain(message.text), *(draw(part) for part, draw in more if part)), "\n\n")


def _quick_replies(message: Utterance) -> Keys:
    return in_rows([Key(one["title"], one["payload"], said=one["title"]) for one in message.buttons or ()])


def _product_keys(product: Mapping[str, Any], shop: Shop, language: str) -> tuple[Key, ...]:
    say, url = words(language), shop.link(product.get("url"))
    asked = f"/product_details{json.dumps({'product': product['sku']})}"
    details = Key(say.details, asked, said=f"{say.details}: {product['name']}")
    buy = Key(say.buy, url=url) if url else Key(say.buy, "/order_help", said=f"{say.buy}: {product['name']}")
    return details, buy


def _file(file: Mapping[str, Any], folder: Path | None, language: str) -> Call | None:
    if folder is None or not (folder / file["id"]).is_file():
        name = str(file.get("name", ""))
        return Call("sendMessage", plain(words(language).a_file.format(name=name)))
    upload = Upload(plain(str(file["name"])).text or file["id"], path=folder / file["id"])
    return Call("sendPhoto" if file["type"] in PHOTOS else "sendDocument", upload=upload)
