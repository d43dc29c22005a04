"""Rasa's graph of components, run in an order that is worked out once instead of at every step of every turn."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from rasa.engine.graph import GraphNode
from rasa.engine.runner.dask import DaskGraphRunner

Step = tuple[str, GraphNode, tuple[str, ...]]
# Rasa has Dask sort the same handful of nodes anew three times a turn, and no setting for it.
_PLANS: WeakKeyDictionary[DaskGraphRunner, dict[tuple[str, ...], list[Step]]] = WeakKeyDictionary()


def run(
    runner: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    """What the targets give; a node runs after those it needs."""
    wanted = tuple(targets or runner._graph_schema.target_names)
    plans = _PLANS.setdefault(runner, {})
    if wanted not in plans:
        plans[wanted] = _plan(runner, wanted)
    results: dict[str, tuple[str, Any]] = {name: (name, value) for name, value in (inputs or {}).items()}
    for name, node, needs in plans[wanted]:
        results[name] = node(*(results.get(need, need) for need in needs))
    return {name: results[name][1] for name in wanted}


def _plan(runner: DaskGraphRunner, targets: tuple[str, ...]) -> list[Step]:
    nodes = runner._graph_schema.minimal_graph_schema(list(targets)).nodes
    steps: dict[str, Step] = {}

    def add(name: str) -> None:
        if name in steps or name not in nodes:
            return
        needs = tuple(nodes[name].needs.values())
        for need in needs:
            add(need)
        steps[name] = (name, runner._instantiated_nodes[name], needs)

    for target in targets:
        add(target)
    return list(steps.values())


def prepare_runs() -> None:
    """From now on every graph of this process is run so."""
    DaskGraphRunner.run = run
