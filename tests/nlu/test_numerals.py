from __future__ import annotations

import pytest

from nlu.numerals import number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,500", 1500),
        ("1.5k", 1500),
        ("2千", 2000),
        ("3百", 300),
        ("29.9", 29.9),
        ("两百", 200),
        ("一千五", 1500),
        ("一百零五", 105),
        ("十二", 12),
        ("三万二", 32000),
        ("一千二百五", 1250),
        ("twelve", 12),
    ],
)
def test_number_reads_what_customers_write(text: str, value: float) -> None:
    assert number(text) == value


def test_number_refuses_a_word() -> None:
    with pytest.raises(ValueError, match="is not a numeral"):
        number("个")
