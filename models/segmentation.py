"""Segments by recency, frequency and money: K-Means where there is something to learn, a plain rule where not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from models import documents
from models.errors import NotFittedError, UnusableFrameError
from models.graph import Graph, to_onnx
from models.interface import Columns, log_matrix, matrix
from models.naming import NEVER_BOUGHT, NEW, name_clusters

if TYPE_CHECKING:
    import pandas as pd

RFM = ("recency_days", "orders", "revenue")
RULED = ("orders", "first_order_days")
LEARNED_FROM_AT_MOST = 200_000


class Segmentation:
    """Who has never bought, and whose first order is at most `new_days` old, is told by rule; the rest by K-Means
    on the standardised log(1 + x) of recency, orders and revenue (on raw numbers outliers would sit alone).

    `clusters` is fixed at the six learned names rather than chosen by silhouette: marketers' rules name segments, and
    a name must not vanish from one training to the next because another number of clusters fits a hair better. The
    model card shows what that costs.
    """

    name: ClassVar[str] = "segmentation"

    def __init__(self, *, clusters: int = 6, new_days: float = 30.0, restarts: int = 10, seed: int = 0) -> None:
        self.clusters = clusters
        self.new_days = new_days
        self.restarts = restarts
        self.seed = seed

    def fit(self, frame: pd.DataFrame) -> Self:
        """Learns from customers' rows (`recency_days`, `orders`, `revenue`, `first_order_days`), one each."""
        from sklearn.cluster import KMeans  # heavy, and needed by who trains only
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        learned_from = frame[self.is_learned(frame)]
        if len(learned_from) > LEARNED_FROM_AT_MOST:
            learned_from = learned_from.sample(LEARNED_FROM_AT_MOST, random_state=self.seed)
        features = log_matrix(learned_from, RFM)
        if len(np.unique(features, axis=0)) < self.clusters:
            raise UnusableFrameError(
                f"only {len(np.unique(features, axis=0))} different buyers whose first order is more than"
                f" {self.new_days:g} days old; {self.clusters} segments need at least as many"
            )
        means = KMeans(self.clusters, n_init=self.restarts, random_state=self.seed)
        pipeline = make_pipeline(StandardScaler(), means).fit(features)
        graph = to_onnx(pipeline, columns=len(RFM), name=self.name)
        return self._learned(graph, np.asarray(means.cluster_centers_, dtype=np.float64))

    def _learned(self, graph: bytes, centres: NDArray[np.float64], names: tuple[str, ...] | None = None) -> Self:
        self.graph_bytes_ = graph
        self.graph_ = Graph(graph)
        self.centres_ = centres
        self.names_ = names or name_clusters(centres)
        return self

    def is_learned(self, columns: Columns) -> NDArray[np.bool_]:
        """Which rows the clusters answer for: those no plain rule names."""
        orders, first = matrix(columns, RULED).T
        return np.asarray((orders > 0) & (first > self.new_days))

    def predict(self, columns: Columns) -> NDArray[np.str_]:
        """The name of each row's segment."""
        if not hasattr(self, "graph_"):
            raise NotFittedError(NotFittedError.__doc__)
        orders, first = matrix(columns, RULED).T
        clusters = self.graph_.run("label", log_matrix(columns, RFM)).ravel()
        learned = np.array(self.names_)[clusters]
        return np.where(orders <= 0, NEVER_BOUGHT, np.where(first <= self.new_days, NEW, learned))

    def files(self) -> dict[str, bytes]:
        if not hasattr(self, "graph_"):
            raise NotFittedError(NotFittedError.__doc__)
        content: dict[str, Any] = {
            "clusters": self.clusters,
            "new_days": self.new_days,
            "restarts": self.restarts,
            "seed": self.seed,
            "names": self.names_,
            "centres": self.centres_.tolist(),
        }
        return {"model.onnx": self.graph_bytes_, "model.json": documents.write(content)}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        keys = ("clusters", "new_days", "restarts", "seed")
        content = documents.read(files, "model.json", keys=(*keys, "names", "centres"))
        model = cls(**{key: content[key] for key in keys})
        return model._learned(
            documents.part(files, "model.onnx"), np.array(content["centres"]), tuple(content["names"])
        )
