"""The shipped training data against the public contract."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from conftest import ROOT
from ruamel.yaml import YAML

from nlu.examples import LANGUAGES, Example, read_examples
from nlu.lint import findings

CONTRACT = """
greet goodbye thank affirm deny bot_challenge product_search product_details product_availability price_query
recommend compare_products promotion_query coupon_problem loyalty_points order_help order_status order_change
order_cancel delivery_options delivery_problem return_request exchange_request return_policy refund_status
payment_methods payment_problem invoice_request account_problem marketing_opt_in marketing_opt_out
privacy_request complaint praise handoff contact_info out_of_scope
"""
INTENTS = CONTRACT.split()
TEST_SETS = ("held_out", "other_hands", "strangers")
ANSWERED = """
greet goodbye thank affirm deny bot_challenge order_help delivery_options return_policy payment_methods
account_problem complaint praise contact_info out_of_scope
"""
ACTIONS = {
    **dict.fromkeys(ANSWERED.split(), "action_answer"),
    **dict.fromkeys(("product_details", "product_availability", "price_query"), "action_product_search"),
    "compare_products": "action_product_search",
    "promotion_query": "action_promotion",
    "return_request": "action_returns",
    "exchange_request": "action_returns",
    "nlu_fallback": "action_fallback",
}


def load(path: Path) -> dict[str, list[object]]:
    document: dict[str, list[object]] = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return document


def test_every_intent_has_enough_utterances_in_each_language(shipped: list[Example]) -> None:
    counts = Counter((example.intent, example.language) for example in shipped)
    assert {intent for intent, _ in counts} == set(INTENTS)
    assert [key for key in ((i, language) for i in INTENTS for language in LANGUAGES) if counts[key] < 80] == []


def test_training_data_are_clean_and_nothing_tested_is_trained_on(shipped: list[Example]) -> None:
    tests = [test for name in TEST_SETS for test in read_examples(ROOT / "rasa" / "tests" / name)]
    assert list(findings(shipped, tests)) == []


def test_domain_knows_just_the_contracts_intents() -> None:
    assert load(ROOT / "rasa/domain/intents.yml")["intents"] == INTENTS


def test_every_intent_leads_to_one_action() -> None:
    led: dict[str, str] = {}
    for file in sorted((ROOT / "rasa/data/rules").glob("*.yml")):
        for rule in load(file)["rules"]:
            intent, action = rule["steps"]  # type: ignore[index, call-overload]
            assert intent["intent"] not in led
            led[intent["intent"]] = action["action"]
    expected = {intent: ACTIONS.get(intent, f"action_{intent}") for intent in [*INTENTS, "nlu_fallback"]}
    assert led == expected
