from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.conversion import FEATURES, LABEL, Conversion
from models.errors import UnusableFrameError
from models.metrics import calibration_error


def shop(rows: int = 3000, *, seed: int = 0) -> pd.DataFrame:
    """Customers whose chance is logistic in log visits and log orders; the other features are noise or constant."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(0.0, index=np.arange(rows), columns=list(FEATURES))
    frame["visits_30d"] = rng.poisson(2.0, rows).astype(float)
    frame["orders"] = rng.poisson(1.0, rows).astype(float)
    frame["recency_days"] = rng.uniform(0, 400, rows)
    log_odds = -3.0 + 1.6 * np.log1p(frame["visits_30d"]) + 0.8 * np.log1p(frame["orders"])
    frame[LABEL] = (rng.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(float)
    return frame


def test_conversion_says_probabilities_that_come_true() -> None:
    unseen = shop(seed=1)
    probability = Conversion().fit(shop()).predict(unseen)
    assert calibration_error(unseen[LABEL].to_numpy(int), probability) < 0.03


def test_effects_and_intercept_add_up_to_the_log_odds() -> None:
    model, unseen = Conversion().fit(shop()), shop(50, seed=1)
    probability = model.predict(unseen)
    log_odds = model.effects(unseen).sum(axis=1) + model.intercept_
    np.testing.assert_allclose(1 / (1 + np.exp(-log_odds)), probability, atol=1e-5)


def test_strongest_effect_is_that_of_the_cause() -> None:
    model = Conversion().fit(shop())
    regular = shop(1).assign(visits_30d=15.0, orders=1.0, recency_days=200.0)
    assert model.features[int(np.abs(model.effects(regular)[0]).argmax())] == "visits_30d"


def test_features_without_data_have_no_effect() -> None:
    model = Conversion().fit(shop())
    effects = dict(zip(FEATURES, model.effects(shop(1))[0].tolist(), strict=True))
    assert {name: effects[name] for name in ("searches_30d", "chats_90d")} == {"searches_30d": 0.0, "chats_90d": 0.0}


def test_one_customer_as_a_plain_dict_is_answered_like_her_row() -> None:
    model, unseen = Conversion().fit(shop()), shop(5, seed=1)
    alone = [float(model.predict(dict(row))[0]) for _, row in unseen.iterrows()]
    assert alone == pytest.approx(model.predict(unseen).tolist(), abs=1e-6)


def test_rows_ordered_by_outcome_do_not_spoil_the_calibration() -> None:
    unseen = shop(seed=1)
    model = Conversion().fit(shop().sort_values(LABEL, ignore_index=True))
    assert calibration_error(unseen[LABEL].to_numpy(int), model.predict(unseen)) < 0.03


def test_fit_refuses_when_too_few_ordered() -> None:
    frame = shop(100).assign(**{LABEL: 0.0})
    with pytest.raises(UnusableFrameError, match="only 0 customers who ordered; at least 5 are needed"):
        Conversion().fit(frame)


def test_predict_refuses_a_missing_column_by_its_name() -> None:
    with pytest.raises(UnusableFrameError, match="column 'refunds' is missing"):
        Conversion().fit(shop()).predict(shop(1).drop(columns="refunds"))


def test_predict_refuses_what_is_no_number() -> None:
    with pytest.raises(UnusableFrameError, match="column 'orders' holds a value that is not a finite number"):
        Conversion().fit(shop()).predict(shop(1).assign(orders=np.nan))
