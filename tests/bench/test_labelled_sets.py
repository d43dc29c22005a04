from __future__ import annotations

import json
from pathlib import Path

from bench.labelled_sets import asked_lines, bitext, clinc150, massive, training_lines
from bench.utterance import Utterance

PARTS = ("train", "val", "oos_train", "oos_val")
LANGS = ("zh-CN", "en", "zh-TW")
MASSIVE = "massive/amazon_massive_intent_{}.csv"


def test_clinc150_has_what_is_out_of_scope_on_both_sides(tmp_path: Path) -> None:
    parts = {name: [[f"a line of {name}", "oos" if "oos" in name else "translate"]] for name in PARTS}
    _write(tmp_path / "clinc150" / "train_val.json", json.dumps(parts))
    split = clinc150(tmp_path)
    assert split.train == [
        Utterance("a line of train", "translate"),
        Utterance("a line of oos_train", "out_of_scope"),
    ]
    assert split.test == [Utterance("a line of val", "translate"), Utterance("a line of oos_val", "out_of_scope")]


def test_no_twin_of_an_english_line_that_is_asked_is_learned_from(tmp_path: Path) -> None:
    rows = [
        f"{number},alarm_set,alarm_set,{lang} {number},{lang},{lang}" for number in range(1, 15) for lang in LANGS
    ]
    _write(tmp_path / MASSIVE.format("zh_en"), "\n".join(("id,label,label_text,text,lang,language", *rows)))
    asked = "id,label,text,label_text,label_text_ch\n21,48,叫醒我,alarm_set,报警器\n"
    _write(tmp_path / MASSIVE.format("zh-CN_validation"), asked)
    sets = massive(tmp_path)
    assert [row.text for row in sets.en] == ["en 7", "en 14"]
    assert sets.zh == [Utterance("叫醒我", "alarm_set")]
    others = [number for number in range(1, 15) if number not in (7, 14)]
    assert [row.text for row in sets.train] == [f"{lang} {number}" for number in others for lang in ("zh-CN", "en")]


def test_bitext_brings_its_entities(tmp_path: Path) -> None:
    header = "utterance,intent,entity_type,entity_value,start_offset,end_offset,category,tags\n"
    _write(tmp_path / "bitext" / "train.csv", header + "cancel 10233,cancel_order,order_id,10233,7,12,ORDER,B\n")
    _write(tmp_path / "bitext" / "dev.csv", header + "a question,contact,,,,,CONTACT,B\n")
    split = bitext(tmp_path)
    assert split.train == [Utterance("cancel 10233", "cancel_order", (("order_id", 7, 12),))]
    assert split.train[0].entities() == {"order_id": ["10233"]}
    assert split.test == [Utterance("a question", "contact")]


def test_the_shops_own_lines_are_read_without_their_annotations() -> None:
    for language in ("en", "zh"):
        lines = training_lines(language) + asked_lines("held_out", language)
        assert lines
        assert not any("](" in row.text for row in lines)
        assert any(row.named for row in lines)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
