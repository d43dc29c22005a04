"""What one training brings home, before it is signed and put on the shelf."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.card import Card, Window
from models.interface import Model
from models.shelf import SavedModel, version_of
from rapport.learning.moments import Moments

# Called with what is being done now.
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture (PNG) beside the card."""

    file: str
    title: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Lesson:
    """A fitted model with what its card says of it; see `models.card.Card`. `moments` is None where it did not learn
    from the shop's past."""

    model: Model
    moments: Moments | None
    summary: str
    method: str
    rows: Mapping[str, int]
    features: tuple[str, ...]
    metrics: Mapping[str, Mapping[str, float]]
    limits: tuple[str, ...]
    details: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    plots: tuple[Plot, ...] = ()

    def card(self, files: Mapping[str, bytes], *, trained_at: datetime) -> Card:
        """The card of this model with these files."""
        past = self.moments
        return Card(
            name=self.model.name,
            version=version_of(files, at=trained_at),
            trained_at=trained_at,
            window=Window(past.first, past.reference, past.held_out) if past else None,
            summary=self.summary,
            method=self.method,
            rows=self.rows,
            features=self.features,
            metrics=self.metrics,
            limits=self.limits,
            details=self.details,
            plots=tuple((plot.file, plot.title) for plot in self.plots),
        )

    def saved(self, *, trained_at: datetime) -> tuple[SavedModel, Card]:
        """The model as files, and its card."""
        files = self.model.files()
        card = self.card(files, trained_at=trained_at)
        return SavedModel(card.name, card.version, files), card
