from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from models.card import Card, Window

AT = datetime(2026, 3, 1, 10, tzinfo=UTC)
CARD = Card(
    name="tiny",
    version="20260301T100000-0123456789",
    trained_at=AT,
    window=Window(datetime(2025, 3, 1, tzinfo=UTC), AT, datetime(2026, 2, 1, tzinfo=UTC)),
    summary="A model that is tiny.",
    method="It guesses.",
    rows={"customers": 1234},
    features=("orders",),
    metrics={"tiny": {"auc": 0.75, "brier": 0.1}, "base rate": {"auc": 0.5}},
    limits=("It knows nothing.",),
    details={"Sizes": {"loyal": 7.0}},
    plots=(("calibration.png", "Calibration"),),
)
MARKDOWN = """\
# Model card: tiny

A model that is tiny.

Version `20260301T100000-0123456789`, trained 2026-03-01 10:00 UTC on data from 2025-03-01 00:00 UTC to 2026-03-01 10:00 UTC. \
The figures were taken on what happened from 2026-02-01 00:00 UTC on, which the measured model had not seen.

## What it is worth

|  | auc | brier |
|---|---:|---:|
| tiny | 0.750 | 0.100 |
| base rate | 0.500 |  |

## How it works

It guesses.

Rows: 1,234 customers.

Features: `orders`.

### Sizes

| | |
|---|---:|
| loyal | 7 |

![Calibration](calibration.png)

## What it cannot do

- It knows nothing.
"""  # noqa: E501  a paragraph is one line of Markdown


def test_a_model_that_knows_no_shop_says_what_it_was_tried_on() -> None:
    markdown = replace(CARD, window=None).as_markdown()
    assert (
        "trained 2026-03-01 10:00 UTC. The figures were taken on examples kept apart, which the measured" in markdown
    )


def test_card_reads_well() -> None:
    assert CARD.as_markdown() == MARKDOWN


def test_card_for_programs_holds_the_same() -> None:
    content = json.loads(CARD.as_json())
    assert content["trained_at"] == "2026-03-01T10:00:00+00:00"
    assert content["window"]["held_out_from"] == "2026-02-01T00:00:00+00:00"
    assert content["metrics"] == {"tiny": {"auc": 0.75, "brier": 0.1}, "base rate": {"auc": 0.5}}
