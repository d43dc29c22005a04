"""What relays mean."""

from __future__ import annotations

import pytest

from rapport.messaging.outcome import refusal


@pytest.mark.parametrize(
    ("code", "text", "kind", "dead"),
    [
        (421, "4.3.2 closing", "refused_for_now", False),
        (450, "4.2.1 mailbox busy", "refused_for_now", False),
        (550, "5.1.1 <x> User unknown", "refused", True),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound", "refused", True),
        (550, "5.2.1 mailbox disabled", "refused", True),
        (550, "5.7.1 mailbox unavailable for policy reasons", "refused", False),
        (550, "No such user here", "refused", True),
        (553, "sorry, that recipient is unknown", "refused", True),
        (550, "Message looks like spam", "refused", False),
        (552, "5.2.2 mailbox full", "refused", False),
        (554, "no such user", "refused", False),
    ],
)
def test_refusal(code: int, text: str, kind: str, dead: bool) -> None:
    outcome = refusal(code, text, of_recipient=True)
    assert (outcome.kind, outcome.dead_address) == (kind, dead)


def test_refusal_of_the_letter_says_nothing_of_the_address() -> None:
    assert refusal(550, "5.1.1 no such user", of_recipient=False).dead_address is False
