"""Rules are read whole, or refused with the line and what would be right."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.marketing.errors import RuleError
from rapport.marketing.rule_checks import TemplateFacts
from rapport.marketing.rules import read_rules

GOOD = """\
rule: cart-reminder
purpose: offers
when: {event: cart_abandoned, after: 3h}
if:
  all:
    - segment: {in: [loyal, promising]}
    - conversion: {below: 0.6}
then:
  - send: {channel: email, template: cart_reminder}
  - wait: {for: 2d, until: {event: order_placed}}
  - exit
limit: once per 7d
holdout: 10%
variants: {subject: [short, warm]}
exit: {event: unsubscribed}
tests:
  - given: {events: [cart_abandoned 3h ago]}
    expect: nothing
"""
REPLY = "reply: {zh: 好, en: fine}"


def problem(text: str | bytes) -> str:
    with pytest.raises(RuleError) as caught:
        read_rules(text if isinstance(text, bytes) else text.encode(), "r.yml", templates=None)
    return str(caught.value)


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("rule: cart-reminder", "rule: Cart Reminder",
         'r.yml:1: "Cart Reminder" does not fit in rule; write it like cart-reminder'),
        ("rule: cart-reminder\n", "", 'r.yml:1: the rule lacks "rule"'),
        ("purpose: offers", "porpoise: offers",
         'r.yml:2: "porpoise" has no meaning in the rule; did you mean "purpose"?'),
        ("purpose: offers", "purpose: offer", 'r.yml:2: "offer" is not known in purpose; did you mean "offers"?'),
        ("purpose: offers\n", "",
         'r.yml:8: a message needs the rule\'s "purpose": consent is per channel and purpose'),
        ("event: cart_abandoned, after", "event: cart_abandonned, after",
         'r.yml:3: "cart_abandonned" is not known in when.event; did you mean "cart_abandoned"?'),
        ("event: cart_abandoned, after: 3h", "after: 3h", 'r.yml:3: when lacks "event"'),
        ("event: cart_abandoned,", "event: cart_abandoned, intent: recommend,",
         'r.yml:3: when takes "event" or "intent", not both'),
        ("event: cart_abandoned,", "event: message_sent,",
         'r.yml:3: "message_sent" does not set rules off yet; ask about it in if:, '
         "or set the rule off by what caused it"),
        ("after: 3h", "after: 3 hours",
         'r.yml:3: "3 hours" does not fit in when.after; write it like 30m or 3h or 7d'),
        ("after: 3h", "after: 400d", 'r.yml:3: "400d" is longer than a year'),
        ("segment: {in", "segmnt: {in",
         'r.yml:6: "segmnt" has no meaning in if.all; did you mean "segment"?'),
        ("[loyal, promising]", "[loyal, promissing]",
         'r.yml:6: "promissing" is not known in if.all.segment.in; did you mean "promising"?'),
        ("[loyal, promising]", "[]", "r.yml:6: if.all.segment.in is empty"),
        ("{below: 0.6}", "{below: much}", 'r.yml:7: if.all.conversion.below takes a number, not "much"'),
        ("conversion: {below: 0.6}", "{tag: a, language: zh}",
         'r.yml:7: if.all says "tag", "language" at once; give each an entry of its own (under all: for conditions)'),
        ("conversion: {below: 0.6}", "event: order_placed", 'r.yml:7: if.all says "event" without "within"'),
        (
            "channel: email",
            "channel: push",
            'r.yml:9: "push" is not known in then.send.channel; choose from email, telegram, web',
        ),
        ("template: cart_reminder", "template: 7", "r.yml:9: then.send.template takes text, not 7"),
        ("  - exit", "  - leave", 'r.yml:11: "leave" is not known in then; choose from exit'),
        ("  - exit", f"  - {REPLY}",
         "r.yml:11: reply: comes when the conversation is over; use send: after a delay"),
        ("  - exit", "  - coupon: {percent: 95, days: 7}",
         "r.yml:11: then.coupon.percent takes at most 90, not 95"),
        ("  - exit", "  - coupon: {percent: ten, days: 7}",
         'r.yml:11: then.coupon.percent takes a whole number, not "ten"'),
        ("  - exit", "  - branch: [{else: exit}, {else: exit}]",
         "r.yml:11: what stands after else: is never reached; make else: the last"),
        ("limit: once per 7d", "limit: twice per 7d",
         'r.yml:12: "twice per 7d" does not fit in limit; write it like once or once per 7d'),
        ("limit: once per 7d", "limit: once per 999d", 'r.yml:12: "999d" is longer than a year'),
        ("holdout: 10%", "holdout: 0.1", "r.yml:13: holdout takes text, not 0.1"),
        ("[short, warm]", "[short]", "r.yml:14: variants.subject needs at least 2 entries"),
        ("exit: {event: unsubscribed}", "exit: unsubscribed", 'r.yml:15: exit takes a mapping, not "unsubscribed"'),
        ("[cart_abandoned 3h ago]", "[cart_abandonned 3h ago]",
         'r.yml:17: "cart_abandonned" is no event and no intent; did you mean "cart_abandoned"?'),
        ("[cart_abandoned 3h ago]", "[yesterday]",
         'r.yml:17: "yesterday" does not fit in tests.given.events; write it like order_placed 3h ago'),
        ("expect: nothing", "expect: something", 'r.yml:18: "something" is not known in tests.expect; '
         'did you mean "nothing"?'),
        ("limit: once per 7d", "limit: once per 7d\nlimit: once",
         'r.yml:13: says "limit" twice; one of them would be lost'),
        ("limit: once per 7d", "limit: &a once", "r.yml:12: uses an anchor or alias (& or *); write the value out"),
        ("limit: once per 7d", "limit: !!python/name:os.system once",
         "r.yml:12: uses a tag (!); write plain values only"),
        ("limit: once per 7d", "limit: {[a]: b}", "r.yml:12: has a key that is not a word"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line_and_what_would_be_right(right: str, wrong: str, expected: str) -> None:
    assert right in GOOD
    assert problem(GOOD.replace(right, wrong)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rule: [", "r.yml:2: is not YAML:"),
        ("a: b\n\tc: d", "r.yml:2: is not YAML:"),
        ("just words", 'r.yml:1: the rule takes a mapping, not "just words"'),
        (f"{{rule: a, when: {{event: order_placed}}, then: {{{REPLY}}}}}",
         "r.yml:1: reply: needs a conversation; set the rule off by an intent"),
        ("{rule: a, when: {intent: greet}, then: {reply: {zh: 'a {code}', en: a}}}",
         "r.yml:1: {code} is of a coupon, and no coupon: stands above this reply"),
        ("{rule: a, when: {intent: greet}, then: {reply: {zh: 'a {nmae}', en: a}}}",
         'r.yml:1: {nmae} is nothing a reply can name; did you mean "name"?'),
        ("{rule: a, when: {intent: greet}, then: {reply: {zh: 'a {name.x}', en: a}}}",
         'r.yml:1: {name.x} is nothing a reply can name; did you mean "name"?'),
        ("{rule: a, when: {intent: greet}, then: {reply: {zh: 'a {', en: a}}}", "r.yml:1: has a lone brace;"),
        ("{rule: a, when: {intent: greet}, then: {reply: {zh: a}}}", 'r.yml:1: then.reply lacks "en"'),
        ("{rule: a, when: {intent: greet}, then: {tag: a}, exit: {event: order_placed}}",
         "r.yml:1: exit: ends a wait, and in this rule nobody waits"),
        ("{rule: a, when: {intent: greet}, then: {tag: a}, variants: {subject: [a, b]}}",
         "r.yml:1: variants: are of a message, and this rule sends none"),
        ("{rule: a, when: {intent: greet}, then: {tag: a, handoff: b}}",
         'r.yml:1: then says "tag", "handoff" at once; give each an entry of its own'),
        ("a: " + "[" * 30, "r.yml:1: is nested deeper than 20 levels"),
        (b"rule: a\nx: \xff", "r.yml:2: is not UTF-8 text"),
        (b"#" * (256 * 1024 + 1), "r.yml:1: is larger than 256 KB; split it into several files"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_rule_is_refused(text: str | bytes, expected: str) -> None:
    assert problem(text).startswith(expected)


TEMPLATES = {
    "cart_reminder": TemplateFacts(transactional=False, variants=frozenset({"default", "short", "warm"})),
    "receipt": TemplateFacts(transactional=True, variants=frozenset({"default"})),
}


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("template: cart_reminder", "template: cart_remainder",
         'r.yml:9: there is no template "cart_remainder"; did you mean "cart_reminder"?'),
        ("template: cart_reminder", "template: receipt",
         'r.yml:9: the template "receipt" is transactional, which does not go with purpose: offers'),
        ("purpose: offers", "purpose: order_updates",
         'r.yml:9: the template "cart_reminder" is marketing, which does not go with purpose: order_updates'),
        ("[short, warm]", "[short, worm]",
         'r.yml:14: the template "cart_reminder" has no subject "worm"; did you mean "warm"?'),
    ],
)  # fmt: skip
def test_a_template_that_does_not_fit_is_refused(right: str, wrong: str, expected: str) -> None:
    with pytest.raises(RuleError) as caught:
        read_rules(GOOD.replace(right, wrong).encode(), "r.yml", templates=TEMPLATES)
    assert str(caught.value) == expected


def test_a_good_rule_is_compiled() -> None:
    [rule] = read_rules(GOOD.encode(), "r.yml", templates=TEMPLATES)
    assert (rule.name, rule.purpose, rule.trigger.event, rule.trigger.after) == (
        "cart-reminder", "offers", "cart_abandoned", timedelta(hours=3),
    )  # fmt: skip
    assert (rule.limit and rule.limit.per, rule.holdout, rule.variants, rule.exits) == (
        timedelta(days=7), 0.1, ("short", "warm"), frozenset({"unsubscribed"}),
    )  # fmt: skip


def test_several_rules_of_a_file_keep_their_lines() -> None:
    one = "rule: a\nwhen: {intent: greet}\nthen: {tag: a}\n"
    rules = read_rules(f"{one}---\n{one}---\n".encode(), "r.yml")
    assert [rule.line for rule in rules] == [1, 5]


def test_a_version_is_of_the_content_and_not_of_its_layout() -> None:
    def version(text: str) -> str:
        return read_rules(text.encode(), "r.yml")[0].version

    laid_out = "# new\n" + GOOD.replace("limit: once per 7d\n", "").replace("rule: ", "limit: once per 7d\nrule: ")
    described = GOOD + "description: something\n"
    changed = GOOD.replace("once per 7d", "once per 8d")
    assert (version(laid_out), version(described)) == (version(GOOD), version(GOOD))
    assert version(changed) != version(GOOD)


def test_the_kept_text_of_a_version_is_that_version() -> None:
    [rule] = read_rules(GOOD.encode(), "r.yml")
    [again] = read_rules(rule.source.encode(), "r.yml")
    assert (again.version, again.source) == (rule.version, rule.source)


def test_words_and_times_stay_text() -> None:
    [rule] = read_rules(b"{rule: a, when: {intent: greet}, then: {reply: {zh: no, en: 21:00}}}", "r.yml")
    assert rule.source.endswith('"then":{"reply":{"en":"21:00","zh":"no"}},"when":{"intent":"greet"}}')


def outcome(content: bytes) -> str:
    """Any other error than RuleError comes through and fails the test."""
    try:
        read_rules(content, "r.yml")
    except RuleError:
        return "refused"
    return "rules"


PIECES = st.sampled_from(
    [
        *GOOD.split("\n"),
        "---",
        "  - ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        "&a",
        "*a",
        "!!x",
        "? ",
        "|",
        "'",
        '"',
        "\t",
        "#",
        "%",
    ]
)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_are_a_rule_or_a_rule_error(content: bytes) -> None:
    assert outcome(content) in ("rules", "refused")


@given(st.lists(PIECES, max_size=25), st.sampled_from(["\n", " ", ""]))
def test_any_pieces_of_a_rule_are_a_rule_or_a_rule_error(pieces: list[str], between: str) -> None:
    assert outcome(between.join(pieces).encode()) in ("rules", "refused")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 999) | st.floats(-2, 2) | st.sampled_from(["3h", "exit", "loyal"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["rule", "when", "if", "then", "all", "any", "not", "segment", "in", "event", "within", "send", "channel",
         "template", "wait", "for", "until", "branch", "else", "reply", "zh", "en", "coupon", "tag", "tests", "given",
         "expect", "events", "limit", "exit", "variants"]), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.fixed_dictionaries({}, optional={"if": JSON, "then": JSON, "tests": JSON, "exit": JSON, "variants": JSON}))
def test_any_data_is_a_rule_or_a_rule_error(parts: dict[str, object]) -> None:
    data = {"rule": "a", "when": {"intent": "greet"}, "then": {"tag": "a"}, **parts}
    assert outcome(json.dumps(data).encode()) in ("rules", "refused")
