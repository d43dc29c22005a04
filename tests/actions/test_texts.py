from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from actions.abilities import ABILITIES
from actions.errors import TextError
from actions.order_ability import OrderAbility
from actions.texts import FILE, Texts
from rapport.marketing.placeholders import placeholders

TEXTS = yaml.safe_load(FILE.read_text(encoding="utf-8"))
HAN = re.compile(r"[\u4e00-\u9fff]")
CODE = "".join(path.read_text(encoding="utf-8") for path in FILE.parent.glob("*.py"))


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_text_exists_in_both_languages_with_the_same_placeholders(key: str) -> None:
    sentences = TEXTS[key]
    assert sorted(sentences) == ["en", "zh"]
    assert placeholders(sentences["zh"]) == placeholders(sentences["en"])


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_english_holds_no_chinese(key: str) -> None:
    assert HAN.search(TEXTS[key]["en"]) is None


def test_every_text_is_spoken_somewhere() -> None:
    """By its name, or by one made of what stands before the dot."""
    made = [key for key in TEXTS if f'"{key.rpartition(".")[0]}.{{' in CODE]
    assert [key for key in TEXTS if key not in made and f'"{key}"' not in CODE] == []


def test_everything_spoken_is_there() -> None:
    """What an ability says, asks or puts on a button by its name."""
    spoken = set(re.findall(r'(?:\bsay|\bbutton)\(\s*(?:turn, )?"([a-z_]+\.[a-z_.]+)"', CODE))
    assert spoken - set(TEXTS) == set()
    assert len(spoken) > 50


def test_every_wish_has_a_name() -> None:
    abilities = [ability for ability in ABILITIES if issubclass(ability, OrderAbility)]
    wishes = {wish for ability in abilities for wish in ability.wishes or (ability.called,)}
    assert {f"wish.{wish}" for wish in wishes} == {key for key in TEXTS if key.startswith("wish.")}


def test_say_fills_in() -> None:
    said = [Texts.load().say("stock.few", language, count=3) for language in ("zh", "en")]
    assert said == ["仅剩 3 件", "Only 3 left"]


def test_load_refuses_languages_that_do_not_match(tmp_path: Path) -> None:
    file = tmp_path / "texts.yml"
    file.write_text("hello: {zh: 你好, en: 'Hello {name}'}", encoding="utf-8")
    with pytest.raises(TextError, match=r"texts\.yml: hello: give zh and en with the same placeholders"):
        Texts.load(file)
