"""Everything that can go wrong with a model.

ModelError
├── NotFittedError      asked before it has learned
├── UnusableFrameError  the data cannot teach it
└── ModelFileError      its file is missing, cut, changed or unsigned
"""

from __future__ import annotations


class ModelError(Exception):
    """A model could not do its work."""


class NotFittedError(ModelError):
    """This model has not learned anything yet; call `fit` or `from_files` first."""


class UnusableFrameError(ModelError):
    """The rows given cannot teach this model."""


class ModelFileError(ModelError):
    """A model's file is missing, cut short, changed or not signed by us."""
