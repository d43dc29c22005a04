"""Every route and page of staff asks who is there: whoever comes later and forgets it fails here."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi.routing import APIRoute

from rapport.settings import Settings
from rapport.store.agents import Role
from rapport.web.app import ROUTERS, create_app
from tests.chat.conftest import unused_port
from tests.chat.rasa_server import serving
from tests.web.conftest import Running, running, settings
from tests.web.signing_in import signed_in_as

__all__ = ["running", "settings"]

ROUTES = sorted(
    {
        (method, route.path)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and route.path.startswith(("/api/", "/console", "/account", "/studio"))
        for method in route.methods or ()
    }
)
# What a viewer sees: figures, and her own account. Nothing of any person.
FOR_A_VIEWER = re.compile(r"/account|/api/figures|/console/board|/console$")


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    port = unused_port()
    settings = settings.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})
    async with (
        serving(create_app(settings), port) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as http,
    ):
        yield http


async def ask(http: httpx.AsyncClient, method: str, path: str, **more: dict[str, str]) -> httpx.Response:
    return await http.request(method, re.sub(r"\{[^}]*\}", "0" * 32, path), **more)  # type: ignore[arg-type]


async def test_nobody_comes_in_without_a_log_in(running: Running, settings: Settings) -> None:
    assert len(ROUTES) > 15
    async with served(settings) as http:
        for method, path in ROUTES:
            answer = await ask(http, method, path)
            turned_away = answer.status_code == 401 or answer.headers.get("location", "").startswith("/log-in")
            assert turned_away, f"{method} {path}: {answer.status_code}"


async def test_half_a_log_in_is_none(running: Running, settings: Settings) -> None:
    half = await signed_in_as(settings, "mei", "admin", confirmed=False)
    async with served(settings) as http:
        for method, path in ROUTES:
            answer = await ask(http, method, path, headers=half)
            turned_away = answer.status_code == 401 or answer.headers.get("location", "").startswith("/log-in/code")
            assert turned_away, f"{method} {path}: {answer.status_code}"


async def test_a_viewer_sees_nothing_of_any_person(running: Running, settings: Settings) -> None:
    viewer = await signed_in_as(settings, "vera", "viewer")
    async with served(settings) as http:
        for method, path in ROUTES:
            if not FOR_A_VIEWER.match(path):
                # 422: what a body lacks may be told before who asks is looked at; nothing was done or shown.
                status = (await ask(http, method, path, headers=viewer)).status_code
                assert status in (403, 422), f"{method} {path}: {status}"


@pytest.mark.parametrize("role", ["admin", "agent"])
async def test_a_post_of_a_foreign_page_is_refused_everywhere(
    running: Running, settings: Settings, role: Role
) -> None:
    staff = await signed_in_as(settings, "mei", role)
    foreign = {"Cookie": staff["Cookie"]}
    async with served(settings) as http:
        for method, path in ROUTES:
            if method not in ("GET", "HEAD"):
                status = (await ask(http, method, path, headers=foreign)).status_code
                assert status in (403, 422), f"{method} {path}: {status}"
