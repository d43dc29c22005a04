"""Money a customer would spend, with its bound, and how many of a thing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entity import Bound, Entity
from nlu.numerals import DIGITS, ENGLISH_NUMERAL, HAN_NUMERAL, number

_SIGN = r"(?:us\$|[$€£¥]|rmb|cny|usd)"
_UNIT = r"(?:元|块钱?|人民币|刀|美元|美金|欧元|dollars?|bucks|rmb|yuan|usd|cny|euros?|quid|[$€£¥])"
_NUMBER = rf"(?:(?:{DIGITS})(?:[百千万]|[kw](?![a-z]))?|{HAN_NUMERAL})"

_BEFORE: dict[Bound, str] = {
    "at_most": (
        r"\b(?:under|below|less than|lower than|up to|at most|no more than|not more than|within|cheaper than|not over"
        r"|max(?:imum)?(?: of)?|budget(?: is| of|:)?|(?:can )?spend|afford)|<=?"
        r"|不超过|不高于|不要超过|别超过|不到|低于|少于|小于|最多|顶多|最高|预算(?:是|在|为|只有|有|:)?|控制在"
    ),
    "at_least": (
        r"\b(?:over|above|more than|at least|no less than|starting (?:at|from)|min(?:imum)?(?: of)?|upwards of)|>=?"
        r"|不低于|不少于|至少|超过|高于|大于|起码|最少|最低"
    ),
    "about": r"\b(?:around|about|roughly|approximately|approx\.?|circa|close to)|~|大概|大约|差不多|约|左右",
}
_AFTER: dict[Bound, str] = {
    "at_most": (
        r"or (?:less|under|below|cheaper)|max(?:imum)?\b|tops|at (?:the )?most"
        r"|(?:元|块)?(?:以内|以下|之内|之下|内(?!存)|封顶)"
    ),
    "at_least": (
        r"or (?:more|above|up|higher)|and (?:up|above|over)|min(?:imum)?\b|\+"
        r"|(?:元|块)?(?:以上|之上|起步)|(?:元|块)起|(?<![一月日号])起"
    ),
    "about": r"ish\b|-ish\b|or so|(?:元|块)?(?:左右|上下)|多[块元]",
}
_GAP = r"\s*(?:the |a |about |在|个)?\s*"
_RANGE = re.compile(
    rf"(?:between |from )?{_SIGN}?\s*(?<![\d.a-z#\-])(?P<low>{_NUMBER})\s*(?:{_UNIT})?"
    rf"\s*(?:-|~|–|—|to|and|到|至)\s*{_SIGN}?\s*(?P<high>{_NUMBER})\s*(?P<unit>{_UNIT})?"
)
_PRICED = re.compile(rf"{_SIGN}\s*(?P<a>{_NUMBER})|(?<![\d.a-z#\-])(?P<b>{_NUMBER})\s*{_UNIT}")
_BEFORE_RE = {
    bound: re.compile(rf"(?:{cue}){_GAP}(?P<sign>{_SIGN})?\s*(?P<n>{_NUMBER})(?P<unit>\s*{_UNIT})?")
    for bound, cue in _BEFORE.items()
}
_AFTER_RE = {
    bound: re.compile(rf"(?<![\d.a-z#\-])(?P<n>{_NUMBER})\s*(?P<unit>{_UNIT})?\s*(?:{cue})")
    for bound, cue in _AFTER.items()
}
# A number of days, percents or pieces is no money even behind "within" or "more than".
_NOT_MONEY = re.compile(
    r"\s*(?:%|个|天|日|号|周|月|年|小时|分钟|工作日|件|只|双|盒|包|瓶|台|本|套|条|张|份|箱|把|支|袋|罐|杯|岁|人|寸|ml|g\b|kg|cm|l\b|inch"
    r"|days?|weeks?|months?|years?|hours?|hrs?|minutes?|mins?|items?|pieces?|pcs|business|working|percent|points?|积分|折|号码|月份|times?)"
)
_RANGE_CUE = re.compile(r"预算|价格|价位|价钱|budget|between|price|spend|[元块$€£¥]|dollars?|bucks|rmb")

_CLASSIFIER = "个|件|只|双|盒|包|瓶|台|本|套|条|张|份|箱|把|支|袋|罐|杯|副|块(?!钱)|组|对"
_COUNTED = (
    "x|pcs?|pieces?|units?|items?|boxes|bottles|pairs?|packs?|bags?|cups|mugs|sets?|copies|of (?:them|these|those|it)"
)
_QUANTITIES = (
    re.compile(
        rf"(?<![\d.第月年一二三四五六七八九十])(?P<n>\d{{1,4}}|[两二三四五六七八九十百]+)(?:{_CLASSIFIER})"
        r"(?!人|月|星期|礼拜|小时|工作日|问题|钟头|多|意见|建议|号)"
    ),
    re.compile(rf"(?:买|要|来|订|拿|购买|下单)(?:了)?(?P<n>一)(?:{_CLASSIFIER})(?!问题|月|人)"),
    re.compile(rf"\b(?P<n>\d{{1,4}}|{ENGLISH_NUMERAL})\s?(?:{_COUNTED})\b"),
    re.compile(
        r"\bx\s?(?P<n>\d{1,4})\b|\b(?:quantity|qty)(?: of|:)?\s*(?P<m>\d{1,4})\b"
        r"|数量\s*(?:是|为|:)?\s*(?P<k>\d{1,4})"
    ),
    re.compile(r"\b(?:a|one) (?P<n>couple|dozen) of\b"),
    re.compile(rf"\b(?:buy|order|get|want|need|take) (?P<n>\d{{1,3}}|{ENGLISH_NUMERAL})\b(?! ?%)"),
)


def budgets(text: str) -> Iterator[Entity]:
    """Sums of money: a range gives two, a bound word its role, a bare price is `about`."""
    yield from _ranges(text)
    for bound in ("at_most", "at_least", "about"):
        for pattern in (_BEFORE_RE[bound], _AFTER_RE[bound]):
            for match in pattern.finditer(text):
                if not _NOT_MONEY.match(text, match.end("n")):
                    yield _budget(match, "n", bound)
    for match in _PRICED.finditer(text):
        yield _budget(match, "a" if match["a"] else "b", "about")


def quantities(text: str) -> Iterator[Entity]:
    """How many of something; one of a thing only where it is ordered (一个 is mostly grammar)."""
    for pattern in _QUANTITIES:
        for match in pattern.finditer(text):
            group = next(name for name, value in match.groupdict().items() if value)
            value = 2 if match[group] == "couple" else number(match[group])
            yield Entity("quantity", value, match.start(group), match.end(group))


def _ranges(text: str) -> Iterator[Entity]:
    for match in _RANGE.finditer(text):
        money = match["unit"] or _RANGE_CUE.search(text[max(0, match.start() - 8) : match.end()])
        if money and not _NOT_MONEY.match(text, match.end("high")):
            yield _budget(match, "low", "at_least")
            yield _budget(match, "high", "at_most")


def _budget(match: re.Match[str], group: str, bound: Bound) -> Entity:
    return Entity("budget", number(match[group]), match.start(group), match.end(group), bound)
