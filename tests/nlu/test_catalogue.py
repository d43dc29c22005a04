from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from nlu.catalogue import Catalogue
from nlu.folding import fold

CONTENT = {
    "products": [
        {"sku": "TEA-001", "category": "tea", "names": {"zh": "半山云雾绿茶", "en": "Halfhill Mist Green Tea"}},
        {"sku": "CUP-007", "category": "mugs", "names": {"zh": "青釉马克杯", "en": "Celadon Mug"}},
    ],
    "categories": {"tea": {"zh": "茶叶", "en": "Tea"}, "mugs": {"zh": "马克杯", "en": "Mugs"}},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalogue.json"


def write(path: Path, content: Any) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(content), encoding="utf-8")
    os.replace(draft, path)


def named(catalogue: Catalogue, text: str) -> list[tuple[str, Any, str]]:
    folded = fold(text).text
    return [(entity.kind, entity.value, folded[entity.start : entity.end]) for entity in catalogue.find(folded)]


def test_products_and_categories_are_named_in_both_languages(path: Path) -> None:
    write(path, CONTENT)
    catalogue = Catalogue(path)
    assert named(catalogue, "还有半山云雾绿茶吗")[0] == ("product", "TEA-001", "半山云雾绿茶")
    assert named(catalogue, "is the CELADON mug sold out")[0] == ("product", "CUP-007", "celadon mug")
    assert named(catalogue, "show me a mug") == [("category", "mugs", "mug")]
    assert named(catalogue, "想看看马克杯") == [("category", "mugs", "马克杯")]


def test_file_is_read_again_when_it_changes(path: Path) -> None:
    catalogue = Catalogue(path)
    assert named(catalogue, "celadon mug") == []
    write(path, CONTENT)
    assert named(catalogue, "celadon mug")[0] == ("product", "CUP-007", "celadon mug")
    path.unlink()
    assert named(catalogue, "celadon mug") == []


def test_damaged_file_leaves_the_names_known_before(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(path, CONTENT)
    catalogue = Catalogue(path)
    before = named(catalogue, "celadon mug")
    path.write_text("{", encoding="utf-8")
    assert named(catalogue, "celadon mug") == before
    assert "catalogue.json: cannot be read" in caplog.text
