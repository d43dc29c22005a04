"""Tokens that are recognised again, and only for what they were made."""

from __future__ import annotations

import pytest

from rapport.messaging.errors import RenderError
from rapport.messaging.tracking import MOST_LINKS, Tracker, link_of, message_of
from rapport.tokens import InvalidTokenError

TEA = "https://shop.example/products/tea"


def make_tracker(key: str = "k") -> Tracker:
    return Tracker(7, public_url="https://shop.example/", key=key)


def test_links_are_numbered_once_each() -> None:
    tracker = make_tracker()
    first, second, again = tracker.link(TEA), tracker.link("https://shop.example/"), tracker.link(TEA)
    assert first == again
    assert tracker.urls == (TEA, "https://shop.example/")
    assert [link_of(url.rsplit("/", 1)[1], key="k") for url in (first, second)] == [(7, 0), (7, 1)]


def test_pages_belong_to_the_message() -> None:
    tracker = make_tracker()
    address = tracker.page("unsubscribe")
    assert address.startswith("https://shop.example/unsubscribe/")
    assert message_of(address.rsplit("/", 1)[1], page="unsubscribe", key="k") == 7
    assert tracker.page("open").endswith(".gif")


@pytest.mark.parametrize(("page", "key"), [("preferences", "k"), ("unsubscribe", "other")])
def test_a_token_is_for_one_page_and_one_key(page: str, key: str) -> None:
    token = make_tracker().page("unsubscribe").rsplit("/", 1)[1]
    with pytest.raises(InvalidTokenError):
        message_of(token, page=page, key=key)  # type: ignore[arg-type]


@pytest.mark.parametrize("token", ["", ".", "a.b.c", "é.x.y", "\0", "a" * 10_000])
def test_nonsense_is_an_invalid_token(token: str) -> None:
    with pytest.raises(InvalidTokenError):
        link_of(token, key="k")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/products/tea", "ftp://x/y", ""])
def test_only_web_addresses_are_linked(url: str) -> None:
    with pytest.raises(RenderError):
        make_tracker().link(url)


def test_a_letter_has_a_limit_of_links() -> None:
    tracker = make_tracker()
    for number in range(MOST_LINKS):
        tracker.link(f"{TEA}/{number}")
    with pytest.raises(RenderError):
        tracker.link(TEA)
