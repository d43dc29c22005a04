"""What every sender is: the one thing the worker knows of a channel."""

from __future__ import annotations

from typing import Protocol, TypeVar

from rapport.messaging.outcome import Outcome

M_contra = TypeVar("M_contra", contravariant=True)


class Sender(Protocol[M_contra]):
    """Hands on what its channel carries (a mail, a line), several at a time if the worker likes."""

    async def send(self, message: M_contra, /) -> Outcome:
        """Tries once. Never raises for what the other side does: that is an outcome."""

    async def close(self) -> None:
        """Says goodbye on every open connection."""


class NoSender:
    """Stands for a channel that is not set up: what is due waits for it, until it expires."""

    async def send(self, message: object) -> Outcome:
        return Outcome("not_tried", None, "This channel is not set up")

    async def close(self) -> None:
        """There is nothing to close."""
