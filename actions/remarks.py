"""What short remarks of either language mean while a question is open."""

from __future__ import annotations

import re

from rapport.chat.language import CJK as HAN

_LATIN = re.compile(r"[A-Za-z']+")
_WORDS_PER_HAN = 0.5
# More than this is a story, in which "I forgot" is not about the number that was asked for.
_WORDS_OF_A_STORY = 12.0
# What is said around a number without saying anything else.
_FILLERS = re.compile(
    r"\b(?:it'?s|its?|is|was|my|the|an?|orders?|number|no|id|and|e-?mail|address|phone|mobile|thanks?|you|please"
    r"|here|go|used|with|i|hi|hello|sure|ok)\b|订单编?号?|单号|号码|邮箱|邮件|手机号?|电话|地址|是|我的?|下单|时候?"
    r"|用的|留的|和|谢谢|麻烦|[你您]好?|给|这个|哦|吧|呢|啊",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w@.-])#?([A-Za-z]{0,8}[-_]?\d[\dA-Za-z_-]{0,30})(?![\w@.]|-\w)")
_CODE = re.compile(r"\S*(?:\d|@)\S*")
_ASKS = re.compile(r"[?？]|[吗么呢]\W*$")
_NEVER_MIND = re.compile(
    r"\W*(?:算了|不弄了|不办了|取消|never ?mind|forget it|cancel|stop)(?:吧|了|it|that|\W)*", re.IGNORECASE
)
_LOST = re.compile(
    r"不(?:知道|记得|清楚|晓得)|忘[了记]|找不到|没有?(?:订单号|单号|记)"
    r"|\b(?:don'?t|do not|can'?t|cannot) (?:know|remember|have|find|recall)|\bforg[oe]t\b|\blost (?:it|the|my)\b",
    re.IGNORECASE,
)


def words(text: str) -> float:
    """How long a text is, in words; two Chinese characters count as one."""
    return len(_LATIN.findall(text)) + _WORDS_PER_HAN * len(HAN.findall(text))


def telling_words(text: str) -> float:
    """The same without what only stands around a number, and without the number."""
    return words(_FILLERS.sub(" ", _CODE.sub(" ", text)))


def asks(text: str) -> bool:
    """True for a question."""
    return bool(_ASKS.search(text))


def never_minds(text: str) -> bool:
    """True for "算了", "forget it", a bare "cancel"."""
    return bool(_NEVER_MIND.fullmatch(text.strip()))


def has_lost_it(text: str) -> bool:
    """True for who does not have at hand what she was asked for."""
    return bool(_LOST.search(text)) and not never_minds(text) and words(text) <= _WORDS_OF_A_STORY


def holds_a_code(text: str) -> bool:
    """True where anything looks like a number or an address, readable or not."""
    return bool(_CODE.search(text))


def number_in(text: str) -> str | None:
    """What may be an order's number: shops have them in all shapes, but with a digit."""
    found = None if text.startswith("/") else _NUMBER.search(text)
    return found.group(1) if found else None
