"""The tests that stand in rules come out as customers would meet them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rapport.marketing.rule_tests import run_tests
from rapport.marketing.rulebook import RuleFolder

WriteRules = Callable[..., RuleFolder]

JOURNEY = """\
rule: cart-reminder
purpose: cart_reminders
when: {event: cart_abandoned, after: 3h}
if:
  all:
    - segment: {in: [loyal, promising]}
    - conversion: {below: 0.6}
    - not: {event: order_placed, within: 3h}
then:
  - send: {channel: email, template: cart_reminder}
  - wait: {for: 2d, until: {event: order_placed}}
  - branch:
      - if: {event: order_placed, within: 2d}
        then: [{tag: bought}, exit]
      - else: [{coupon: {percent: 10, days: 7}}, {send: {channel: email, template: cart_coupon}}]
limit: once per 7d
holdout: 99%
exit: {event: unsubscribed}
tests:
"""


def outcome(write_rules: WriteRules, text: str) -> list[str]:
    folder = write_rules(a=text)
    book = folder.current()
    assert folder.errors == ()
    return [f"{failure.test.line}: {failure.problem}" for failure in run_tests(book)[1]]


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        ("segment: loyal, conversion: 0.4, events: [cart_abandoned 3h ago]", "{send: cart_reminder}"),
        ("segment: loyal, conversion: 0.4, events: [cart_abandoned 3h ago, order_placed 1h ago]", "nothing"),
        ("segment: loyal, conversion: 0.4, events: [cart_abandoned 2h ago]", "nothing"),
        ("segment: loyal, conversion: 0.7", "nothing"),
        ("segment: loyal, conversion: 0.4", "{send: cart_reminder}"),
        ("segment: loyal, conversion: 0.4, consents: [offers by email]", "{suppressed: no_consent}"),
        ("segment: loyal, conversion: 0.4, events: [cart_abandoned 3d ago]",
         "{send: [cart_reminder, cart_coupon], coupon: 10}"),
        ("segment: loyal, conversion: 0.4, events: [cart_abandoned 3d ago, order_placed 2d ago]",
         "{send: cart_reminder, tag: bought}"),
        ("segment: loyal, conversion: 0.4, events: [cart_abandoned 3d ago, unsubscribed 2d ago]",
         "{send: cart_reminder}"),
        ("segment: loyal, conversion: 0.4, events: [cart_abandoned 9h ago, cart_abandoned 5h ago]",
         "{send: cart_reminder}"),
        ("known: false", "nothing"),
    ],
)  # fmt: skip
def test_a_story_ends_as_it_should(write_rules: WriteRules, given: str, expect: str) -> None:
    assert outcome(write_rules, f"{JOURNEY}  - given: {{{given}}}\n    expect: {expect}\n") == []


def test_a_failure_says_which_test_what_it_expected_and_what_came(write_rules: WriteRules) -> None:
    tests = "  - given: {segment: loyal, conversion: 0.4}\n    expect: nothing\n"
    tests += "  - name: too likely to buy\n    given: {segment: loyal, conversion: 0.7}\n"
    tests += "    expect: {send: cart_reminder}\n"
    assert outcome(write_rules, JOURNEY + tests) == [
        "20: cart-reminder, test 1: expected nothing, came send cart_reminder",
        "22: cart-reminder, too likely to buy: expected send cart_reminder, came nothing",
    ]


def test_a_chat_rule_replies_and_hands_over(write_rules: WriteRules) -> None:
    text = """\
rule: a
when: {intent: complaint}
then: [{reply: {zh: 抱歉, en: Sorry}}, {handoff: complaint}]
tests:
  - given: {known: false}
    expect: {reply: true, handoff: complaint}
  - given: {events: [greet 1h ago]}
    expect: {reply: true, handoff: complaint}
"""
    assert outcome(write_rules, text) == []


def test_the_shipped_rules_pass_their_tests(shipped: RuleFolder) -> None:
    count, failures = run_tests(shipped.current())
    assert (failures, shipped.errors, count >= len(shipped.current())) == ((), (), True)


def test_every_shipped_rule_has_a_test(shipped: RuleFolder) -> None:
    assert [rule.name for rule in shipped.current().rules if not rule.tests] == []
