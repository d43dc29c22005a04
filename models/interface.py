"""The one shape of every model: learn from a frame, answer for rows, become files that hold no code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.errors import UnusableFrameError

if TYPE_CHECKING:  # pandas is for who trains; who answers a chat is quicker without it
    import pandas as pd

# Column name → its values, one per row: a data frame is one, and so is a plain dict of one customer's numbers.
Columns: TypeAlias = "Mapping[str, Any] | pd.DataFrame"
Floats = NDArray[np.float32]


class Model(Protocol):
    """scikit-learn's habits: the constructor only stores, `fit` returns self, what is learned ends in `_`.

    `fit` may import what is heavy; everything else needs numpy, onnxruntime and what splits words. A model
    that was loaded and one that was just fitted answer by the same code.
    """

    name: ClassVar[str]

    def fit(self, frame: pd.DataFrame) -> Self:
        """Learns from `frame`, which is left as it was. Raises UnusableFrameError."""
        ...

    def predict(self, columns: Columns) -> NDArray[Any]:
        """The answer as an array, in the order of the rows. Raises NotFittedError, UnusableFrameError."""
        ...

    def files(self) -> dict[str, bytes]:
        """What was learned: ONNX, JSON or npz without pickles; equal data, equal bytes. Raises NotFittedError."""
        ...

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """A model that has learned what `files` say. Raises ModelFileError."""
        ...


def matrix(columns: Columns, names: tuple[str, ...]) -> NDArray[np.float64]:
    """Rows × names. Raises UnusableFrameError for a missing column or a value that is not a finite number."""
    missing = [name for name in names if name not in columns]
    if missing:
        raise UnusableFrameError(f"column {missing[0]!r} is missing; needed are {', '.join(names)}")
    values = np.column_stack([np.atleast_1d(np.asarray(columns[name], dtype=np.float64)) for name in names])
    if not np.isfinite(values).all():
        _, column = np.argwhere(~np.isfinite(values))[0]
        raise UnusableFrameError(f"column {names[column]!r} holds a value that is not a finite number")
    return values


def log_matrix(columns: Columns, names: tuple[str, ...]) -> Floats:
    """log(1 + x) of `matrix`; a negative number counts as 0. Tames the long tails of counts, days and money."""
    return np.log1p(np.maximum(matrix(columns, names), 0.0)).astype(np.float32)
