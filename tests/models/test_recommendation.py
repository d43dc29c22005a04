from __future__ import annotations

import numpy as np
import pandas as pd

from models.recommendation import Recommender


def purchases(bought: dict[int, tuple[int, ...]], *, age_days: float = 0.0) -> pd.DataFrame:
    rows = [(customer, product, age_days) for customer, products in bought.items() for product in products]
    return pd.DataFrame(rows, columns=["customer_id", "product_id", "age_days"])


TOGETHER = {1: (11, 12), 2: (11, 12), 3: (11, 12, 13), 4: (13, 14), 5: (13, 14)}


def test_similarity_shrinks_where_few_bought_both() -> None:
    model = Recommender(shrinkage=2.0, prior=0.0).fit(purchases(TOGETHER))
    # Three bought 11 and 12: cosine 1, times 3/(3+2). One bought 11 and 13: cosine 1/3, times 1/(1+2).
    assert model.predict({"product_id": [11]}).round(4).tolist() == [0.0, 0.6, 0.1111, 0.0]


def test_weights_scale_what_each_purchase_says() -> None:
    model = Recommender(shrinkage=0.0, prior=0.0).fit(purchases(TOGETHER))
    scores = model.predict({"product_id": [11, 14], "weight": [0.5, 2.0]})
    assert scores.round(4).tolist() == [0.0, 0.5, round(0.5 / 3 + 2 * 2 / np.sqrt(6), 4), 0.0]


def test_unknown_products_add_nothing() -> None:
    model = Recommender(prior=0.0).fit(purchases(TOGETHER))
    assert model.predict({"product_id": [1, 99]}).tolist() == [0.0, 0.0, 0.0, 0.0]
    assert model.predict({"product_id": []}).tolist() == [0.0, 0.0, 0.0, 0.0]


def test_only_the_best_neighbours_are_kept() -> None:
    model = Recommender(neighbours=1, shrinkage=0.0, prior=0.0).fit(purchases(TOGETHER))
    assert model.predict({"product_id": [11]}).round(4).tolist() == [0.0, 1.0, 0.0, 0.0]


def test_popularity_counts_buyers_and_forgets() -> None:
    old = purchases({6: (21,), 7: (21,), 8: (21,), 9: (21,)}, age_days=120.0)
    model = Recommender(half_life_days=60.0).fit(pd.concat([purchases({1: (22,), 2: (22,)}), old]))
    assert dict(zip(model.products_.tolist(), model.popularity_.tolist(), strict=True)) == {21: 1.0, 22: 2.0}


def test_what_is_out_of_season_is_damped() -> None:
    old = purchases({6: (11, 12), 7: (11, 12)}, age_days=120.0)
    model = Recommender(shrinkage=0.0, prior=0.0, half_life_days=60.0).fit(old)
    assert model.predict({"product_id": [11]}).tolist() == [0.0, 0.5]


def test_popularity_decides_where_purchases_say_nothing() -> None:
    model = Recommender(shrinkage=0.0, prior=0.3).fit(purchases(TOGETHER))
    assert model.predict({"product_id": []}).round(4).tolist() == [0.3, 0.3, 0.3, 0.2]
    assert model.predict({"product_id": [11]}).round(4).tolist() == [0.3, 1.3, 0.6333, 0.2]


def test_known_products_are_those_somebody_bought() -> None:
    model = Recommender().fit(purchases(TOGETHER))
    assert [model.knows_any(products) for products in ([], [99], [99, 14])] == [False, False, True]


def test_because_names_the_purchases_that_speak_most() -> None:
    model = Recommender(shrinkage=0.0, prior=0.0).fit(purchases(TOGETHER))
    assert model.because(13, {"product_id": [11, 14]}) == (14, 11)
    assert model.because(14, {"product_id": [11]}) == ()
    assert model.because(99, {"product_id": [11]}) == ()
