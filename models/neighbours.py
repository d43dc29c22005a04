"""The neighbours of each product in a sparse matrix of purchases, block by block, so that memory stays flat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 1_000


def purchase_matrix(frame: pd.DataFrame) -> tuple[Any, NDArray[np.int64]]:
    """Customers × products, 1 where bought, and the products' ids in the order of the columns, rising."""
    pairs = frame[["customer_id", "product_id"]].drop_duplicates()
    _, rows = np.unique(pairs["customer_id"].to_numpy(), return_inverse=True)
    products, columns = np.unique(pairs["product_id"].to_numpy(np.int64), return_inverse=True)
    ones = np.ones(len(pairs), dtype=np.float32)
    return csr_array((ones, (rows, columns)), shape=(int(rows.max()) + 1, len(products))), products


def nearest(bought: Any, *, kept: int, shrinkage: float) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Products × kept: the columns most alike to each and how alike (0 where there are fewer), best first."""
    by_product = bought.T.tocsr()
    buyers = np.asarray(bought.sum(axis=0), dtype=np.float64).ravel()
    blocks = [
        _nearest_of_block(by_product[start : start + BLOCK] @ bought, start, buyers, kept, shrinkage)
        for start in range(0, len(buyers), BLOCK)
    ]
    return np.concatenate([block[0] for block in blocks]), np.concatenate([block[1] for block in blocks])


def _nearest_of_block(
    both: Any, start: int, buyers: NDArray[np.float64], kept: int, shrinkage: float
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    rows = np.arange(start, start + both.shape[0])
    common = both.toarray().astype(np.float64)
    cosine = common / np.sqrt(buyers[rows, None] * buyers[None, :])
    alike = cosine * common / np.maximum(common + shrinkage, 1e-9)
    alike[np.arange(len(rows)), rows] = 0.0
    # A stable order: of equals the one with the smaller number, on every machine.
    best = np.argsort(-alike, axis=1, kind="stable")[:, :kept]
    return best.astype(np.int32), np.take_along_axis(alike, best, axis=1).astype(np.float32)
