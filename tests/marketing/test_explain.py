"""Each question is told with what is so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from rapport.marketing.explain import Finding, explain, would_act
from rapport.marketing.profile import PastEvent, Profile
from rapport.marketing.rulebook import RuleFolder
from rapport.marketing.said import IN_ENGLISH


def told(finding: Finding) -> tuple[str, str, bool, int]:
    return IN_ENGLISH(finding.asked), IN_ENGLISH(finding.actual), finding.holds, finding.depth


def test_why_a_rule_would_act(known: Profile, now: datetime, shipped: RuleFolder) -> None:
    book = shipped.current()
    [rule] = [rule for rule in book.rules if rule.name == "recommendation-follow-up"]
    findings = explain(known, rule, book, now)
    assert list(map(told, findings)) == [
        ("not", "", True, 0),
        ("order_placed within 2h", "never", False, 1),
        ("not more than once per 7d", "never yet", True, 0),
        ("recommendations may be sent for recommendations now", "telegram: no_channel, email: open", True, 0),
    ]
    assert would_act(findings) is True


def test_why_a_rule_would_do_nothing(known: Profile, now: datetime, shipped: RuleFolder) -> None:
    book = shipped.current()
    [rule] = [rule for rule in book.rules if rule.name == "recommendation-follow-up"]
    profile = replace(
        known,
        consents=frozenset(),
        events={"order_placed": PastEvent("order_placed", now)},
        firings={rule.name: now - timedelta(days=1)},
    )
    findings = explain(profile, rule, book, now)
    assert [(IN_ENGLISH(finding.actual), finding.holds) for finding in findings] == [
        ("", False),
        ("last at 2026-03-01 10:00 UTC", True),
        ("last at 2026-02-28 10:00 UTC", False),
        ("telegram: no_channel, email: no_consent", False),
    ]
    assert would_act(findings) is False
