"""`contact-policy.yml`: quiet hours and caps as the shop has set them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from rapport.marketing.contact_policy import ContactPolicy
from rapport.marketing.errors import RuleError, choices
from rapport.marketing.marked_yaml import Document, Path, read
from rapport.marketing.spans import span
from rapport.marketing.vocabulary import CHANNELS

NAME = "contact-policy.yml"
CLOCK = re.compile("([01][0-9]|2[0-3]):([0-5][0-9])")
MOST_A_DAY = 1000


def read_policy(content: bytes, file: str) -> ContactPolicy:
    """The policy in a file; what it does not say is as in ContactPolicy. Raises RuleError."""
    documents = read(content, file)
    if len(documents) > 1:
        raise RuleError(file, documents[1].line(()), "has a second document; one file is one policy")
    if not documents:
        return ContactPolicy()
    document, default = documents[0], ContactPolicy()
    data = _mapping(document, (), ("quiet_hours", "caps", "expires_after"))
    quiet = _mapping(document, ("quiet_hours",), ("from", "to")) if "quiet_hours" in data else {}
    caps = _mapping(document, ("caps",), CHANNELS) if "caps" in data else {}
    return ContactPolicy(
        quiet_from=_clock(document, ("quiet_hours", "from")) if "from" in quiet else default.quiet_from,
        quiet_to=_clock(document, ("quiet_hours", "to")) if "to" in quiet else default.quiet_to,
        caps={channel: _cap(document, ("caps", channel)) for channel in caps},
        expires_after=_span(document, ("expires_after",)) if "expires_after" in data else default.expires_after,
    )


def _part(document: Document, path: Path) -> Any:
    part = document.data
    for key in path:
        part = part[key]
    return part


def _mapping(document: Document, path: Path, known: tuple[str, ...]) -> Mapping[str, Any]:
    part = _part(document, path)
    place = ".".join(map(str, path)) or "the contact policy"
    if not isinstance(part, Mapping):
        raise document.error(path, f"{place} takes a mapping of {', '.join(known)}")
    for key in part:
        if key not in known:
            raise document.error((*path, key), f'"{key}" has no meaning in {place}; {choices(key, known)}')
    return part


def _clock(document: Document, path: Path) -> time:
    found = CLOCK.fullmatch(str(_part(document, path)))
    if found is None:
        raise document.error(path, f'"{_part(document, path)}" is not a time of day; write it like "21:00"')
    return time(int(found[1]), int(found[2]))


def _cap(document: Document, path: Path) -> int:
    cap = _part(document, path)
    if type(cap) is not int or not 0 <= cap <= MOST_A_DAY:
        raise document.error(path, f"{path[-1]} takes a number of messages a day, from 0 to {MOST_A_DAY}")
    return cap


def _span(document: Document, path: Path) -> Any:
    try:
        return span(str(_part(document, path)))
    except ValueError as error:
        raise document.error(path, str(error)) from error
