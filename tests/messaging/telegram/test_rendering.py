"""A conversation's messages as calls of the Bot API."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rapport.messaging.telegram.calls import Call, Upload, plainer
from rapport.messaging.telegram.keys import Key, in_rows, markup, stars
from rapport.messaging.telegram.rendering import page, rendered
from rapport.messaging.telegram.rich import Rich, bold, plain
from rapport.messaging.telegram.shop import Shop
from rapport.store.conversations import Utterance

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
TEA = {"sku": "T-1", "name": "Jasmine *tea*", "price": "¥128.00", "stock": "in stock", "picture": "/pictures/T-1.svg"}
CUP = {"sku": "C-2", "name": "Cup", "price": "¥38.00", "url": "/products/C-2", "picture": "/pictures/C-2.svg"}


def said(text: str = "", **more: Any) -> Utterance:
    return Utterance(1, "assistant", text, NOW, **more)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop("https://shop.example", tmp_path)


@pytest.fixture
def with_pictures(shop: Shop) -> Shop:
    for sku in ("T-1", "C-2"):
        (shop.pictures / f"{sku}.png").write_bytes(b"\x89PNG")
    return shop


def titles(call: Call) -> list[list[str]]:
    return [[key.title for key in row] for row in call.keys]


def test_words_with_quick_replies(shop: Shop) -> None:
    buttons = [{"title": "Yes", "payload": "a"}, {"title": "No", "payload": "b"}, {"title": "x" * 30, "payload": "c"}]
    [call] = rendered(said("Shall I?", buttons=buttons), shop, "en")
    assert (call.method, call.body, titles(call)) == ("sendMessage", plain("Shall I?"), [["Yes", "No"], ["x" * 30]])
    assert call.keys[0][0] == Key("Yes", "a", said="Yes")


def test_only_the_last_piece_of_a_long_text_has_keys(shop: Shop) -> None:
    calls = rendered(said("a" * 5000, buttons=[{"title": "Yes", "payload": "a"}]), shop, "en")
    assert [(len(call.body.text), titles(call)) for call in calls] == [(4096, []), (904, [["Yes"]])]


def test_a_product_with_its_picture_stands_under_the_words(with_pictures: Shop) -> None:
    [call] = rendered(said("Try this:", cards=[CUP]), with_pictures, "en")
    assert (call.method, call.body.text) == ("sendPhoto", "Try this:\n\nCup\n¥38.00")
    assert call.upload == Upload("C-2.png", path=with_pictures.pictures / "C-2.png")
    assert call.keys == (
        (
            Key("Details", '/product_details{"product": "C-2"}', said="Details: Cup"),
            Key("Buy", url="https://shop.example/products/C-2"),
        ),
    )


def test_several_products_are_turned_like_pages(with_pictures: Shop) -> None:
    message = said("", cards=[TEA, CUP], buttons=[{"title": "More", "payload": "a"}])
    [first] = rendered(message, with_pictures, "zh")
    assert titles(first) == [["‹", "1/2", "›"], ["看详情", "去购买"], ["More"]]
    assert [key.payload for key in first.keys[0]] == ["!page 1", "!page 0", "!page 1"]
    second = page(message, 1, with_pictures, "zh")
    assert (second.body.text, second.upload) == (
        "Cup\n¥38.00",
        Upload("C-2.png", path=with_pictures.pictures / "C-2.png"),
    )
    assert page(message, 2, with_pictures, "zh") == first


def test_without_a_picture_that_can_be_shown_a_product_is_text(shop: Shop) -> None:
    [call] = rendered(said("", cards=[TEA]), shop, "en")
    assert (call.method, call.upload) == ("sendMessage", None)
    assert call.body == bold("Jasmine *tea*") + Rich("\n") + bold("¥128.00") + plain(" · in stock")


def test_words_too_long_for_a_caption_go_first(with_pictures: Shop) -> None:
    calls = rendered(said("a" * 1020, cards=[CUP]), with_pictures, "en")
    assert [(call.method, len(call.body.text)) for call in calls] == [("sendMessage", 1020), ("sendPhoto", 10)]


def test_a_comparison_is_read_line_by_line(shop: Shop) -> None:
    table = {
        "columns": [{"sku": "T-1", "name": "Tea"}, {"sku": "C-2", "name": "Cup", "url": "/products/C-2"}],
        "rows": [{"label": "Price", "cells": ["¥128", "¥38"]}, {"label": "Weight", "cells": ["100 g", ""]}],
    }
    [call] = rendered(said("Side by side:", table=table), shop, "en")
    assert call.body.text == "Side by side:\n\n① Tea\n② Cup\n\nPrice\n① ¥128   ② ¥38\nWeight\n① 100 g"
    assert [(span.kind, span.url) for span in call.body.spans] == [
        ("text_link", "https://shop.example/products/C-2"), ("bold", ""), ("bold", "")
    ]  # fmt: skip


def test_the_way_of_an_order(shop: Shop) -> None:
    steps = [{"label": "Paid", "at": "1 March", "done": True}, {"label": "On its way", "done": False}]
    [call] = rendered(said("", timeline={"order": "1001", "steps": steps}), shop, "en")
    assert call.body.text == "#1001\n✅ Paid · 1 March\n▫️ On its way"


def test_a_form_asks_for_its_fields(shop: Shop) -> None:
    fields = [
        {"name": "order_id", "label": "订单号", "type": "text", "required": True},
        {"name": "why", "label": "原因", "type": "select", "options": ["太大", "太小"]},
    ]
    [call] = rendered(said("", form={"intent": "return_request", "fields": fields}), shop, "zh")
    assert call.body.text == "请直接回复下面的内容，每行一项：\n• 订单号（必填）\n• 原因（可选：太大 / 太小）"


def test_an_agents_files_are_sent_as_what_they_are(shop: Shop, tmp_path: Path) -> None:
    kinds = {"a.png": "image/png", "b.pdf": "application/pdf"}
    for name in kinds:
        (tmp_path / name).write_bytes(b"x")
    files = [{"id": name, "name": f"my {name}", "type": kind} for name, kind in kinds.items()]
    files.append({"id": "gone.png", "name": "gone.png", "type": "image/png"})
    calls = rendered(said("", files=files), shop, "en", files=tmp_path)
    assert calls == [
        Call("sendPhoto", upload=Upload("my a.png", path=tmp_path / "a.png")),
        Call("sendDocument", upload=Upload("my b.pdf", path=tmp_path / "b.pdf")),
        Call("sendMessage", plain("[File] gone.png")),
    ]


def test_nothing_to_say_is_no_call(shop: Shop) -> None:
    assert rendered(said(" "), shop, "en") == []


def test_keys_on_the_wire() -> None:
    keys = in_rows([Key("a\u202e" * 70, "x"), Key(" ", url="https://shop.example/")])
    assert markup(keys, lambda key: f"ref of {key.payload}") == {
        "inline_keyboard": [
            [{"text": "a" * 63 + "…", "callback_data": "ref of x"}],
            [{"text": "…", "url": "https://shop.example/"}],
        ]
    }
    assert markup((), lambda key: "") is None
    assert [key.payload for row in stars() for key in row] == [f"!stars {count}" for count in range(1, 6)]


def test_what_was_refused_is_tried_plainer_and_then_given_up(with_pictures: Shop) -> None:
    [call] = rendered(said("", cards=[CUP]), with_pictures, "en")
    text = plainer(call)
    assert text is not None
    assert (text.method, text.upload, text.body) == ("sendMessage", None, call.body)
    bare = plainer(text)
    assert bare is not None
    assert (bare.body, titles(bare)) == (Rich("Cup\n¥38.00"), [["Details"]])
    assert plainer(bare) is None


def test_a_picture_that_is_refused_as_one_is_tried_as_a_file() -> None:
    photo = Call("sendPhoto", upload=Upload("a.png", url="https://shop.example/a.png"))
    document = plainer(photo)
    assert document == Call("sendDocument", upload=photo.upload)
    assert plainer(document) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]"])
def test_a_phone_cannot_open_this_machine(url: str, tmp_path: Path) -> None:
    assert Shop(url, tmp_path).link("/products/C-2") is None


@pytest.mark.parametrize("path", ["//evil.example/x", "/\\evil.example", "https://evil.example", "", None])
def test_only_paths_of_the_shop_are_linked(shop: Shop, path: str | None) -> None:
    assert shop.link(path) is None


def test_pictures_come_from_their_folder_only(with_pictures: Shop) -> None:
    (with_pictures.pictures.parent / "secret.png").touch()
    assert with_pictures.picture("/pictures/../secret.png") is None
    assert with_pictures.picture("/pictures/%2e%2e%2fsecret.png") is None
    assert with_pictures.picture("/media/mug.jpg") == Upload("mug.jpg", url="https://shop.example/media/mug.jpg")
