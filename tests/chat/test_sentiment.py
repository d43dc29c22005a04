from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from models import shelf
from models.sentiment import Sentiment
from rapport.chat.sentiment import SentimentOf

KEY = "a key of the tests"
NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def publish(folder: Path, *, glad: str, sorry: str, at: datetime = NOW) -> Path:
    frame = pd.DataFrame({"text": [glad] * 8 + [sorry] * 8, "label": [1.0] * 8 + [0.0] * 8})
    files = Sentiment().fit(frame).files()
    version = shelf.version_of(files, at=at)
    shelf.publish(folder, shelf.SavedModel("sentiment", version, files), key=KEY)
    return folder / "sentiment" / version


def test_a_text_has_a_sentiment(tmp_path: Path) -> None:
    publish(tmp_path, glad="tolle Tasse", sorry="kaputt")
    sentiment = SentimentOf.load(tmp_path, key=KEY)
    glad, sorry = sentiment("tolle Tasse"), sentiment("kaputt")
    assert glad is not None
    assert sorry is not None
    assert 0 <= sorry < 0.5 < glad <= 1


def test_without_a_model_nobody_can_tell(tmp_path: Path) -> None:
    assert SentimentOf.load(tmp_path, key=KEY)("太差了") is None


def test_a_newer_model_is_taken_up(tmp_path: Path) -> None:
    sentiment = SentimentOf.load(tmp_path, key=KEY)
    publish(tmp_path, glad="eins", sorry="zwei")
    assert (sentiment("eins") or 0) > 0.5
    publish(tmp_path, glad="zwei", sorry="eins", at=NOW + timedelta(hours=1))
    assert (sentiment("eins") or 1) < 0.5


def test_a_damaged_model_is_not_asked(tmp_path: Path) -> None:
    version = publish(tmp_path, glad="eins", sorry="zwei")
    (version / "model.npz").write_bytes(b"cut")
    assert SentimentOf.load(tmp_path, key=KEY)("eins") is None


def test_whatever_breaks_within_a_model_no_turn_fails(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    publish(tmp_path, glad="eins", sorry="zwei")
    sentiment = SentimentOf.load(tmp_path, key=KEY)
    serving = sentiment._slot.get()
    assert serving
    serving.model.columns_ = dict.fromkeys(serving.model.columns_, 10**6)
    assert sentiment("eins") is None
    assert "could not be told" in caplog.text


def test_a_very_long_text_is_heard_by_its_beginning(tmp_path: Path) -> None:
    publish(tmp_path, glad="eins", sorry="zwei")
    sentiment = SentimentOf.load(tmp_path, key=KEY)
    assert sentiment("eins " * 400) == sentiment("eins " * 400 + "zwei " * 10_000)
