"""One line of the bench's table: ours and the peer's figure for the same work, from the same run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """`ours` and `peer` are in `unit`; `more_is_better` says which way is up; `work`, exactly what both did."""

    name: str
    unit: str
    ours: float
    peer: float
    peer_name: str
    versions: str
    work: str
    more_is_better: bool = True

    @property
    def ratio(self) -> float:
        """Ours divided by the peer's."""
        return self.ours / self.peer if self.peer else float("nan")

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio}
