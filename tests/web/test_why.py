"""Why a message was sent is read in the language of who reads it, by the shop's clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rapport.marketing.conditions import compile_condition
from rapport.marketing.explain import explain
from rapport.marketing.profile import PastEvent, Profile, ScoreNow
from rapport.marketing.rulebook import RuleFolder
from rapport.marketing.vocabulary import CHANNELS, EVENTS, INTENTS, REASONS, SEGMENTS
from rapport.settings import Settings
from rapport.web.console.why import told
from rapport.web.console.words import words

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
MEI = Profile(
    7, language="zh", segment="loyal", scores={"conversion": ScoreNow(0.4)}, tags=frozenset({"爱喝茶"}),
    consents=frozenset({("email", "offers")}), events={"order_placed": PastEvent("order_placed", NOW)},
)  # fmt: skip
EVERY = {
    "all": [
        {"any": [{"segment": {"in": ["new", "loyal"]}}]},
        {"segment": {"in": ["new", "loyal"]}},
        {"conversion": {"above": 0.1, "below": 0.6}},
        {"event": "order_placed", "within": "48h"},
        {"tag": "爱喝茶"},
        {"language": "en"},
        {"consent": {"channel": "email", "purpose": "offers"}},
        {"known": True},
    ]
}


def test_in_chinese() -> None:
    book = RuleFolder(Settings(_env_file=None).rules_dir).current()
    [rule] = [rule for rule in book.rules if rule.name == "recommendation-follow-up"]
    rule = replace(rule, condition=compile_condition(EVERY), holdout=0.1)
    profile = replace(MEI, firings={rule.name: NOW - timedelta(days=1)})
    said = list(told(explain(profile, rule, book, NOW), "zh", "Asia/Shanghai"))
    assert said[:9] == [
        (False, "以下全部成立", ""),
        (True, "以下任一成立", ""),
        (True, "属于新顾客、忠实顾客", "忠实顾客"),
        (True, "购买可能高于 0.1、低于 0.6", "0.4"),
        (True, "2 天内下过单", "上次在 2026-03-01 18:00"),
        (True, "有标签 爱喝茶", "爱喝茶"),
        (False, "语言是英文", "中文"),
        (True, "同意用邮件接收优惠消息", "优惠消息（邮件）"),
        (True, "认识的顾客", "认识的顾客"),
    ]
    assert said[9] == (False, "每 7 天最多一次", "上次在 2026-02-28 18:00")
    assert said[10][1] == "不在 10% 的对照组里"
    assert said[10][2] in ("不在对照组", "对照组")
    assert said[11] == (
        False,
        "现在可以为好物推荐发送 recommendations",
        "Telegram：没有可用渠道、邮件：没有可用渠道",
    )


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("segments", SEGMENTS), ("events", EVENTS), ("intents", INTENTS), ("message_channels", CHANNELS),
        ("not_sent", REASONS),
    ],
)  # fmt: skip
def test_every_word_of_the_rules_has_its_chinese(place: str, names: tuple[str, ...]) -> None:
    assert set(names) - set(words("zh")[place]) == set()
