"""Dates and days as customers name them; the value is the text as written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entity import Entity
from nlu.numerals import ENGLISH_NUMERAL

_MONTH_NAME = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_MONTH = rf"{_MONTH_NAME}\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_BEFORE_A_MONTH = "|".join(
    rf"(?<=\b{word} )" for word in ("in", "since", "until", "till", "by", "before", "after", "last", "next", "this")
)
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?"
_HAN_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十两]{1,3})"
_PATTERNS = (
    re.compile(r"(?<!\d)\d{4}[\-/.]\d{1,2}[\-/.]\d{1,2}(?!\d)"),
    # Round the clock and top marks are no days.
    re.compile(r"(?<![\d/.])(?!24/7|10/10)\d{1,2}/\d{1,2}(?:/\d{2,4})?(?![\d/])"),
    re.compile(rf"(?:\d{{4}}年)?{_HAN_NUMBER}月(?:{_HAN_NUMBER}(?:日|号)?|初|底|中旬)"),
    re.compile(rf"(?<![\d一二三四五六七八九十两]){_HAN_NUMBER}月(?:份)?(?![一二三四五六七八九十两\d卡票租费饼])"),
    re.compile(
        r"平安夜|圣诞节?|元旦|春节|除夕|年三十|大年初[一二三四五六七八]|元宵节?|中秋节?|国庆节?|端午节?|清明节?(?!上河)"
        r"|七夕节?|情人节|母亲节|父亲节|双十一|双十二|双1[12]|(?<!\d)618(?!\d)|黑五"
    ),
    re.compile(r"\b(?:christmas(?: eve| day)?|new year'?s(?: eve| day)?|easter|thanksgiving|black friday)\b"),
    re.compile(r"(?<![\d月])(?:这个月|本月|下个?月|上个?月)?\d{1,2}(?:号|日)(?!楼|线|店|柜)"),
    re.compile(r"大前天|大后天|前天|后天|昨[天晚日]|今[天早晚日]|明[天早晚日]|[昨今明]儿个?"),
    re.compile(r"去年|前年(?!前)|明年|(?<!每)(?<!每个)(?:[这本下上]个?)?[月年][底初](?!付)"),
    re.compile(
        r"(?<!每)(?:上上|下下|上|下|这|本)?个?(?:周|星期|礼拜)[一二三四五六日天末](?!次)"
        r"|(?:上上|下下|上|下|这|本)个?(?:周|星期|礼拜|月)"
    ),
    re.compile(rf"{_HAN_NUMBER}个?(?:天|周|星期|礼拜|月)(?:之前|以前|前|之后|以后|后)"),
    re.compile(rf"\b{_MONTH} (?:the )?{_DAY}(?:,? \d{{4}})?\b"),
    re.compile(rf"\b{_DAY} (?:of )?{_MONTH}(?:,? \d{{4}})?\b"),
    re.compile(rf"\b(?:(?:next|last|this) )?{_WEEKDAY}(?<!\bsat)(?<!\bsun)(?<!\bwed)(?<!\bmon)\b"),
    # Alone a month may be a verb, a name or a wish.
    re.compile(rf"(?:{_BEFORE_A_MONTH}){_MONTH_NAME}(?![a-z]|\.? \d)"),
    re.compile(
        r"\b(?:the day (?:before yesterday|after tomorrow)|yesterday|today|tonight|tomorrow|tmrw|tmr|2moro)\b"
    ),
    re.compile(r"\b(?:next|last|this) (?:week(?:end)?|month|year)\b(?!')|\blast night\b"),
    re.compile(r"\bthis (?:morning|afternoon|evening)\b|\b(?:the )?end of (?:the|this) (?:month|week|year)\b"),
    re.compile(rf"\b(?:\d{{1,2}}|{ENGLISH_NUMERAL}|a few|a couple of|an?) (?:day|week|month|year)s? ago\b"),
    re.compile(
        r"\bthe \d{1,2}(?:st|nd|rd|th)\b(?! (?:floor|storey|time|order|one|attempt|grade|birthday|anniversary))"
    ),
)


def dates(text: str) -> Iterator[Entity]:
    """Every date; overlapping readings are left to whoever merges them."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield Entity("date", match.group(), match.start(), match.end())
