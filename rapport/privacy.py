"""What a log may show of a person."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# A bot's token stands in the address of every call, and opens everything.
BOT_TOKEN = re.compile(r"\d+:[\w-]{30,}")
# Seven digits or more in a row are a phone, an order or a card: none of them belongs in a log.
LONG_NUMBER = re.compile(r"\+?\d[\d -]{5,}\d")


def mask_email(address: str) -> str:
    """`mei.lin@example.org` → `m***@example.org`."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}***@{domain}" if domain else "***"


def mask_name(name: str) -> str:
    """`Mei Lin` → `M*** L***`, `林小满` → `林**`: who bears it knows it again, a stranger learns little."""
    return " ".join(part[0] + ("***" if part[0].isascii() else "**") for part in name.split())


def mask(text: str) -> str:
    """The text without addresses, long numbers and a bot's token."""
    text = BOT_TOKEN.sub("***", text)
    return LONG_NUMBER.sub("***", EMAIL.sub(lambda found: mask_email(found.group()), text))


def without(text: str, values: Iterable[str], instead: str) -> str:
    """The text with `instead` in the place of these names or numbers; one of Latin letters is a word of its own."""
    for value in sorted(filter(None, map(str.strip, values)), key=len, reverse=True):
        if len(value) > 1:
            before = "(?<![A-Za-z0-9])" if value[0].isascii() else ""
            after = "(?![A-Za-z0-9])" if value[-1].isascii() else ""
            text = re.sub(f"#?{before}{re.escape(value)}{after}", lambda _: instead, text)
    return text


class MaskingFilter(logging.Filter):
    """Masks personal data in every record of the handler it is put on."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask(record.getMessage()), None
        return True
