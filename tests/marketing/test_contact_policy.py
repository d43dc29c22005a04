"""Who may be written to, when, and the first reason why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from rapport.marketing.contact_policy import ContactPolicy, Outgoing, allowed, look_again_at, quiet_until
from rapport.marketing.errors import RuleError
from rapport.marketing.policy_file import read_policy
from rapport.marketing.profile import PastMessage, Profile

POLICY = ContactPolicy(quiet_from=time(21), quiet_to=time(9), caps={"email": 2})
NOON = datetime.fromisoformat("2026-03-01T12:00:00+08:00")
OFFER, OWED = Outgoing("email", "offers"), Outgoing("email", "order_updates")


def sent(number: int, at: datetime, *, purpose: str = "recommendations", was_sent: bool = True) -> PastMessage:
    return PastMessage(number, "email", purpose, at, was_sent)


TWO_TODAY = (sent(1, NOON - timedelta(hours=1)), sent(2, NOON - timedelta(hours=2)))


@pytest.mark.parametrize(
    ("changes", "at", "offer", "owed"),
    [
        ({}, NOON, None, None),
        ({"addresses": {}}, NOON, "no_channel", "no_channel"),
        ({"suppressions": {"email": "bounced"}}, NOON, "suppressed", "suppressed"),
        ({"suppressions": {"email": "unsubscribed"}}, NOON, "suppressed", None),
        ({"consents": frozenset({("email", "newsletter")})}, NOON, "no_consent", None),
        ({"responder": "agent"}, NOON, "with_agent", None),
        ({"responder": "queue"}, NOON, "with_agent", None),
        ({}, NOON.replace(hour=21), "quiet_hours", None),
        ({}, NOON.replace(hour=8, minute=59), "quiet_hours", None),
        ({}, NOON.replace(hour=9), None, None),
        ({"time_zone": "America/New_York"}, NOON, "quiet_hours", None),
        ({"messages": TWO_TODAY}, NOON, "capped", None),
        ({"messages": TWO_TODAY}, NOON + timedelta(days=1), None, None),
        ({"messages": (TWO_TODAY[0], sent(2, NOON, purpose="order_updates"))}, NOON, None, None),
    ],
)  # fmt: skip
def test_the_first_reason_wins(
    known: Profile, changes: dict[str, Any], at: datetime, offer: str | None, owed: str | None
) -> None:
    profile = replace(known, **changes)
    assert (allowed(profile, OFFER, at, POLICY), allowed(profile, OWED, at, POLICY)) == (offer, owed)


def test_a_message_expires(known: Profile) -> None:
    outgoing = replace(OWED, expires_at=NOON)
    reasons = [allowed(known, outgoing, at, POLICY) for at in (NOON - timedelta(seconds=1), NOON)]
    assert reasons == [None, "expired"]


def test_the_cap_counts_the_customers_own_day(known: Profile) -> None:
    """Two mails at 23:00 and 01:00 in Shanghai are two days there and one in New York."""
    late, early = (datetime.fromisoformat(f"2026-03-0{day}+08:00") for day in ("1T23:00:00", "2T01:00:00"))
    messages = (sent(1, late), sent(2, early))
    in_shanghai = replace(known, messages=messages)
    in_new_york = replace(in_shanghai, time_zone="America/New_York")
    open_at_night = replace(POLICY, quiet_from=time(0), quiet_to=time(0))
    reasons = [
        allowed(profile, OFFER, early + timedelta(minutes=1), open_at_night) for profile in (in_shanghai, in_new_york)
    ]
    assert reasons == [None, "capped"]


def test_a_queued_message_stands_aside_for_sent_ones_only(known: Profile) -> None:
    waiting = (sent(1, NOON, was_sent=False), sent(2, NOON, was_sent=False), sent(3, NOON, was_sent=False))
    profile = replace(known, messages=waiting)
    asked_about = [allowed(profile, replace(OFFER, id=number), NOON, POLICY) for number in (None, 1)]
    assert asked_about == ["capped", None]


@pytest.mark.parametrize(
    ("at", "expected"),
    [("2026-03-01T22:00:00+08:00", "2026-03-02T09:00:00+08:00"),
     ("2026-03-01T03:00:00+08:00", "2026-03-01T09:00:00+08:00"),
     ("2026-03-01T10:00:00+08:00", "2026-03-01T10:00:00+08:00")],
)  # fmt: skip
def test_quiet_hours_end_in_the_morning(known: Profile, at: str, expected: str) -> None:
    assert quiet_until(known, datetime.fromisoformat(at), POLICY) == datetime.fromisoformat(expected)


def test_quiet_hours_end_right_when_the_clocks_change(known: Profile) -> None:
    in_berlin = replace(known, time_zone="Europe/Berlin")
    night_of_summer_time = datetime.fromisoformat("2026-03-28T23:00:00+01:00")
    assert quiet_until(in_berlin, night_of_summer_time, POLICY) == datetime.fromisoformat("2026-03-29T09:00:00+02:00")


def test_equal_ends_are_no_quiet_hours(known: Profile) -> None:
    midnight = NOON.replace(hour=0)
    assert allowed(known, OFFER, midnight, replace(POLICY, quiet_from=time(0), quiet_to=time(0))) is None


def test_some_reasons_are_a_matter_of_time(known: Profile) -> None:
    night = NOON.replace(hour=23)
    again = {
        reason: look_again_at(reason, known, night, POLICY) for reason in ("quiet_hours", "with_agent", "capped")
    }
    assert again == {
        "quiet_hours": datetime.fromisoformat("2026-03-02T09:00:00+08:00"),
        "with_agent": night + timedelta(minutes=30),
        "capped": None,
    }


def test_a_time_zone_that_does_not_exist_is_utc(known: Profile) -> None:
    nowhere = replace(known, time_zone="../etc/passwd")
    assert quiet_until(
        nowhere, datetime.fromisoformat("2026-03-01T22:00:00+00:00"), POLICY
    ) == datetime.fromisoformat("2026-03-02T09:00:00+00:00")


def test_a_policy_file_is_read() -> None:
    content = b'quiet_hours: {from: 20:30, to: "07:00"}\ncaps: {email: 3}\nexpires_after: 36h\n'
    assert read_policy(content, "p.yml") == ContactPolicy(time(20, 30), time(7), {"email": 3}, timedelta(hours=36))


def test_what_a_policy_file_leaves_out_is_as_usual() -> None:
    assert (read_policy(b"", "p.yml"), read_policy(b"caps: {}", "p.yml")) == (ContactPolicy(), ContactPolicy())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("quiet: {}", 'p.yml:1: "quiet" has no meaning in the contact policy; did you mean "quiet_hours"?'),
        ("caps: {}\nquiet_hours: {from: 25:00}", 'p.yml:2: "25:00" is not a time of day; write it like "21:00"'),
        ("caps: {email: many}", "p.yml:1: email takes a number of messages a day, from 0 to 1000"),
        ("caps: {emial: 1}", 'p.yml:1: "emial" has no meaning in caps; did you mean "email"?'),
        ("caps: 3", "p.yml:1: caps takes a mapping of email, web, telegram"),
        ("expires_after: soon",
         'p.yml:1: "soon" is not a span of time; write a number and m, h, d or w, as in 30m, 3h or 7d'),
        ("- a", "p.yml:1: the contact policy takes a mapping of quiet_hours, caps, expires_after"),
        ("caps: {}\n---\ncaps: {}", "p.yml:3: has a second document; one file is one policy"),
    ],
)  # fmt: skip
def test_a_policy_file_with_a_fault_is_refused(content: str, expected: str) -> None:
    with pytest.raises(RuleError) as caught:
        read_policy(content.encode(), "p.yml")
    assert str(caught.value) == expected
