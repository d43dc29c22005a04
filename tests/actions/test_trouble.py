from __future__ import annotations

import pytest

from actions.trouble import not_received, trouble_in


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("杯子收到就碎了", "damaged"),
        ("the pot arrived cracked and dented", "damaged"),
        ("快递晚了三天，打开一看还裂了", "damaged"),
        ("你们发错颜色了", "wrong"),
        ("this is not what I ordered", "wrong"),
        ("少发了一个杯子", "missing"),
        ("there's a mug missing from my parcel", "missing"),
        ("显示已签收，可是我没拿到", "lost"),
        ("tracking says delivered but there's nothing here", "lost"),
        ("怎么还没到啊", None),
        ("my parcel is still not here", None),
    ],
)
def test_trouble_in(text: str, trouble: str | None) -> None:
    assert trouble_in(text) == trouble


@pytest.mark.parametrize(
    ("text", "nothing_came"),
    [("我没有收到", True), ("I haven't received it", True), ("it hasn't come", True), ("慢死了", False)],
)
def test_not_received(text: str, nothing_came: bool) -> None:
    assert not_received(text) == nothing_came
