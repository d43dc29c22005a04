"""Fills the variables of a reply: `{customer}`, `{agent}`, `{shop}`, `{order}`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rapport.settings import Language

VARIABLES = ("customer", "agent", "shop", "order")
_PLACE = re.compile(r"\{(" + "|".join(VARIABLES) + r")\}")
# What is not known: a name is left out, an order number is the agent's to fill in.
UNKNOWN: dict[Language, Mapping[str, str]] = {
    "zh": {"order": "[订单号]"},
    "en": {"order": "[order number]"},
}
_GAP = re.compile(r" +(?=[,!.?，！。？])|^[,，、\s]+")


def filled(text: str, language: Language, values: Mapping[str, str]) -> str:
    """The text with what is known; every other brace stays as it stands."""
    known = {**UNKNOWN[language]} | {name: value for name, value in values.items() if value}
    return _GAP.sub("", _PLACE.sub(lambda place: known.get(place[1], ""), text))
