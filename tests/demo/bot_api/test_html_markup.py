"""Expected values are those of TDLib's own tests of its parser (test/message_entities.cpp)."""

from __future__ import annotations

import pytest

from demo.bot_api.entities import Entity
from demo.bot_api.errors import ApiError
from demo.bot_api.html_markup import parse_html

REFUSED = {
    "🏟 🏟&lt;<abacaba": "Unclosed start tag at byte offset 13",
    "🏟 🏟&lt;<abac aba>": 'Unsupported start tag "abac" at byte offset 13',
    "🏟 🏟&lt;<b>": 'Can\'t find end tag corresponding to start tag "b"',
    "🏟 🏟&lt;</i>": "Unexpected end tag at byte offset 13",
    "<b>a</i>": 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
    "<span>a</span>": 'Tag "span" must have class "tg-spoiler" at byte offset 0',
}
READ = {
    "a &lt; b &amp; &copy; c": ("a < b & &copy; c", []),
    "🏟 🏟<i>🏟 &lt🏟</i>": ("🏟 🏟🏟 <🏟", [Entity("italic", 5, 6)]),
    "<a href=telegram.org>t</a>": ("t", [Entity("text_link", 0, 1, url="http://telegram.org/")]),
    "<a href='telegram.org?&lt;'>t</a>": ("t", [Entity("text_link", 0, 1, url="http://telegram.org/?<")]),
    "<a>telegram.org </a>x": ("telegram.org x", []),
    "🏟 🏟&lt;<pre  >🏟 🏟&lt;</>": ("🏟 🏟<🏟 🏟<", [Entity("pre", 6, 6)]),
    '<pre><code class="language-fift">a</></>': ("a", [Entity("pre", 0, 1, language="fift")]),
    "<blockquote expandable>a<u>b</u></blockquote>": (
        "ab",
        [Entity("expandable_blockquote", 0, 2), Entity("underline", 1, 1)],
    ),
}


@pytest.mark.parametrize(("written", "why"), REFUSED.items())
def test_what_does_not_parse_is_refused_in_the_real_words(written: str, why: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_html(written)
    assert (refused.value.status, refused.value.description) == (400, f"Bad Request: can't parse entities: {why}")


@pytest.mark.parametrize(("written", "text", "entities"), [(key, *value) for key, value in READ.items()])
def test_what_parses_gives_the_text_and_its_entities(written: str, text: str, entities: list[Entity]) -> None:
    assert parse_html(written) == (text, entities)
