"""The write key of the tracking API: the user of Basic authentication, as the Segment libraries send it."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from rapport.store.api_keys import api_key_of
from rapport.web.staff.caller import Given
from rapport.web.staff.cookies import hash_of

# Not WWW-Authenticate: Basic: a browser would ask its user for a password.
REFUSAL = "Give a write key as the user of Basic authentication. `rapport keys add NAME --scope write` makes one."


async def write_key(request: Request, given: Given) -> str:
    """The name of the write key this request brings. 401 without a good one."""
    key = _user(request.headers.get("authorization", ""))
    async with given.database.reading() as session:
        found = await api_key_of(session, hash_of(key), scope="write") if key else None
    if found is None or not hmac.compare_digest(found.key_hash, hash_of(key)):
        raise HTTPException(401, REFUSAL)
    return found.name


WriteKey = Annotated[str, Depends(write_key)]


def _user(authorization: str) -> str:
    scheme, _, sent = authorization.partition(" ")
    try:
        user = base64.b64decode(sent.strip(), validate=True).decode() if scheme.casefold() == "basic" else ""
    except (binascii.Error, ValueError):
        return ""
    return user.partition(":")[0]
