"""A table is taken as data, whole or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.chat.answers import Answer, parse_answers
from rapport.chat.table import MOST_COLUMNS, MOST_ROWS, parse_table

COLUMN = {"sku": "A", "name": "a", "url": "/products/A", "picture": "/pictures/A.svg"}
TABLE: dict[str, Any] = {
    "columns": [COLUMN, {"sku": "B", "name": "b"}],
    "rows": [{"label": "价格", "cells": ["1", "2"]}],
}


def test_a_table_is_taken_as_it_is() -> None:
    assert parse_table(TABLE) == TABLE


def test_what_a_table_need_not_have_is_left_out() -> None:
    more = {"columns": [{**COLUMN, "onclick": "x"}], "rows": [{"label": "l", "cells": ["1"], "html": "<b>"}], "x": 1}
    assert parse_table(more) == {"columns": [COLUMN], "rows": [{"label": "l", "cells": ["1"]}]}


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example/x", "/\\evil.example", 7])
def test_a_table_leads_only_into_the_shop(address: Any) -> None:
    table = {"columns": [{"sku": "A", "name": "a", "url": address, "picture": address}], "rows": TABLE["rows"][:0]}
    table["rows"] = [{"label": "l", "cells": ["1"]}]
    assert parse_table(table) == {"columns": [{"sku": "A", "name": "a"}], "rows": table["rows"]}


@pytest.mark.parametrize(
    "change",
    [
        {"columns": []},
        {"columns": [COLUMN] * (MOST_COLUMNS + 1)},
        {"columns": ["A", "B"]},
        {"columns": [{"sku": "A"}, COLUMN]},
        {"rows": []},
        {"rows": TABLE["rows"] * (MOST_ROWS + 1)},
        {"rows": [{"label": "l", "cells": ["only one"]}]},
        {"rows": [{"label": "l", "cells": ["1", 2]}]},
        {"rows": [{"label": "l", "cells": ["1", "x" * 301]}]},
        {"rows": [{"label": 7, "cells": ["1", "2"]}]},
        {"rows": [{"label": "l", "cells": "12"}]},
        {"rows": "none"},
    ],
)
def test_a_table_with_a_hole_is_no_table(change: dict[str, Any]) -> None:
    assert parse_table(TABLE | change) is None


@pytest.mark.parametrize("value", [None, [], "table", 7, {}])
def test_what_is_no_table_is_none(value: Any) -> None:
    assert parse_table(value) is None


def test_a_table_is_part_of_an_answer_and_joins_the_one_before() -> None:
    assert parse_answers([{"text": "比一比"}, {"custom": {"table": TABLE}}]) == (Answer("比一比", table=TABLE),)
