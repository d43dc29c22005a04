"""What was said to one customer, without what was hers alone: fit to be suggested to another's agent."""

from __future__ import annotations

import re

from rapport.privacy import EMAIL, LONG_NUMBER, without
from rapport.settings import Language
from rapport.store.resolved import Exchange

NUMBER = "一二三四五六七八九十百千两零"
ORDER = re.compile(r"#?(?<![A-Za-z0-9])[A-Z]{0,4}-?\d{4,}[A-Z\d-]*", re.IGNORECASE)
LINK = re.compile(r"https?://[^\s，。）)]+")
AMOUNT = re.compile(
    rf"[¥￥$€£]\s?\d[\d.,]*\d|[¥￥$€£]\s?\d|(?:\d[\d.,]*|[{NUMBER}]+)\s?(?:元|块钱?|(?:RMB|yuan|euros?|dollars?)\b)",
    re.IGNORECASE,
)
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
DATE = re.compile(
    rf"\d{{1,2}}\s?月\s?\d{{1,2}}\s?[日号]?|\b(?:{MONTHS})[a-z]*\.? \d{{1,2}}\b|\b\d{{1,2}} (?:{MONTHS})[a-z]*\b"
    r"|\b\d{4}-\d\d-\d\d\b"
)
ADDRESS = re.compile(
    r"[\u4e00-\u9fff]{2,12}(?:路|街|大道|巷|弄)\s?\d+\s?号?[^\s，。；！？]*"
    r"|\b\d+[a-z]? (?:[A-Z][a-z]+ ){1,3}(?:Street|Road|Avenue|Lane|Drive|St|Rd|Ave|Ln)\b"
)
GREETED = re.compile(
    r"\b(Hi|Hello|Dear|Hey|Sorry|Thanks|Thank you),? (?:(?:Mr|Ms|Mrs|Miss)\.? )?[A-Z][\w'-]+(?=[,!.])"
)
TITLED = re.compile(
    r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{1,2}(?:女士|先生|小姐|太太)|\b(?:Mr|Ms|Mrs|Miss)\.? [A-Z][\w'-]+"
)
# What stands in the place of another's: the agent sees at once what is hers to fill in.
BLANKS: dict[Language, dict[str, str]] = {
    "zh": {
        "link": "[链接]", "amount": "[金额]", "date": "[日期]", "address": "[地址]", "number": "[号码]",
        "email": "[邮箱]",
    },
    "en": {
        "link": "[link]", "amount": "[amount]", "date": "[date]", "address": "[address]", "number": "[number]",
        "email": "[e-mail]",
    },
}  # fmt: skip


def impersonal(exchange: Exchange, language: Language) -> str:
    """The agent's words with `{customer}`, `{agent}` and `{order}` for names and order numbers, and blanks for
    amounts, dates, addresses, links and every other number long enough to be somebody's."""
    text = without(exchange.said, exchange.orders, "{order}")
    text = without(text, (exchange.customer, *exchange.customer.split()), "{customer}")
    text = without(text, (exchange.agent,), "{agent}")
    text = TITLED.sub("{customer}", GREETED.sub(r"\1 {customer}", text))
    for pattern, blank in (
        (LINK, "link"), (EMAIL, "email"), (ADDRESS, "address"), (DATE, "date"), (AMOUNT, "amount"),
        (LONG_NUMBER, "number"), (ORDER, "number"),
    ):  # fmt: skip
        text = pattern.sub(BLANKS[language][blank], text)
    return text
