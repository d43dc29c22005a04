"""Rasa's own rule policy; of all rules it only looks at those that could apply to the message at hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT, TEXT

# The newest intent and the action before it; None where a rule does not mind.
Place = tuple[str | None, str | None]
Keys = Mapping[str, str]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class PlacedRulePolicy(RulePolicy):
    """Predicts what RulePolicy predicts, which checks every rule four times a turn."""

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        if use_text_for_last_user_input and not self._places.reads_text:
            return None, None, False
        found: tuple[str | None, str | None, bool] = super()._find_action_from_rules(
            tracker, domain, use_text_for_last_user_input
        )
        return found

    def _get_possible_keys(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        near = self._places.near(states) if lookup is self.lookup.get(RULES) else lookup
        possible: set[str] = super()._get_possible_keys(near, states)
        return possible

    @property
    def _places(self) -> Places:
        """Those of the rules as they are: while training, they still grow."""
        rules: Keys = self.lookup.get(RULES, {})
        kept: Places | None = self.__dict__.get("_kept_places")
        if kept is None or kept.keys != rules.keys():
            kept = self.__dict__["_kept_places"] = Places(rules, map(self._rule_key_to_state, rules))
        return kept


class Places:
    """The keys of rules by where they apply."""

    def __init__(self, rules: Keys, states: Iterable[list[State]]) -> None:
        self.rules, self.keys, self.reads_text = rules, set(rules), False
        self._by_place: dict[Place, dict[str, str]] = defaultdict(dict)
        for key, steps in zip(rules, states, strict=True):
            self.reads_text |= any(step.get(USER, {}).get(TEXT) for step in steps)
            self._by_place[_place(steps[-1])][key] = rules[key]

    def near(self, states: list[State]) -> Keys:
        """The rules whose newest step does not contradict the conversation's; nothing that applies is left out."""
        if not states or not states[-1].get(PREVIOUS_ACTION):
            # At the very beginning RulePolicy compares less than that.
            return self.rules
        intent, action = _place(states[-1])
        places = {(intent, action), (intent, None), (None, action), (None, None)}
        return {key: rule for place in places for key, rule in self._by_place.get(place, {}).items()}


def _place(state: State) -> Place:
    return _wanted(state.get(USER, {}), INTENT), _wanted(state.get(PREVIOUS_ACTION, {}), ACTION_NAME)


def _wanted(part: Mapping[str, Any], name: str) -> str | None:
    value = part.get(name)
    return value if isinstance(value, str) and value != SHOULD_NOT_BE_SET else None
