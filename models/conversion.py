"""The chance that a customer orders within the coming days, calibrated, with a reason per feature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from models import documents
from models.errors import NotFittedError, UnusableFrameError
from models.graph import Graph, to_onnx
from models.interface import Columns, log_matrix, matrix

if TYPE_CHECKING:
    import pandas as pd

FEATURES = (
    "recency_days",
    "orders",
    "revenue",
    "tenure_days",
    "orders_90d",
    "revenue_90d",
    "mean_basket",
    "refunds",
    "days_since_visit",
    "visits_30d",
    "visits_90d",
    "product_views_30d",
    "cart_updates_30d",
    "searches_30d",
    "chats_90d",
    "messages_sent_90d",
    "messages_clicked_90d",
)
LABEL = "converted"


class Conversion:
    """Logistic regression on the standardised log(1 + x) of `features`, calibrated by Platt's sigmoid on predictions
    for customers the fold has not seen (`CalibratedClassifierCV`; Platt, 1999).

    A sigmoid of a linear function stays one, so each feature's part of the log-odds is exact: see `effects`.
    `penalty` is scikit-learn's C: smaller is stronger.
    """

    name: ClassVar[str] = "conversion"

    def __init__(
        self, *, features: tuple[str, ...] = FEATURES, penalty: float = 0.1, folds: int = 5, seed: int = 0
    ) -> None:
        self.features = features
        self.penalty = penalty
        self.folds = folds
        self.seed = seed

    def fit(self, frame: pd.DataFrame) -> Self:
        """Learns from rows (customer at a cut-off) with the features and `converted` (0 or 1). The index is the
        customer: all of her rows fall into one fold, for a fold that has seen her is no judge of her."""
        from sklearn.calibration import CalibratedClassifierCV  # heavy, and needed by who trains only
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        rows = log_matrix(frame, self.features)
        converted = matrix(frame, (LABEL,))[:, 0].astype(int)
        self._check(converted, customers=np.asarray(frame.index))
        logistic = LogisticRegression(C=self.penalty, max_iter=1000)
        folds = _folds(converted, np.asarray(frame.index), folds=self.folds, seed=self.seed)
        calibrated = CalibratedClassifierCV(logistic, cv=folds, ensemble=False)
        pipeline = make_pipeline(StandardScaler(), calibrated).fit(rows, converted)
        graph = to_onnx(pipeline, columns=len(self.features), name=self.name)
        return self._learned(graph, **_line(pipeline))

    def _check(self, converted: NDArray[np.int_], *, customers: NDArray[Any]) -> None:
        for value, meaning in ((1, "ordered"), (0, "did not order")):
            found = len(np.unique(customers[converted == value]))
            if found < self.folds:
                raise UnusableFrameError(f"only {found} customers who {meaning}; at least {self.folds} are needed")

    def _learned(self, graph: bytes, **line: Any) -> Self:
        self.graph_bytes_ = graph
        self.graph_ = Graph(graph)
        self.means_ = np.asarray(line["means"], dtype=np.float64)
        self.slopes_ = np.asarray(line["slopes"], dtype=np.float64)
        self.intercept_ = float(line["intercept"])
        return self

    def predict(self, columns: Columns) -> NDArray[np.float64]:
        """Each row's probability."""
        self._check_fitted()
        probabilities = self.graph_.run("probabilities", log_matrix(columns, self.features))
        return probabilities[:, 1].astype(np.float64)

    def effects(self, columns: Columns) -> NDArray[np.float64]:
        """Rows × features: by how much each feature moves the log-odds against the average customer. With
        `intercept_` they add up to the log-odds of `predict`."""
        self._check_fitted()
        return np.asarray((log_matrix(columns, self.features) - self.means_) * self.slopes_)

    def _check_fitted(self) -> None:
        if not hasattr(self, "graph_"):
            raise NotFittedError(NotFittedError.__doc__)

    def files(self) -> dict[str, bytes]:
        self._check_fitted()
        content = {
            "features": self.features,
            "penalty": self.penalty,
            "folds": self.folds,
            "seed": self.seed,
            "means": self.means_.tolist(),
            "slopes": self.slopes_.tolist(),
            "intercept": self.intercept_,
        }
        return {"model.onnx": self.graph_bytes_, "model.json": documents.write(content)}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        line = ("means", "slopes", "intercept")
        content = documents.read(files, "model.json", keys=("features", "penalty", "folds", "seed", *line))
        model = cls(
            features=tuple(content["features"]),
            penalty=content["penalty"],
            folds=content["folds"],
            seed=content["seed"],
        )
        return model._learned(documents.part(files, "model.onnx"), **{key: content[key] for key in line})


def _folds(converted: NDArray[np.int_], customers: NDArray[Any], *, folds: int, seed: int) -> list[Any]:
    """Shuffled: rows come ordered by date, and folds cut in that order would calibrate on another season."""
    from sklearn.model_selection import StratifiedKFold

    each, whose = np.unique(customers, return_inverse=True)
    ever = np.zeros(len(each), dtype=int)
    np.maximum.at(ever, whose, converted)
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    parts = [np.isin(whose, judged) for _, judged in splitter.split(each, ever)]
    return [(np.flatnonzero(~part), np.flatnonzero(part)) for part in parts]


def _line(pipeline: Any) -> dict[str, Any]:
    """Scaling, logistic and calibration as one line: log-odds = intercept + Σ (x - mean) · slope.

    Platt's calibrator says 1 / (1 + exp(a·f + b)) of the logistic's decision f = w·z + c.
    """
    scaler, calibrated = pipeline[0], pipeline[-1].calibrated_classifiers_[0]
    a, b = calibrated.calibrators[0].a_, calibrated.calibrators[0].b_
    logistic = calibrated.estimator
    return {
        "means": scaler.mean_,
        "slopes": -a * logistic.coef_[0] / scaler.scale_,
        "intercept": -(a * logistic.intercept_[0] + b),
    }
