"""Seconds since 1970, as the arrays keep time, and the aware datetimes the database keeps."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray


def moment(seconds: int) -> datetime:
    """An aware datetime in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def moments(seconds: NDArray[np.int64]) -> list[datetime]:
    """Aware datetimes in UTC, of a whole array."""
    naive = seconds.astype("datetime64[s]").tolist()
    return [at.replace(tzinfo=UTC) for at in naive]


def moments_or_none(seconds: NDArray[np.int64]) -> list[datetime | None]:
    """The same, where 0 says it never happened."""
    return [at if second else None for at, second in zip(moments(seconds), seconds.tolist(), strict=True)]
