"""What a cluster of customers is called: the default name whose ideal customer its centre resembles most."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEVER_BOUGHT, NEW = "never_bought", "new"
# Where a name's typical customer stands, in standard deviations of log recency (days: more is worse), log orders and
# log revenue. After the usual RFM grid (Hughes, 1994, Strategic Database Marketing), folded to the six names.
IDEALS: dict[str, tuple[float, float, float]] = {
    "champion": (-1.2, 1.5, 1.5),
    "loyal": (-0.5, 0.7, 0.7),
    "promising": (-0.8, -0.7, -0.6),
    "needs_attention": (0.3, 0.0, 0.0),
    "at_risk": (0.9, 0.6, 0.6),
    "lapsed": (0.9, -0.9, -0.9),
}
SEGMENTS = (*IDEALS, NEW, NEVER_BOUGHT)


def name_clusters(centres: NDArray[np.float64]) -> tuple[str, ...]:
    """A different name for each centre (clusters × 3, standardised), so that the sum of squared distances between
    centres and ideals is least (the assignment problem; Kuhn, 1955). At most six clusters."""
    from scipy.optimize import linear_sum_assignment  # who serves a trained model never asks

    ideals = np.array(list(IDEALS.values()))
    distances = ((centres[:, None, :] - ideals[None, :, :]) ** 2).sum(axis=2)
    clusters, names = linear_sum_assignment(distances)
    listed = list(IDEALS)
    return tuple(listed[name] for _, name in sorted(zip(clusters, names, strict=True)))
