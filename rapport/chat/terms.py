"""What the shop has promised its customers and asks of its agents: times, hours, skills."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from rapport.chat.hours import Hours


@dataclass(frozen=True, slots=True)
class Terms:
    """`first_response` and `next_response`: until when an agent has answered. `accept`: how long one who was given a
    conversation may take to open it. `silent`: without a heartbeat for so long she is not there; `gone`: what she
    holds and a customer waits in goes back to the queue. `skills`: reason of a hand-off → the skill it needs.
    """

    first_response: timedelta = timedelta(seconds=120)
    next_response: timedelta = timedelta(seconds=300)
    accept: timedelta = timedelta(seconds=45)
    silent: timedelta = timedelta(seconds=60)
    gone: timedelta = timedelta(seconds=180)
    hours: Hours = field(default_factory=Hours)
    skills: Mapping[str, str] = field(default_factory=dict)


TERMS = Terms()
# For whoever lives longer than a request: the shop may change them meanwhile.
TermsNow = Callable[[], Terms]
