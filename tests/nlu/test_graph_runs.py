from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage

from nlu.graph_runs import run


class Sum(GraphComponent):
    """Adds up, and notes how often."""

    runs = 0

    @classmethod
    def create(cls, **given: Any) -> Sum:
        return cls()

    def add(self, **numbers: int) -> int:
        Sum.runs += 1
        return sum(numbers.values())


def node(**needs: str) -> SchemaNode:
    return SchemaNode(needs=needs, uses=Sum, fn="add", constructor_name="create", config={}, eager=True)


SCHEMA = GraphSchema(
    {
        "all": node(a="left", b="right"),
        "left": node(a="given", b="first"),
        "right": node(a="first"),
        "first": node(a="given"),
        "aside": node(a="given"),
    }
)


@pytest.fixture
def runner(tmp_path: Any) -> DaskGraphRunner:
    Sum.runs = 0
    return DaskGraphRunner(SCHEMA, LocalModelStorage(tmp_path), ExecutionContext(SCHEMA))


@pytest.mark.parametrize("targets", [["all"], ["right"], ["all", "aside"]])
def test_it_gives_what_rasas_own_run_gives(runner: DaskGraphRunner, targets: list[str]) -> None:
    for given in (1, 5):
        expected = DaskGraphRunner.run(runner, {"given": given}, targets)
        assert run(runner, {"given": given}, targets) == expected


def test_only_what_is_needed_runs_and_each_once(runner: DaskGraphRunner) -> None:
    assert run(runner, {"given": 2}, ["all"]) == {"all": 6}
    assert Sum.runs == 4
