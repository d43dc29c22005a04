"""What every sender is: the one thing the worker knows of a channel."""

from __future__ import annotations

from typing import Protocol

from rapport.messaging.mime import Mail
from rapport.messaging.outcome import Outcome


class Sender(Protocol):
    """Hands mails on, several at a time if the worker likes."""

    async def send(self, mail: Mail) -> Outcome:
        """Tries once. Never raises for what the other side does: that is an outcome."""

    async def close(self) -> None:
        """Says goodbye on every open connection."""
