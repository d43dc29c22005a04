"""A small network beside the linear model: it can weigh words together, where the linear one adds them up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float32]
_ROUND = 1e-8


@dataclass(frozen=True)
class Network:
    """relu(x · inner + shift) · outer + bias: `inner` is grams × width, `outer` width × intents."""

    inner: Floats
    shift: Floats
    outer: Floats
    bias: Floats

    def scores(self, columns: npt.NDArray[np.intp], values: Floats) -> Floats:
        """One score per intent of a message given as weighted grams; grams beyond `inner` are left out."""
        known = columns < len(self.inner)
        hidden = np.maximum(values[known] @ self.inner[columns[known]].astype(np.float32) + self.shift, 0.0)
        scores: Floats = hidden @ self.outer + self.bias
        return scores

    def scores_of(self, matrix: csr_matrix) -> Floats:
        """The same for many: rows × intents."""
        scores: Floats = (
            np.maximum(matrix[:, : len(self.inner)] @ self.inner + self.shift, 0.0) @ self.outer + self.bias
        )
        return scores


@dataclass(frozen=True, slots=True)
class Schooling:
    """How a network is trained: `rate` falls to 0 over all `epochs`, `drop` is the share of units left out."""

    width: int = 128
    epochs: int = 8
    batch: int = 64
    rate: float = 0.04
    drop: float = 0.5
    seed: int = 7


def train_network(matrix: csr_matrix, target: npt.NDArray[np.int_], classes: int, how: Schooling) -> Network:
    """Cross-entropy, dropout (Srivastava et al. 2014), Adagrad (Duchi et al. 2011) with one step size per gram.

    Only the rows of `inner` whose grams stand in a batch are touched, so a step costs what the batch holds.
    """
    random = np.random.default_rng(how.seed)
    learner = _Learner.begin(matrix.shape[1], classes, how, random)
    steps = how.epochs * -(-matrix.shape[0] // how.batch)
    step = 0
    for _ in range(how.epochs):
        order = random.permutation(matrix.shape[0])
        for start in range(0, len(order), how.batch):
            rows = order[start : start + how.batch]
            learner.step(matrix[rows], target[rows], how.rate * (1 - step / steps))
            step += 1
    return learner.network


@dataclass
class _Learner:
    """The network in the making, and the squared gradients each of its parts has seen."""

    network: Network
    random: np.random.Generator
    drop: float
    seen: dict[str, Floats]

    @classmethod
    def begin(cls, grams: int, classes: int, how: Schooling, random: np.random.Generator) -> _Learner:
        inner = random.standard_normal((grams, how.width), dtype=np.float32) * np.float32(0.1)
        outer = random.standard_normal((how.width, classes), dtype=np.float32) / np.float32(np.sqrt(how.width))
        network = Network(inner, np.zeros(how.width, np.float32), outer, np.zeros(classes, np.float32))
        parts = {
            "inner": np.zeros(grams, np.float32),
            "shift": network.shift * 0,
            "outer": outer * 0,
            "bias": network.bias * 0,
        }
        return cls(network, random, how.drop, parts)

    def step(self, batch: csr_matrix, target: npt.NDArray[np.int_], rate: float) -> None:
        """One gradient step on a batch."""
        columns, places = np.unique(batch.indices, return_inverse=True)
        rows = csr_matrix((batch.data, places, batch.indptr), shape=(batch.shape[0], len(columns)))
        active = rows @ self.network.inner[columns] + self.network.shift
        kept = (self.random.random(active.shape, dtype=np.float32) >= self.drop) / np.float32(1 - self.drop)
        hidden = np.maximum(active, 0) * kept
        error = _softmax(hidden @ self.network.outer + self.network.bias)
        error[np.arange(len(target)), target] -= 1
        error /= np.float32(len(target))
        back = (error @ self.network.outer.T) * kept * (active > 0)
        self._move("outer", hidden.T @ error, rate)
        self._move("bias", error.sum(axis=0), rate)
        self._move("shift", back.sum(axis=0), rate)
        self._move_rows(columns, rows.T @ back, rate)

    def _move(self, part: str, gradient: Floats, rate: float) -> None:
        self.seen[part] += gradient * gradient
        values = getattr(self.network, part)
        values -= np.float32(rate) * gradient / (np.sqrt(self.seen[part]) + _ROUND)

    def _move_rows(self, columns: npt.NDArray[np.intp], gradient: Floats, rate: float) -> None:
        self.seen["inner"][columns] += np.mean(gradient * gradient, axis=1)
        size = np.sqrt(self.seen["inner"][columns]) + _ROUND
        self.network.inner[columns] -= np.float32(rate) * gradient / size[:, None]


def _softmax(scores: Floats) -> Floats:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    likely: Floats = shifted / shifted.sum(axis=1, keepdims=True)
    return likely
