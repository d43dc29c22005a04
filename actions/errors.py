"""What can be wrong with the texts of the actions."""

from __future__ import annotations


class ActionsError(Exception):
    """Root of what this package raises."""


class TextError(ActionsError):
    """A text the actions speak is missing or malformed; the message says which file and line."""
