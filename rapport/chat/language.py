"""Which language a customer wants to be answered in."""

from __future__ import annotations

import re

from rapport.settings import Language

CJK = re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]")
# Whole words only: the letters of an order number or of an address say nothing about the language.
LATIN_WORD = re.compile(r"(?<![\w@.\-/])[a-z']{2,}(?![\w@\-]|\.\w)", re.IGNORECASE)
SAID_IN_BOTH = frozenset({"ok", "okay", "bye"})
# In a Chinese sentence stand names (Nike Air Max), but not these.
GRAMMAR = frozenset(
    {
        "the", "is", "are", "was", "do", "does", "did", "can", "could", "will",
        "would", "have", "has", "you", "your", "my", "me", "it", "this", "that",
        "what", "when", "where", "which", "how", "why", "who", "to", "for", "of",
        "in", "on", "and", "or", "with", "any", "want", "need", "please",
    }
)  # fmt: skip
# "换成英文", "can you speak Chinese?": what is asked for, not what it is asked in.
_ASKED_IN_CHINESE = r"(?:用|说|讲|换成?|切换?[到成]?|改[成用]?|翻译?成)\s*(?:简体|繁体)?(?:{names})"
_ASKED_IN_ENGLISH = (
    r"(?<!not )\b(?:in|speak|talk|use|using|switch to|change to) {name}\b(?! (?:letters|names?|only)\b)"
)
_ASKS_FOR: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        f"{_ASKED_IN_CHINESE.format(names='英文|英语')}|{_ASKED_IN_ENGLISH.format(name='english')}", re.IGNORECASE
    ),
    "zh": re.compile(
        f"{_ASKED_IN_CHINESE.format(names='中文|汉语|国语|普通话|华语')}"
        f"|{_ASKED_IN_ENGLISH.format(name='(?:chinese|mandarin)')}",
        re.IGNORECASE,
    ),
}
# What may stand around such a wish without being another: "请", "could you … with me".
_AROUND = re.compile(
    r"请|麻烦|可以|能不能|能|[你您]|我们?|跟|和|帮|回答|回复|交流|聊天?|沟通|继续|吗|吧|呢|好|"
    r"\b(?:please|pls|can|could|would|do|you|i|we|me|to|with|reply|answer|let'?s|continue|write|hi|hello|a bit of)\b",
    re.IGNORECASE,
)


def asked_language(text: str) -> Language | None:
    """The one language a message asks to be answered in, if it does."""
    asked = [language for language, pattern in _ASKS_FOR.items() if pattern.search(text)]
    return asked[0] if len(asked) == 1 else None


def asks_only_for_language(text: str) -> bool:
    """True for who wants nothing else: "请用英文", "can you speak Chinese?"."""
    asked = asked_language(text)
    rest = _AROUND.sub(" ", _ASKS_FOR[asked].sub(" ", text)) if asked else text
    return asked is not None and not re.search(r"\w", rest)


def language_of(text: str, *, otherwise: Language) -> Language:
    """What is asked for, else what the message is written in; `otherwise` where that cannot be told.

    Names of goods stand in Chinese sentences in Latin letters, and cities in English ones in Chinese; a Chinese
    customer types "ok" without changing her language.
    """
    asked = asked_language(text)
    if asked:
        return asked
    characters, found = len(CJK.findall(text)), [word.casefold() for word in LATIN_WORD.findall(text)]
    if characters:
        return "en" if len(found) > characters and GRAMMAR.intersection(found) else "zh"
    return "en" if set(found) - SAID_IN_BOTH else otherwise


def language_of_locale(locale: str | None, *, otherwise: Language) -> Language:
    """The shop's language nearest to a browser's locale: `zh-Hant-TW` → zh, `fr` → en, none → `otherwise`."""
    if not locale:
        return otherwise
    return "zh" if locale.casefold().startswith("zh") else "en"
