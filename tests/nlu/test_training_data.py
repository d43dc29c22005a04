"""The shipped training data against the public contract."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from conftest import ROOT
from ruamel.yaml import YAML

from nlu.examples import LANGUAGES, Example
from nlu.lint import findings

CONTRACT = """
greet goodbye thank affirm deny bot_challenge product_search product_details product_availability price_query
recommend compare_products promotion_query coupon_problem loyalty_points order_help order_status order_change
order_cancel delivery_options delivery_problem return_request exchange_request return_policy refund_status
payment_methods payment_problem invoice_request account_problem marketing_opt_in marketing_opt_out
privacy_request complaint praise handoff contact_info out_of_scope
"""
INTENTS = CONTRACT.split()
OWN_ACTIONS = {
    "order_status": "action_order_status",
    "product_search": "action_product_search",
    "product_details": "action_product_search",
    "product_availability": "action_product_search",
    "price_query": "action_product_search",
    "compare_products": "action_product_search",
    "recommend": "action_recommend",
    "promotion_query": "action_promotion",
    "marketing_opt_in": "action_marketing_opt_in",
    "marketing_opt_out": "action_marketing_opt_out",
    "handoff": "action_handoff",
}


def load(path: Path) -> dict[str, list[object]]:
    document: dict[str, list[object]] = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return document


def test_every_intent_has_enough_utterances_in_each_language(shipped: list[Example]) -> None:
    counts = Counter((example.intent, example.language) for example in shipped)
    assert {intent for intent, _ in counts} == set(INTENTS)
    assert [key for key in ((i, language) for i in INTENTS for language in LANGUAGES) if counts[key] < 15] == []


def test_training_data_are_clean(shipped: list[Example]) -> None:
    assert list(findings(shipped)) == []


def test_domain_knows_just_the_contracts_intents() -> None:
    assert load(ROOT / "rasa/domain/intents.yml")["intents"] == INTENTS


def test_every_intent_leads_to_one_action() -> None:
    led: dict[str, str] = {}
    for file in sorted((ROOT / "rasa/data/rules").glob("*.yml")):
        for rule in load(file)["rules"]:
            intent, action = rule["steps"]  # type: ignore[index, call-overload]
            assert intent["intent"] not in led
            led[intent["intent"]] = action["action"]
    expected = {intent: OWN_ACTIONS.get(intent, "action_answer") for intent in [*INTENTS, "nlu_fallback"]}
    assert led == expected
