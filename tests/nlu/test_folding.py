from __future__ import annotations

import pytest

from nlu.folding import fold


def test_full_width_text_is_folded_and_leads_back() -> None:
    text = "要２个ＭＵＧ"
    folded = fold(text)
    assert folded.text == "要2个mug"
    assert text[slice(*folded.span(3, 6))] == "ＭＵＧ"


def test_one_character_that_becomes_two_keeps_its_place() -> None:
    text = "㎏ x"
    folded = fold(text)
    assert folded.text == "kg x"
    assert folded.span(0, 2) == (0, 1)
    assert folded.span(3, 4) == (2, 3)


def test_empty_span_is_refused() -> None:
    with pytest.raises(ValueError, match="span 1:1 is empty"):
        fold("abc").span(1, 1)
