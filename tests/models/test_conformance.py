"""What every model must do, tried on a tiny matrix whose answer is known."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.conversion import Conversion
from models.errors import ModelFileError, NotFittedError, UnusableFrameError
from models.interface import Columns, Model
from models.recommendation import Recommender
from models.registry import MODELS
from models.segmentation import Segmentation
from models.sentiment import Sentiment


@dataclass(frozen=True)
class Case:
    """`make` builds an unfitted model; of `frame` it must learn that `question` has this `answer`."""

    make: Callable[[], Model]
    frame: pd.DataFrame
    question: Columns
    answer: list[Any]
    read: Callable[[Any], list[Any]]


def buyers() -> pd.DataFrame:
    """Five customers of each kind the names stand for, all of them old enough to be clustered."""
    kinds = [(3, 30, 9000), (8, 9, 1500), (5, 2, 150), (60, 4, 500), (200, 9, 1400), (250, 1, 60)]
    rows = [
        {"recency_days": recency + step, "orders": orders, "revenue": revenue + step, "first_order_days": 400.0}
        for recency, orders, revenue in kinds
        for step in range(5)
    ]
    return pd.DataFrame(rows).astype(float)


def visitors() -> pd.DataFrame:
    """Forty customers: whoever visits orders, whoever does not does not, but for one in ten either way."""
    number = np.arange(40)
    visits = np.where(number % 2 == 0, 12.0, 0.0)
    surprise = number % 20 < 2
    converted = np.where(surprise, visits == 0, visits > 0).astype(float)
    return pd.DataFrame({"visits_30d": visits, "orders": 1.0, "converted": converted}, index=number)


def baskets() -> pd.DataFrame:
    """Products 11 and 12 are bought together, and 13 and 14; 12 and 13 met once."""
    bought = {1: (11, 12), 2: (11, 12), 3: (11, 12, 13), 4: (13, 14), 5: (13, 14)}
    rows = [(customer, product, 0.0) for customer, products in bought.items() for product in products]
    return pd.DataFrame(rows, columns=["customer_id", "product_id", "age_days"])


def remarks() -> pd.DataFrame:
    """Forty texts in an unknown tongue: who says "mog" is content, who says "dra" is not; every fourth is neither."""
    texts = [("mog", 1.0), ("dra", 0.0), ("mog sil", 1.0), ("sil", 0.5)] * 10
    return pd.DataFrame(texts, columns=["text", "label"])


ASKED = {
    "recency_days": [4.0, 9.0, 6.0, 61.0, 201.0, 251.0, 2.0, 730.0],
    "orders": [31.0, 9.0, 2.0, 4.0, 9.0, 1.0, 1.0, 0.0],
    "revenue": [9001.0, 1501.0, 151.0, 501.0, 1401.0, 61.0, 80.0, 0.0],
    "first_order_days": [400.0, 400.0, 400.0, 400.0, 400.0, 400.0, 2.0, 730.0],
}
NAMED = ["champion", "loyal", "promising", "needs_attention", "at_risk", "lapsed", "new", "never_bought"]

CASES = (
    Case(Segmentation, buyers(), ASKED, NAMED, lambda names: list(names)),
    Case(
        lambda: Conversion(features=("visits_30d", "orders"), penalty=1.0, folds=4),
        visitors(),
        {"visits_30d": [12.0, 0.0], "orders": [1.0, 1.0]},
        [True, False],
        lambda probabilities: (probabilities > 0.5).tolist(),
    ),
    Case(
        lambda: Recommender(neighbours=2, shrinkage=0.0, prior=0.0),
        baskets(),
        {"product_id": [11]},
        # The cosine of 11 and 12 is 3/√(3·3), of 11 and 13 1/√(3·3); 14 was never bought with 11.
        [0.0, 1.0, 0.333, 0.0],
        lambda scores: scores.round(3).tolist(),
    ),
    Case(
        Sentiment,
        remarks(),
        {"text": ["mog", "dra", "sil", "sil dra"]},
        [1.0, 0.0, 0.5, 0.0],
        lambda sentiments: ((sentiments * 2).round() / 2).tolist(),
    ),
)
every_model = pytest.mark.parametrize("case", CASES, ids=lambda case: case.make().name)


def test_every_model_has_its_case() -> None:
    assert {type(case.make()) for case in CASES} == set(MODELS)


@every_model
def test_model_gives_the_known_answer(case: Case) -> None:
    model = case.make()
    assert model.fit(case.frame) is model
    assert case.read(model.predict(case.question)) == case.answer


@every_model
def test_model_answers_the_same_from_its_files(case: Case) -> None:
    model = case.make().fit(case.frame)
    loaded = type(model).from_files(model.files())
    assert loaded.predict(case.question).tolist() == model.predict(case.question).tolist()
    assert loaded.files() == model.files()
    assert hyper_parameters(loaded) == hyper_parameters(model)


@every_model
def test_model_made_twice_of_the_same_rows_is_the_same_bytes(case: Case) -> None:
    assert case.make().fit(case.frame).files() == case.make().fit(case.frame).files()


@every_model
def test_model_leaves_rows_and_hyper_parameters_as_they_were(case: Case) -> None:
    before, model = case.frame.copy(), case.make()
    stored = hyper_parameters(model)
    model.fit(case.frame)
    pd.testing.assert_frame_equal(case.frame, before)
    assert hyper_parameters(model) == stored


@every_model
def test_model_that_has_learned_nothing_says_so(case: Case) -> None:
    with pytest.raises(NotFittedError):
        case.make().predict(case.question)
    with pytest.raises(NotFittedError):
        case.make().files()


@every_model
def test_model_refuses_to_learn_from_nothing(case: Case) -> None:
    with pytest.raises(UnusableFrameError):
        case.make().fit(case.frame.iloc[:0])


@every_model
def test_model_files_hold_no_code(case: Case) -> None:
    names = set(case.make().fit(case.frame).files())
    assert {name.rsplit(".", 1)[1] for name in names} <= {"onnx", "json", "npz"}


@every_model
def test_model_files_cut_short_are_refused(case: Case) -> None:
    model = case.make().fit(case.frame)
    for name, content in model.files().items():
        with pytest.raises(ModelFileError):
            type(model).from_files({**model.files(), name: content[: len(content) // 2]})
        with pytest.raises(ModelFileError):
            type(model).from_files({key: value for key, value in model.files().items() if key != name})


def test_who_answers_loads_nothing_that_trains() -> None:
    program = (
        "import sys, models.registry, rapport.marketing.scoring\n"
        "print(sorted({'matplotlib', 'pandas', 'scipy', 'skl2onnx', 'sklearn'} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "[]"


def hyper_parameters(model: Model) -> dict[str, Any]:
    """What the constructor stored; what is learned ends in an underscore."""
    return {name: value for name, value in vars(model).items() if not name.endswith("_")}
