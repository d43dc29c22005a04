"""What a log may show of a person."""

from __future__ import annotations

import logging
import re

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Seven digits or more in a row are a phone, an order or a card: none of them belongs in a log.
LONG_NUMBER = re.compile(r"\+?\d[\d -]{5,}\d")


def mask_email(address: str) -> str:
    """`mei.lin@example.org` → `m***@example.org`."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}***@{domain}" if domain else "***"


def mask(text: str) -> str:
    """The text without addresses and long numbers."""
    return LONG_NUMBER.sub("***", EMAIL.sub(lambda found: mask_email(found.group()), text))


class MaskingFilter(logging.Filter):
    """Masks personal data in every record of the handler it is put on."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask(record.getMessage()), None
        return True
