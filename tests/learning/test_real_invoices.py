"""On 525,461 rows of a real shop, years old, without a single visit known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rapport.cli.main import app
from rapport.settings import Settings

runner = CliRunner()
PUBLIC_DATA = Settings().public_data


@pytest.mark.skipif(PUBLIC_DATA is None, reason="RAPPORT_PUBLIC_DATA names no folder of public data sets")
def test_models_learn_from_real_invoices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("RAPPORT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/rapport.db")
    assert PUBLIC_DATA is not None
    (invoices,) = (PUBLIC_DATA / "online_retail").glob("*.parquet")
    assert runner.invoke(app, ["import", "orders", str(invoices), "--mapping", "online_retail"]).exit_code == 0
    trained = runner.invoke(app, ["train", "all", "--without-assistant", "--json"])
    assert trained.exit_code == 0
    cards = {card["name"]: card for card in json.loads(trained.stdout)}
    assert {card["window"]["data_until"][:10] for card in cards.values() if card["window"]} == {"2010-12-09"}
    metrics = {name: card["metrics"] for name, card in cards.items()}
    assert metrics["segmentation"]["segmentation"]["silhouette"] > 0.25
    assert (
        metrics["segmentation"]["segmentation"]["silhouette"] > metrics["segmentation"]["quantile RFM"]["silhouette"]
    )
    assert metrics["conversion"]["conversion"]["auc"] > metrics["conversion"]["recency only"]["auc"] + 0.03
    assert metrics["conversion"]["conversion"]["brier"] < metrics["conversion"]["base rate"]["brier"]
    assert metrics["recommendation"]["recommendation"]["ndcg10"] > metrics["recommendation"]["popularity"]["ndcg10"]
