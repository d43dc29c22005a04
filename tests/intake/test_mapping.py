"""A mapping that is wrong is refused with its file and its place, before any row is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.intake.errors import MappingError
from rapport.intake.files import mapping_for
from rapport.intake.mapping import FIELDS, SHIPPED, load_mapping

GOOD = "kind: products\ncolumns: {sku: SKU, price: Price}\n"


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yml")), ids=lambda path: path.stem)
def test_every_shipped_mapping_loads(path: Path) -> None:
    mapping = load_mapping(path)
    assert set(mapping.columns) <= set(FIELDS[mapping.kind])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("kind: products\ncolumns: {sku: SKU}\n", "must name the column of 'price'"),
        ("kind: products\ncolumns: {sku: A, price: B, colour: C}\n", "have no field 'colour'"),
        (GOOD + "time_zone: Mars/Base\n", "time_zone: Value error, 'Mars/Base' is not a time zone"),
        (GOOD + "encoding: klingon\n", "is not an encoding"),
        (GOOD + "refuse: [{field: sku, matches: '(', reason: x}]\n", "is not a regular expression"),
        (GOOD + "color: red\n", "color: Extra inputs"),
        (GOOD + "kind: orders\n", "'kind' stands twice in"),
        ("kind: &k products\ncolumns: {sku: *k, price: P}\n", "aliases are not read"),
        ("kind: [\n", "line 2"),
        ("just text", "mapping"),
        ("!!python/object/apply:os.system [ls]\n", "could not determine a constructor"),
    ],
)
def test_a_wrong_mapping_is_refused(tmp_path: Path, source: str, message: str) -> None:
    file = tmp_path / "mapping.yml"
    file.write_text(source, encoding="utf-8")
    with pytest.raises(MappingError) as caught:
        load_mapping(file)
    assert str(file) in str(caught.value)
    assert message.removesuffix(" in") in str(caught.value)


def test_a_mapping_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="online_retail"):
        load_mapping(tmp_path / "none.yml")


def test_the_shipped_mapping_is_found_by_the_columns(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    columns = load_mapping(SHIPPED / "online_retail.yml").columns.values()
    file.write_text(",".join(columns) + "\n", encoding="utf-8")
    assert mapping_for("orders", file).stem == "online_retail"
    file.write_text("number,sku\n", encoding="utf-8")
    assert mapping_for("orders", file).stem == "orders"
