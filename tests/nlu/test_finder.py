"""What a message names when a catalogue, a tagger and plain shapes all have their say."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from nlu.annotations import Span
from nlu.catalogue import Catalogue
from nlu.finder import EntityFinder
from nlu.tagger import Tagger, tag_reader, train_tagger
from nlu.words import Splitter

LINES = (
    ("i spent 50 on tea", "recommend", (Span("budget", 8, 10), Span("category", 14, 17))),
    ("i want 3 lamps", "order_help", (Span("quantity", 7, 8), Span("category", 9, 14))),
    ("the blue lamp hums", "complaint", (Span("product", 4, 13),)),
    ("this thing hums", "complaint", ()),
)


@pytest.fixture(scope="module")
def tagger(splitter: Splitter, tmp_path_factory: pytest.TempPathFactory) -> Tagger:
    """One that has learned four lines by heart."""
    folder = tmp_path_factory.mktemp("tagger")
    train_tagger(LINES * 5, folder, tag_reader(splitter))
    return Tagger.load(folder, tag_reader(splitter))


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    file = tmp_path / "catalogue.json"
    file.write_text(json.dumps({"products": [{"sku": "L-1", "names": {"en": "Blue Lamp"}}]}), encoding="utf-8")
    return Catalogue(file)


def named(finder: EntityFinder, text: str, intent: str = "") -> list[tuple[Any, ...]]:
    return [(one.kind, one.value, one.role, one.known) for one in finder.find(text, intent)]


def test_shapes_alone_find_what_needs_no_learning() -> None:
    found = named(EntityFinder(), "2 boxes under $50, order 20418, mail li@example.com")
    assert found == [
        ("quantity", 2, None, True),
        ("budget", 50, "at_most", True),
        ("order_id", "20418", None, True),
        ("email", "li@example.com", None, True),
    ]


def test_what_a_learned_name_is_called_is_not_what_it_is(tagger: Tagger) -> None:
    assert named(EntityFinder(tagger=tagger), "the blue lamp hums", "complaint") == [
        ("product", "blue lamp", None, False)
    ]


def test_the_catalogue_knows_better_than_the_tagger(tagger: Tagger, catalogue: Catalogue) -> None:
    assert named(EntityFinder(catalogue, tagger), "the blue lamp hums", "complaint") == [
        ("product", "L-1", None, True)
    ]


def test_learned_numbers_are_numbers(tagger: Tagger) -> None:
    finder = EntityFinder(tagger=tagger)
    assert named(finder, "i want 3 lamps", "order_help")[0] == ("quantity", 3, None, True)
    assert named(finder, "i spent 50 on tea", "recommend")[0] == ("budget", 50, "about", True)


def test_a_sum_nobody_learned_counts_only_with_a_bound(tagger: Tagger) -> None:
    finder = EntityFinder(tagger=tagger)
    assert named(finder, "this thing hums for $70", "complaint") == []
    assert named(finder, "this thing hums under $70", "complaint") == [("budget", 70, "at_most", True)]


def test_a_sure_shape_needs_no_tagger_to_agree(tagger: Tagger) -> None:
    found = EntityFinder(tagger=tagger).find("this thing hums since last friday, order 20418", "complaint")
    assert [(one.kind, one.value) for one in found] == [("date", "last friday"), ("order_id", "20418")]


def test_no_character_is_claimed_twice(tagger: Tagger, catalogue: Catalogue) -> None:
    found = EntityFinder(catalogue, tagger).find("i want 3 blue lamps, order 3-20418 of 2026-02-11", "order_help")
    assert all(before.end <= after.start for before, after in pairwise(found))
