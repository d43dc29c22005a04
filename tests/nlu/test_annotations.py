from __future__ import annotations

import pytest

from nlu.annotations import Span, read_annotations


@pytest.mark.parametrize(
    ("line", "text", "spans"),
    [
        ("hello", "hello", ()),
        ("where is #[10233](order_id)?", "where is #10233?", (Span("order_id", 10, 15),)),
        ("[两](quantity)个[杯子](category)", "两个杯子", (Span("quantity", 0, 1), Span("category", 2, 4))),
        ("a [stray] bracket", "a [stray] bracket", ()),
    ],
)
def test_annotations_become_spans_of_the_plain_text(line: str, text: str, spans: tuple[Span, ...]) -> None:
    assert read_annotations(line) == (text, spans)
