"""A cell becomes a value or a RowError, whatever it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.intake import values
from rapport.intake.errors import RowError

LONDON = ZoneInfo("Europe/London")
CELLS = st.one_of(
    st.none(),
    st.text(max_size=60),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.decimals(allow_nan=False),  # no file format has a Decimal that is not a number
    st.datetimes(),
    st.datetimes(timezones=st.timezones()),
    st.dates(),
    st.from_regex(r"[-+]?\d{1,30}([.eE]\d{1,9})?", fullmatch=True),
)
PARSERS: list[Callable[[Any], Any]] = [
    lambda cell: values.text(cell, longest=40),
    values.whole_number,
    values.minor_units,
    lambda cell: values.moment(cell, "iso", LONDON),
    lambda cell: values.moment(cell, "%Y-%m-%d %H:%M:%S", LONDON),
    values.email,
    values.phone,
    values.language,
    values.time_zone,
    values.truth,
    values.properties,
]


def reason(parse: Callable[[Any], Any], cell: Any) -> str:
    try:
        parse(cell)
    except RowError as error:
        return error.reason
    return "taken"


@given(cell=CELLS, parse=st.sampled_from(PARSERS))
def test_any_cell_gives_a_value_or_a_row_error(cell: Any, parse: Callable[[Any], Any]) -> None:
    assert reason(parse, cell).isidentifier()


@given(amount=st.decimals(min_value=-20_000_000, max_value=20_000_000, places=2))
def test_an_amount_is_exact_to_the_penny(amount: Any) -> None:
    assert (
        values.minor_units(amount)
        == values.minor_units(float(amount))
        == values.minor_units(str(amount))
        == amount * 100
    )


@pytest.mark.parametrize(
    ("cell", "form", "expected"),
    [
        ("2010-07-01 09:00:00", "%Y-%m-%d %H:%M:%S", datetime(2010, 7, 1, 8, tzinfo=UTC)),
        ("2010-12-01 09:00:00", "%Y-%m-%d %H:%M:%S", datetime(2010, 12, 1, 9, tzinfo=UTC)),
        ("2010-07-01T09:00:00+08:00", "iso", datetime(2010, 7, 1, 1, tzinfo=UTC)),
        (datetime(2010, 7, 1, 9), "iso", datetime(2010, 7, 1, 8, tzinfo=UTC)),  # noqa: DTZ001  as Excel has it
    ],
)
def test_a_moment_without_its_zone_is_the_shop_s(cell: Any, form: str, expected: datetime) -> None:
    assert values.moment(cell, form, LONDON) == expected


@pytest.mark.parametrize("cell", ["31/02/2026", "2026-02-30", "", "soon", "0001-01-01", "9999-12-31T23:59:59-12:00"])
def test_a_wrong_date_is_told_what_would_be_right(cell: str) -> None:
    with pytest.raises(RowError, match=r"out of time|is not a date") as caught:
        values.moment(cell, "iso", LONDON)
    assert caught.value.right.startswith("a date")


def test_a_number_from_a_float_column_is_a_number() -> None:
    assert values.text(13085.0, longest=40) == "13085"
