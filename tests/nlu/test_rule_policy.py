"""The policy finds just the rules that Rasa's own finds."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource

from nlu.rule_policy import PlacedRulePolicy


def state(intent: str | None = None, action: str | None = None, **slots: str) -> dict:
    parts = {
        "user": {"intent": intent} if intent else {},
        "prev_action": {"action_name": action} if action else {},
        "slots": slots,
    }
    return {name: part for name, part in parts.items() if part}


# Rules as RulePolicy keeps them: the states that lead to an action.
RULES = [
    [state("greet", "action_listen")],
    [state("greet", "action_listen"), state("greet", "action_answer")],
    [state("recommend", "action_listen")],
    [state("recommend", "action_listen", asked="yes")],
    [state("recommend", "action_listen", asked="should_not_be_set")],
    [state("should_not_be_set", "action_listen")],
    [state(None, "action_recommend")],
    [state("greet")],
    [{}, state("greet", "action_listen")],
    [state(None, "action_listen"), state("recommend", "action_listen")],
]
INTENTS = (None, "greet", "recommend", "other")
ACTIONS = (None, "action_listen", "action_answer", "action_recommend")
STEPS = [state(*step) for step in itertools.product(INTENTS, ACTIONS)]
STEPS += [state("recommend", "action_listen", asked=value) for value in ("yes", "no")]


def policy(kind: type[RulePolicy], folder: Path, rules: list[list[dict]]) -> RulePolicy:
    lookup = {"rules": {json.dumps(steps): f"action {number}" for number, steps in enumerate(rules)}}
    context = ExecutionContext(GraphSchema({}))
    config = RulePolicy.get_default_config()
    return kind(config, LocalModelStorage(folder), Resource("rules"), context, lookup=lookup)


@pytest.mark.parametrize("length", [0, 1, 2])
def test_the_same_rules_apply(tmp_path: Path, length: int) -> None:
    rasas, ours = (policy(kind, tmp_path, RULES) for kind in (RulePolicy, PlacedRulePolicy))
    found = 0
    for states in itertools.product(STEPS, repeat=length):
        keys = rasas._get_possible_keys(rasas.lookup["rules"], list(states))
        assert ours._get_possible_keys(ours.lookup["rules"], list(states)) == keys
        found += len(keys)
    assert found


def test_a_rule_that_comes_while_training_is_seen(tmp_path: Path) -> None:
    trained = policy(PlacedRulePolicy, tmp_path, RULES[:1])
    here = [state("recommend", "action_listen")]
    assert trained._get_possible_keys(trained.lookup["rules"], here) == set()
    trained.lookup["rules"][json.dumps(RULES[2])] = "action_recommend"
    assert trained._get_possible_keys(trained.lookup["rules"], here) == {json.dumps(RULES[2])}


@pytest.mark.parametrize(("steps", "reads"), [([state("greet")], False), ([{"user": {"text": "hello"}}], True)])
def test_texts_are_looked_at_where_a_rule_wants_one(tmp_path: Path, steps: list[dict], reads: bool) -> None:
    assert policy(PlacedRulePolicy, tmp_path, [*RULES, steps])._places.reads_text is reads
