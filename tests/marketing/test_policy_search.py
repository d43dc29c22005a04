from __future__ import annotations

from pathlib import Path

import pytest

from rapport.marketing.policies import TopicPolicy
from rapport.marketing.policy_reader import read_policies
from rapport.marketing.policy_search import PolicySearch
from rapport.settings import Settings

TOPICS = read_policies(Path("rules/policies.yml"), Settings(_env_file=None).promised).topics
SEARCH = PolicySearch(TOPICS)


@pytest.mark.parametrize(
    ("question", "intent", "topic"),
    [
        ("满多少包邮啊", "delivery_options", "delivery_fee"),
        ("could it come on a Sunday?", "delivery_options", "weekend_delivery"),
        ("退回来的运费谁付", "return_policy", "return_postage"),
        ("can I pay in instalments", "payment_methods", "instalments"),
        ("几点关门", "contact_info", "opening_hours"),
        ("你们有实体店吗", "nlu_fallback", "address"),
        ("do points expire", "out_of_scope", "points_expiry"),
        # A word alone, or two things at once, is answered with all there is to say.
        ("delivery", "delivery_options", None),
        ("配送", "delivery_options", None),
        # Nothing near enough.
        ("今天星期几", "nlu_fallback", None),
        ("tell me something nice", "delivery_options", None),
        ("", "delivery_options", None),
    ],
)
def test_find(question: str, intent: str, topic: str | None) -> None:
    assert SEARCH.find(question, intent) == topic


@pytest.mark.parametrize(
    ("question", "intent", "sure"),
    [
        ("积分会过期吗", "loyalty_points", True),
        ("我有多少积分", "loyalty_points", False),
        ("积分会过期吗", "order_status", False),
        ("do points expire", "nlu_fallback", True),
    ],
)
def test_sure_only_where_the_intent_does_not_speak_against_it(question: str, intent: str, sure: bool) -> None:
    assert SEARCH.surely(question, intent) is sure


def test_a_topic_without_intents_is_found_where_nothing_was_heard() -> None:
    ours = TopicPolicy(
        {"zh": "可以带狗进店。", "en": "Dogs are welcome."}, questions=("能带狗吗", "can I bring my dog")
    )
    assert PolicySearch({**TOPICS, "dogs": ours}).find("可以带我的狗来吗", "nlu_fallback") == "dogs"
