"""What guards the log-in: passwords in line, and limits on how often anybody may try."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from rapport.web.limits import Limit
from rapport.web.staff.passwords import Passwords


@dataclass(frozen=True, slots=True)
class Door:
    """A name may be tried eight times at once and then twice a minute, from an address five times as often.

    A code has six digits: whoever knows a password tries five at once and then one a minute, 0.4 % of all in a day.
    """

    passwords: Passwords = field(default_factory=Passwords)
    per_name: Limit = field(default_factory=lambda: Limit(2, at_once=8))
    per_address: Limit = field(default_factory=lambda: Limit(10, at_once=40))
    per_code: Limit = field(default_factory=lambda: Limit(1, at_once=5))


def the_door(request: Request) -> Door:
    """The door of the application that serves this request."""
    found: Door = request.app.state.door
    return found


AtDoor = Annotated[Door, Depends(the_door)]


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


def masked_address(request: Request) -> str:
    """The network it came from, without the machine: `192.0.2.*`, `2001:db8:1:*`."""
    address = address_of(request)
    if ":" in address:
        return ":".join(address.split(":")[:3]) + ":*"
    return address.rpartition(".")[0] + ".*" if "." in address else ""
