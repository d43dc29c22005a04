from __future__ import annotations

import pytest

from actions.counting import number


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("三", 3),
        ("两", 2),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("二十五", 25),
        ("一百二十", 120),
        ("3", 3),
        ("20", 20),
        ("three", 3),
        ("Twenty", 20),
        ("a dozen", 12),
        ("百万", None),
        ("一二", None),
        ("many", None),
        ("", None),
        ("123456", None),
    ],
)
def test_number(written: str, meant: int | None) -> None:
    assert number(written) == meant
