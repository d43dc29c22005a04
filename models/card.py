"""A model's card: what it was made from, what it is worth against the simplest alternative, what it cannot do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Window:
    """The shop's data: its first and last moment, and where the part begins that nobody learned from."""

    data_from: datetime
    data_until: datetime
    held_out_from: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """`metrics` is contender → measure → figure, the model's own under its name, the baselines beside it.

    `details` holds what else a reader wants to see (coefficients, silhouette by number of clusters, sizes); `window`
    is None for a model that does not learn from the shop's past.
    """

    name: str
    version: str
    trained_at: datetime
    window: Window | None
    summary: str
    method: str
    rows: Mapping[str, int]
    features: tuple[str, ...]
    metrics: Mapping[str, Mapping[str, float]]
    limits: tuple[str, ...]
    details: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    plots: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> str:
        """For programs; moments in ISO 8601."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, default=datetime.isoformat) + "\n"

    def as_markdown(self) -> str:
        """For people."""
        parts = [
            f"# Model card: {self.name}",
            self.summary,
            f"Version `{self.version}`, trained {_minute(self.trained_at)}{_seen(self.window)}, which the measured"
            " model had not seen.",
            "## What it is worth",
            _table("", self.metrics),
            "## How it works",
            self.method,
            "Rows: " + ", ".join(f"{count:,} {what}" for what, count in self.rows.items()) + ".",
            "Features: " + ", ".join(f"`{feature}`" for feature in self.features) + ".",
            *(f"### {title}\n\n{_table('', {'': figures})}" for title, figures in self.details.items()),
            *(f"![{title}]({file})" for file, title in self.plots),
            "## What it cannot do",
            "\n".join(f"- {limit}" for limit in self.limits),
        ]
        return "\n\n".join(parts) + "\n"


def _seen(window: Window | None) -> str:
    if window is None:
        return ". The figures were taken on examples kept apart"
    return (
        f" on data from {_minute(window.data_from)} to {_minute(window.data_until)}. The figures were taken on what"
        f" happened from {_minute(window.held_out_from)} on"
    )


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _table(corner: str, rows: Mapping[str, Mapping[str, float]]) -> str:
    """A Markdown table; a single nameless row is turned on its side, to stay readable when it is long."""
    if list(rows) == [""]:
        lines = [f"| {name} | {value:.4g} |" for name, value in rows[""].items()]
        return "\n".join(["| | |", "|---|---:|", *lines])
    columns = list(dict.fromkeys(column for figures in rows.values() for column in figures))
    head = [f"| {corner} | {' | '.join(columns)} |", "|---" + "|---:" * len(columns) + "|"]
    return "\n".join(head + [f"| {name} | {_cells(figures, columns)} |" for name, figures in rows.items()])


def _cells(figures: Mapping[str, float], columns: list[str]) -> str:
    return " | ".join(f"{figures[column]:.3f}" if column in figures else "" for column in columns)
