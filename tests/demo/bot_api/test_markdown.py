"""Expected values are those of TDLib's own tests of its parser (test/message_entities.cpp)."""

from __future__ import annotations

import pytest

from demo.bot_api.entities import Entity
from demo.bot_api.errors import ApiError
from demo.bot_api.markdown import parse_markdown

RESERVED = "Character '{}' is reserved and must be escaped with the preceding '\\'"
REFUSED = {
    "🏟 🏟_abacaba": "Can't find end of Italic entity at byte offset 9",
    "🏟 🏟_abac * asd ": "Can't find end of Bold entity at byte offset 15",
    "🏟 🏟_abac * asd _": "Can't find end of Italic entity at byte offset 21",
    "🏟 🏟`": "Can't find end of Code entity at byte offset 9",
    "🏟 🏟```": "Can't find end of Pre entity at byte offset 9",
    "🏟 🏟```a": "Can't find end of Pre entity at byte offset 9",
    "🏟 🏟```a ": "Can't find end of PreCode entity at byte offset 9",
    "🏟 🏟__🏟 🏟_": "Can't find end of Italic entity at byte offset 20",
    "🏟 🏟_🏟 🏟__": "Can't find end of Underline entity at byte offset 19",
    "🏟 🏟```🏟 🏟`": "Can't find end of Code entity at byte offset 21",
    "🏟 🏟```🏟 🏟_": "Can't find end of PreCode entity at byte offset 9",
    "[telegram\\.org](asd\\)": "Can't find end of a URL at byte offset 16",
    "[telegram\\.org](": "Can't find end of a URL at byte offset 16",
    "🏟 🏟__🏟 _🏟___": "Can't find end of Italic entity at byte offset 23",
    "🏟 🏟||test\\|": "Can't find end of Spoiler entity at byte offset 9",
    "🏟 🏟!": RESERVED.format("!"),
    "🏟 🏟>": RESERVED.format(">"),
    "🏟 🏟![👍": "Can't find end of CustomEmoji entity at byte offset 9",
    "🏟 🏟![👍]": "Custom emoji entity must contain a tg://emoji URL",
    ">*b\n>ld \n>bo\nld*\nasd\ndef": "Can't find end of Bold entity at byte offset 1",
    ">\n*a*>2": RESERVED.format(">"),
    ">asd\n>q||e||w||a\n||asdad": "Can't find end of Spoiler entity at byte offset 13",
    "49.00": RESERVED.format("."),
    "a|b": RESERVED.format("|"),
}
READ = {
    "": ("", []),
    "\\\\\\": ("\\\\", []),
    "🏟 🏟``": ("🏟 🏟", []),
    "🏟 🏟_abac \\* asd _": ("🏟 🏟abac * asd ", [Entity("italic", 5, 11)]),
    "➡️ ➡️_➡️ ➡️_*➡️ ➡️*": ("➡️ ➡️➡️ ➡️➡️ ➡️", [Entity("italic", 5, 5), Entity("bold", 10, 5)]),
    "🏟 🏟_🏟 __🏟___": ("🏟 🏟🏟 🏟", [Entity("italic", 5, 5), Entity("underline", 8, 2)]),
    "🏟 🏟__🏟 _🏟_ __": ("🏟 🏟🏟 🏟 ", [Entity("underline", 5, 6), Entity("italic", 8, 2)]),
    "🏟 🏟`🏟 🏟```": ("🏟 🏟🏟 🏟", [Entity("code", 5, 5)]),
    "🏟 🏟```🏟 🏟```": ("🏟 🏟 🏟", [Entity("pre", 5, 3, language="🏟")]),
    "🏟 🏟```🏟\n🏟```": ("🏟 🏟🏟", [Entity("pre", 5, 2, language="🏟")]),
    "🏟 🏟```🏟\n\n🏟```": ("🏟 🏟\n🏟", [Entity("pre", 5, 3, language="🏟")]),
    "||test||": ("test", [Entity("spoiler", 0, 4)]),
    "[ ](as)": (" ", []),
    "[telegram\\.org]": ("telegram.org", [Entity("text_link", 0, 12, url="http://telegram.org/")]),
    "[telegram\\.org](https://telegram.dog?\\\\\\()": (
        "telegram.org",
        [Entity("text_link", 0, 12, url="https://telegram.dog/?\\(")],
    ),
    "[you](tg:user?id=123456)": ("you", [Entity("text_mention", 0, 3, user=123456)]),
    "> \n> \n>": (" \n \n", [Entity("blockquote", 0, 4)]),
    "abc\n> \n> \n>\ndef": ("abc\n \n \n\ndef", [Entity("blockquote", 4, 5)]),
    ">a": ("a", [Entity("blockquote", 0, 1)]),
    "**>a||": ("a", [Entity("expandable_blockquote", 0, 1)]),
}


@pytest.mark.parametrize(("written", "why"), REFUSED.items())
def test_what_does_not_parse_is_refused_in_the_real_words(written: str, why: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_markdown(written)
    assert (refused.value.status, refused.value.description) == (400, f"Bad Request: can't parse entities: {why}")


@pytest.mark.parametrize(("written", "text", "entities"), [(key, *value) for key, value in READ.items()])
def test_what_parses_gives_the_text_and_its_entities(written: str, text: str, entities: list[Entity]) -> None:
    assert parse_markdown(written) == (text, entities)


@pytest.mark.parametrize("letter", [chr(code) for code in range(1, 126) if chr(code) not in "_*[~`>"])
def test_every_letter_alone_is_kept_or_must_be_escaped(letter: str) -> None:
    if letter not in "]()>#+-=|{}.!":
        assert parse_markdown(letter) == (letter, [])
        return
    with pytest.raises(ApiError):
        parse_markdown(letter)
    assert parse_markdown("\\" + letter) == (letter, [])
