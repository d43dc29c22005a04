"""The one error tree of this package.

NluError
└── TrainingDataError   a training file says something it may not: file, line, what would be right
└── ModelFileError      a saved intent model is missing, cut short or of another format
"""


class NluError(Exception):
    """The assistant's language understanding failed."""


class TrainingDataError(NluError):
    """A training file holds something that cannot be learned from."""


class ModelFileError(NluError):
    """A saved intent model cannot be used; train the assistant again."""
