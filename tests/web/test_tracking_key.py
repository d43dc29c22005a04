"""A write key is the user of Basic authentication, as the Segment libraries send it."""

from __future__ import annotations

import base64

import pytest

from rapport.settings import Settings
from tests.web.conftest import Running
from tests.web.signing_in import key_of_program
from tests.web.test_staff import trying


def basic(user: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()}


async def test_only_a_write_key_tracks(running: Running, settings: Settings) -> None:
    async with trying(settings) as (http, settings):
        site = (await key_of_program(settings, "site", "write"))["Authorization"].removeprefix("Bearer ")
        crm = (await key_of_program(settings, "crm", "api"))["Authorization"].removeprefix("Bearer ")
        good = await http.get("/track", headers=basic(f"{site}:"))
        assert (good.status_code, good.json()) == (200, {"key": "site"})
        for wrong in (basic(f"{crm}:"), basic(":"), basic(f":{site}"), {"Authorization": f"Bearer {site}"}, {}):
            assert (await http.get("/track", headers=wrong)).status_code == 401


@pytest.mark.parametrize("sent", ["Basic", "Basic ???", "Basic /////w==", "Basic YQ", "basic  ", "Basic 密".encode()])
async def test_what_is_no_authentication_is_401(running: Running, settings: Settings, sent: str | bytes) -> None:
    async with trying(settings) as (http, _):
        raw = sent if isinstance(sent, bytes) else sent.encode()
        refused = await http.get("/track", headers=[(b"Authorization", raw.rstrip())])
        assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
