"""What can go wrong with learning: one root, `LearningError`."""

from __future__ import annotations


class LearningError(Exception):
    """Nothing could be learned from this database."""


class UnknownModelError(LearningError):
    """There is no model of this name."""


class NotEnoughDataError(LearningError):
    """The database holds too little to learn this from."""


class UnusablePeriodError(LearningError):
    """A period ends no sooner than it begins, has 366 days at most, and lies between 2000 and 2199."""


class UnknownTurnError(LearningError):
    """There is no such message to review."""


class WrittenProposalError(LearningError):
    """This was written into the training data already; change it there."""
