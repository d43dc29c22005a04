"""What goes with what: item–item neighbours from baskets of the past, and what is popular where nothing is known."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from models import documents
from models.errors import ModelFileError, NotFittedError, UnusableFrameError
from models.interface import Columns

if TYPE_CHECKING:
    import pandas as pd

Ints = NDArray[np.int64]
ARRAYS = ("products", "neighbours", "similarities", "popularity", "freshness", "hyper_parameters")


class Recommender:
    """Cosine similarity of who bought both, shrunk where few did, the best `neighbours` of each product kept
    (Deshpande and Karypis, 2004, Item-based top-N recommendation; the shrinkage n / (n + `shrinkage`) is that of
    Bell and Koren, 2007). Popularity counts buyers, halved every `half_life_days` of age; what few have bought of
    late is out of season, so a product's score is damped by the root of the share of its buyers that still counts.
    On top comes `prior` times the popularity (of the most popular product: 1): it decides where purchases say little,
    in a small shop or of a new customer, and is drowned where they say much.
    """

    name: ClassVar[str] = "recommendation"

    def __init__(
        self, *, neighbours: int = 50, shrinkage: float = 5.0, half_life_days: float = 60.0, prior: float = 0.2
    ) -> None:
        self.neighbours = neighbours
        self.shrinkage = shrinkage
        self.half_life_days = half_life_days
        self.prior = prior

    def fit(self, frame: pd.DataFrame) -> Self:
        """Learns from purchases: `customer_id`, `product_id`, `age_days` (before the moment of training)."""
        from models.neighbours import nearest, purchase_matrix  # scipy: needed by who trains only

        if frame.empty:
            raise UnusableFrameError("there is no purchase to learn from")
        bought, products = purchase_matrix(frame)
        kept = min(self.neighbours, max(len(products) - 1, 1))
        neighbours, similarities = nearest(bought, kept=kept, shrinkage=self.shrinkage)
        popularity = _popularity(frame, products, half_life_days=self.half_life_days)
        freshness = np.sqrt(popularity / np.asarray(bought.sum(axis=0), dtype=np.float64).ravel())
        return self._learned(products, neighbours, similarities, popularity, freshness)

    def _learned(self, products: Ints, *arrays: Any) -> Self:
        self.products_ = products
        self.neighbours_, self.similarities_, self.popularity_, self.freshness_ = arrays
        return self

    def predict(self, columns: Columns) -> NDArray[np.float64]:
        """One score per product of `products_`, for a customer with the purchases `product_id` (any number of rows,
        each with an optional `weight`): the sum of their similarities to it, damped, and the prior. A product
        unknown here adds nothing."""
        rows, weights = self._known(columns)
        parts = self.similarities_[rows] * weights[:, None]
        summed = np.bincount(self.neighbours_[rows].ravel(), parts.ravel(), minlength=len(self.products_))
        return np.asarray(summed * self.freshness_ + self.prior * self.popularity_ / self.popularity_.max())

    def because(self, product_id: int, columns: Columns, *, count: int = 3) -> tuple[int, ...]:
        """The purchases that speak most for a product, the strongest first."""
        rows, weights = self._known(columns)
        parts = self.similarities_[rows] * weights[:, None]
        target = np.searchsorted(self.products_, product_id)
        effects = np.where(self.neighbours_[rows] == target, parts, 0.0).sum(axis=1)
        order = np.argsort(-effects, kind="stable")[:count]
        return tuple(int(self.products_[rows[index]]) for index in order if effects[index] > 0)

    def knows_any(self, product_ids: Iterable[int]) -> bool:
        """Whether any of these products was ever bought by somebody."""
        return bool(np.isin(list(product_ids), self.products_).any())

    def _known(self, columns: Columns) -> tuple[Ints, NDArray[np.float64]]:
        if not hasattr(self, "products_"):
            raise NotFittedError(NotFittedError.__doc__)
        bought = np.atleast_1d(np.asarray(columns["product_id"], dtype=np.int64))
        weights = np.atleast_1d(np.asarray(columns["weight"], float)) if "weight" in columns else np.ones(len(bought))
        rows = np.searchsorted(self.products_, bought)
        known = rows < len(self.products_)
        known[known] = self.products_[rows[known]] == bought[known]
        return rows[known], weights[known]

    def files(self) -> dict[str, bytes]:
        if not hasattr(self, "products_"):
            raise NotFittedError(NotFittedError.__doc__)
        content = io.BytesIO()
        np.savez_compressed(
            content,
            allow_pickle=False,
            products=self.products_,
            neighbours=self.neighbours_,
            similarities=self.similarities_,
            popularity=self.popularity_,
            freshness=self.freshness_,
            hyper_parameters=np.array([self.neighbours, self.shrinkage, self.half_life_days, self.prior]),
        )
        return {"model.npz": content.getvalue()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        arrays = _arrays(documents.part(files, "model.npz"))
        neighbours, shrinkage, half_life, prior = arrays["hyper_parameters"].tolist()
        model = cls(neighbours=int(neighbours), shrinkage=shrinkage, half_life_days=half_life, prior=prior)
        return model._learned(*(arrays[name] for name in ARRAYS[:-1]))


def _arrays(content: bytes) -> dict[str, NDArray[Any]]:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in ARRAYS}
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ModelFileError(f"model.npz cannot be read: {error}") from error
    count = len(arrays["products"])
    if arrays["neighbours"].shape != arrays["similarities"].shape or len(arrays["neighbours"]) != count:
        raise ModelFileError("model.npz: products, neighbours and similarities do not fit together")
    return arrays


def _popularity(frame: pd.DataFrame, products: Ints, *, half_life_days: float) -> NDArray[np.float64]:
    """A customer counts once per product, by her latest purchase of it."""
    latest = frame.groupby(["product_id", "customer_id"], sort=True)["age_days"].min()
    rows = np.searchsorted(products, latest.index.get_level_values("product_id"))
    counted = np.bincount(rows, 0.5 ** (latest.to_numpy() / half_life_days), minlength=len(products))
    return counted.astype(np.float64)
