from __future__ import annotations

import numpy as np

from models.naming import IDEALS, name_clusters


def test_every_ideal_gets_its_own_name() -> None:
    assert name_clusters(np.array(list(IDEALS.values()))) == tuple(IDEALS)


def test_two_alike_clusters_get_different_names() -> None:
    alike = np.array([(-1.2, 1.5, 1.5), (-1.1, 1.4, 1.4), (0.9, -0.9, -0.9)])
    assert name_clusters(alike) == ("champion", "loyal", "lapsed")
