from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest

from models.errors import ModelFileError, UnusableFrameError
from models.sentiment import Sentiment
from models.sentiment_lines import sentiment_lines


@pytest.fixture(scope="module")
def model() -> Sentiment:
    lines = sentiment_lines()
    return Sentiment().fit(
        pd.DataFrame({"text": [line.text for line in lines], "label": [line.label for line in lines]})
    )


def told(model: Sentiment, texts: Sequence[str]) -> list[float]:
    return [float(each) for each in model.predict({"text": list(texts)})]


@pytest.mark.parametrize(
    "text",
    [
        "this is terrible, I want my money back",
        "not good at all, very disappointed",
        "太差了，气死我了",
        "質量太差了，退錢",
        "三个星期了还没到，太失望了",
        "worst shop ever 😡",
    ],
)
def test_the_dissatisfied_are_heard(model: Sentiment, text: str) -> None:
    assert told(model, [text])[0] < 0.3


@pytest.mark.parametrize(
    "text",
    [
        "absolutely wonderful, thank you so much!",
        "not bad at all, very happy with it",
        "没什么可挑剔的，非常满意",
        "超級喜歡，謝謝老闆",
        "东西很好，下次还来",
        "love it 😍",
    ],
)
def test_the_content_are_heard(model: Sentiment, text: str) -> None:
    assert told(model, [text])[0] > 0.7


@pytest.mark.parametrize("text", ["", "do you have this in blue", "这个多少钱", "4711", "¿Dónde está?", "qwer zxcv"])
def test_what_says_nothing_is_neither(model: Sentiment, text: str) -> None:
    assert 0.3 < told(model, [text])[0] < 0.7


def test_a_text_is_answered_alone_as_among_others(model: Sentiment) -> None:
    texts = ["太差了", "love it", "在吗"]
    assert [told(model, [text])[0] for text in texts] == told(model, texts)


def test_fit_refuses_a_label_out_of_range() -> None:
    with pytest.raises(UnusableFrameError, match="not between 0 and 1"):
        Sentiment().fit(pd.DataFrame({"text": ["a", "b"], "label": [0.0, 2.0]}))


def test_fit_refuses_one_kind_alone() -> None:
    with pytest.raises(UnusableFrameError, match="only 0 dissatisfied texts; at least 4 are needed"):
        Sentiment().fit(pd.DataFrame({"text": ["good"] * 9, "label": 1.0}))


def test_predict_refuses_a_missing_column(model: Sentiment) -> None:
    with pytest.raises(UnusableFrameError, match="column 'text' is missing"):
        model.predict({"words": ["a"]})


def test_files_that_do_not_fit_together_are_refused(model: Sentiment) -> None:
    other = Sentiment().fit(pd.DataFrame({"text": ["good"] * 5 + ["bad"] * 5, "label": [1.0] * 5 + [0.0] * 5}))
    with pytest.raises(ModelFileError, match="do not fit together"):
        Sentiment.from_files({**model.files(), "model.npz": other.files()["model.npz"]})
