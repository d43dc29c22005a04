"""A message as a post in the customer's chat with the shop's bot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class BotPost:
    """What is said to the Telegram chat `recipient`: plain words, keys (title, address) below them.

    `cards` are the products as our own history of the conversation shows them. `key` makes a repetition the same line
    there. `picture` is shown above the words where Telegram takes it.
    """

    recipient: str
    key: str
    text: str
    keys: tuple[tuple[str, str], ...]
    cards: tuple[Mapping[str, Any], ...]
    transactional: bool
    picture: Path | None = None
