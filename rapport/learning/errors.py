"""What can go wrong with learning: one root, `LearningError`."""

from __future__ import annotations


class LearningError(Exception):
    """Nothing could be learned from this database."""


class UnknownModelError(LearningError):
    """There is no model of this name."""


class NotEnoughDataError(LearningError):
    """The database holds too little to learn this from."""
