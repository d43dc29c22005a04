from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from sklearn.model_selection import train_test_split

from models import shelf
from models.sentiment import Sentiment
from rapport.learning.sentiment import learn_sentiment, measure_sentiment, own_pairs, sentiment_from
from rapport.learning.training import train
from rapport.settings import Settings
from rapport.store.database import Database

PUBLIC_DATA = Settings().public_data
KEY = "a key of the tests"
NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


async def test_it_is_learned_without_a_shop_and_lies_on_the_shelf(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/empty.db")
    card = await train(database, "sentiment", models_dir=tmp_path, key=KEY, now=NOW)
    await database.close()
    assert shelf.current_version(tmp_path, "sentiment") == card.version
    served = Sentiment.from_files(shelf.read(tmp_path, "sentiment", card.version, key=KEY).files)
    assert served.predict({"text": ["太棒了"]})[0] > 0.7
    folder = tmp_path / "sentiment" / card.version
    assert json.loads((folder / "card.json").read_text())["window"] is None
    assert "The figures were taken on examples kept apart, which" in (folder / "card.md").read_text()
    assert (folder / "sentiment.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_it_tells_unseen_lines_apart_in_both_languages_better_than_the_alternatives() -> None:
    told: list[str] = []
    lesson = learn_sentiment(told.append)
    assert told == ["learning from the lines", "measuring on the held-out lines"]
    own, *others = (figures["auc"] for figures in lesson.metrics.values())
    assert own > max(others) + 0.02
    for language in ("zh", "en"):
        figures = lesson.details[f"Held-out lines in {language}"]
        assert figures["auc"] >= 0.87
        assert figures["mean of dissatisfied"] < 0.35 < figures["mean of neither"] < 0.65 < figures["mean of content"]


def test_the_same_lines_teach_the_same_bytes() -> None:
    assert sentiment_from(own_pairs()).files() == sentiment_from(own_pairs()).files()


@pytest.mark.skipif(PUBLIC_DATA is None, reason="RAPPORT_PUBLIC_DATA names no folder of public data sets")
def test_reviews_of_a_real_shop_are_told_apart() -> None:
    assert PUBLIC_DATA is not None
    (file,) = (PUBLIC_DATA / "womens_clothing_reviews").glob("*.csv.gz")
    reviews = pd.read_csv(file).dropna(subset=["Review Text"])
    pairs = list(zip(reviews["Review Text"], reviews["Recommended IND"].astype(float), strict=True))
    known, unseen = train_test_split(
        pairs, test_size=0.2, random_state=0, stratify=[recommended for _, recommended in pairs]
    )
    assert measure_sentiment(sentiment_from(known), unseen)["auc"] >= 0.95
