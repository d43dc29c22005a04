"""Pictures for the model cards, drawn without a screen, in colours a colour-blind reader can tell apart."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from models.metrics import reliability
from rapport.learning.lesson import Plot

BLUE, GREY, VERMILION = "#0072b2", "#999999", "#d55e00"


def calibration_curve(happened: np.ndarray, probability: np.ndarray) -> Plot:
    """What was said against what happened, in ten equally full groups."""
    figure = Figure(figsize=(6, 5), layout="constrained")
    axes = figure.subplots()
    said, was, rows = reliability(happened, probability).T
    # 1.96 standard errors of a share (Wald): wide enough to tell chance from a fault.
    error = 1.96 * np.sqrt(np.maximum(was * (1 - was), 1e-9) / rows)
    most = max(float(said.max()), float((was + error).max())) * 1.05
    axes.plot([0, most], [0, most], color=GREY, linestyle="--", label="perfect")
    axes.errorbar(said, was, yerr=error, color=BLUE, marker="o", capsize=3, label="held-out month, 95%")
    axes.set(xlabel="predicted probability", ylabel="share that ordered", title="Calibration")
    axes.legend(loc="upper left")
    return _plot("calibration.png", "Calibration on the held-out month", figure)


def segment_sizes(sizes: Mapping[str, int]) -> Plot:
    """How many customers are in each segment."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh(list(sizes), list(sizes.values()), color=BLUE)
    axes.bar_label(bars, fmt="{:,.0f}", padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set(xlabel="customers", title="Segments")
    return _plot("sizes.png", "Segment sizes", figure)


def centroid_heatmap(typical: pd.DataFrame) -> Plot:
    """The median customer of each segment; colours compare the segments within a column."""
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    logs = np.log1p(typical.to_numpy(float))
    spread = np.where(logs.std(axis=0) > 0, logs.std(axis=0), 1)
    shades = (logs - logs.mean(axis=0)) / spread
    axes.imshow(shades, cmap="RdBu_r", aspect="auto", vmin=-2.5, vmax=2.5)
    axes.set_xticks(range(3), ["days since last order", "orders", "revenue"])
    axes.set_yticks(range(len(typical)), list(typical.index))
    for (row, column), value in np.ndenumerate(typical.to_numpy(float)):
        colour = "white" if abs(shades[row, column]) > 1.5 else "black"
        axes.text(column, row, f"{value:,.0f}", ha="center", va="center", color=colour)
    axes.set_title("The median customer of each segment (red: more than in the others)")
    return _plot("centroids.png", "The median customer of each segment", figure)


def hit_rates(rates: Mapping[str, float]) -> Plot:
    """How often a product bought next was among the first ten shown."""
    figure = Figure(figsize=(6, 3), layout="constrained")
    axes = figure.subplots()
    colours = [BLUE] + [GREY] * (len(rates) - 1)
    bars = axes.barh(list(rates), list(rates.values()), color=colours)
    axes.bar_label(bars, fmt="{:.1%}", padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.set(xlabel="customers with a hit in the first ten", title="Recommendation on the held-out month")
    return _plot("hit_rates.png", "Hit rate in the first ten", figure)


def sentiment_by_label(labels: np.ndarray, sentiment: np.ndarray) -> Plot:
    """Where the sentiments of dissatisfied, neutral and content lines lie."""
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    kinds = {"dissatisfied": (0.0, VERMILION), "neither": (0.5, GREY), "content": (1.0, BLUE)}
    groups = [sentiment[labels == label] for label, _ in kinds.values()]
    tenths = [step / 10 for step in range(11)]
    axes.hist(groups, bins=tenths, label=list(kinds), color=[colour for _, colour in kinds.values()])
    axes.set(xlabel="sentiment", ylabel="held-out lines", title="What was said of lines it had not seen")
    axes.legend(loc="upper center")
    return _plot("sentiment.png", "The sentiment of held-out lines, by what they are", figure)


def _plot(file: str, title: str, figure: Figure) -> Plot:
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=110)
    return Plot(file, title, content.getvalue())
