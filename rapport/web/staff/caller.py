"""Who is asking: a member of staff by her log-in, or a program by its key; and what each may do.

A page takes `SignedIn` (who is not is sent to the log-in), a route of the API `Caller` (who is not gets a 401).
`Depends(needs("conversations.answer"))` is a `Caller` with a permission, `Depends(page_needs(…))` a `SignedIn` so.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Literal, cast
from urllib.parse import quote

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from rapport.settings import LANGUAGES, Language
from rapport.store.agents import Agent, Role
from rapport.store.api_keys import api_key_of, is_api_key_good
from rapport.store.staff_sessions import StaffSession, extend_staff_session, staff_session
from rapport.web.origins import is_own
from rapport.web.problems import problem
from rapport.web.services import Services, services
from rapport.web.staff.cookies import NOTED_EVERY, cookie_of, csrf_token, expiry, hash_of
from rapport.web.staff.pages import staff_page
from rapport.web.staff.roles import OF_A_KEY, PERMISSIONS, Permission

SAFE = {"GET", "HEAD", "OPTIONS"}
Given = Annotated[Services, Depends(services)]


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff, or a program (`via` key; its name is then `key:NAME`).

    `csrf` is the token her pages send back; `session` names her log-in, for `still_signed_in`.
    """

    name: str
    shown_name: str
    role: Role
    language: Language
    via: Literal["session", "key"]
    csrf: str = field(default="", repr=False)
    session: str = field(default="", repr=False)

    def may(self, permission: Permission) -> bool:
        return permission in (PERMISSIONS[self.role] if self.via == "session" else OF_A_KEY)


class NotSignedInError(Exception):
    """This page is for staff: log in first."""

    def __init__(self, request: Request, path: str = "/log-in") -> None:
        super().__init__(path)
        # Only a page can be come back to; what was posted is gone.
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        self.path = f"{path}?next={quote(here, safe='')}" if request.method == "GET" else path
        self.in_page = "hx-request" in request.headers

    def answer(self) -> Response:
        """To the log-in; a part of a page, fetched by a script, takes the whole page there."""
        if self.in_page:
            return Response(status_code=401, headers={"HX-Redirect": self.path.partition("?")[0]})
        return RedirectResponse(self.path, 303, headers={"Cache-Control": "no-store"})


class PageRefusedError(HTTPException):
    """A page is refused to a person, who reads why in her language; to a script it is a problem like any other."""

    def __init__(self, error: HTTPException, staff: Staff, why: Literal["role", "stale", "often"]) -> None:
        super().__init__(error.status_code, error.detail, error.headers)
        self.staff, self.why = staff, why

    def answer(self, request: Request) -> Response:
        if "text/html" not in request.headers.get("accept", "") or "hx-request" in request.headers:
            return problem(self.status_code, str(self.detail), headers=self.headers)
        given: Services = request.app.state.services
        shown = staff_page(
            "refused.html", given, self.staff.language, status=self.status_code, staff=self.staff, why=self.why,
        )  # fmt: skip
        shown.headers.update(self.headers or {})
        return shown


def install_sign_in(app: FastAPI) -> None:
    """Sends who is not signed in to the log-in, and tells who may not see a page why."""

    async def send_away(request: Request, error: Exception) -> Response:
        assert isinstance(error, NotSignedInError)  # noqa: S101  what it was registered for
        return error.answer()

    async def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, PageRefusedError)  # noqa: S101  what it was registered for
        return error.answer(request)

    app.add_exception_handler(NotSignedInError, send_away)
    app.add_exception_handler(PageRefusedError, refuse)


async def caller(request: Request, given: Given) -> Staff:
    """Who calls this route of the API: a key as `Authorization: Bearer`, or a log-in by cookie and `X-CSRF-Token`."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() == "bearer":
        return await _program(key.strip(), given)
    found = await log_in_of(request, given)
    if found is None or not found[0].confirmed:
        raise HTTPException(401, "Log in at /log-in, or give an API key: `Authorization: Bearer KEY`.")
    staff = staff_of(request, given, *found)
    if request.method not in SAFE:
        refuse_foreign(request, given)
        refuse_forged(request.headers.get("x-csrf-token", ""), staff)
    return staff


async def signed_in(request: Request, given: Given) -> Staff:
    """Who looks at this page, or posts its form (with the hidden field `csrf`). Raises NotSignedInError."""
    found = await log_in_of(request, given)
    if found is None:
        raise NotSignedInError(request)
    if not found[0].confirmed:
        raise NotSignedInError(request, "/log-in/code")
    staff = staff_of(request, given, *found)
    if request.method not in SAFE:
        try:
            refuse_foreign(request, given)
            refuse_forged(request.headers.get("x-csrf-token") or await _field(request, "csrf"), staff)
        except HTTPException as error:
            raise PageRefusedError(error, staff, "stale") from error
    return staff


Caller = Annotated[Staff, Depends(caller)]
SignedIn = Annotated[Staff, Depends(signed_in)]


def needs(*any_of: Permission | Role) -> Callable[[Staff], Awaitable[Staff]]:
    """A dependency: the caller, if she has one of these permissions or roles; 403 otherwise."""

    async def allowed(staff: Caller) -> Staff:
        return _allow(staff, any_of)

    return allowed


def page_needs(*any_of: Permission | Role) -> Callable[[Staff], Awaitable[Staff]]:
    """The same for a page."""

    async def allowed(staff: SignedIn) -> Staff:
        try:
            return _allow(staff, any_of)
        except HTTPException as error:
            raise PageRefusedError(error, staff, "role") from error

    return allowed


def _allow(staff: Staff, any_of: tuple[Permission | Role, ...]) -> Staff:
    if staff.role in any_of or any(staff.may(wanted) for wanted in any_of):  # type: ignore[arg-type]
        return staff
    raise HTTPException(403, f"Your role here is {staff.role}; this needs {' or '.join(any_of)}. An admin can help.")


async def still_signed_in(staff: Staff, given: Services) -> bool:
    """Whether her log-in still holds: for a stream, which is asked once and lasts for hours."""
    async with given.database.reading() as session:
        if staff.via == "key":
            return await is_api_key_good(session, staff.name.removeprefix("key:"))
        return await staff_session(session, staff.session, now=given.clock()) is not None


def refuse_foreign(request: Request, given: Services) -> None:
    """403 for a post from another site's page."""
    origin = request.headers.get("origin")
    if origin and not is_own(origin, public_url=given.settings.public_url, host=request.headers.get("host", "")):
        raise HTTPException(403, "This was sent from a page of another site (or RAPPORT_PUBLIC_URL is not this one).")


def refuse_forged(token: str, staff: Staff) -> None:
    """403 for a post without the token of this log-in."""
    if not hmac.compare_digest(token.encode(errors="replace"), staff.csrf.encode()):
        raise HTTPException(403, "The page is out of date, or this was sent from elsewhere: load it again.")


async def _program(key: str, given: Services) -> Staff:
    async with given.database.reading() as session:
        found = await api_key_of(session, hash_of(key), scope="api")
    # Found by its hash: whoever measures the time learns about hashes, from which no key can be made.
    if found is None or not hmac.compare_digest(found.key_hash, hash_of(key)):
        raise HTTPException(
            401, "This is no API key, or a revoked one. `rapport keys add NAME --scope api` makes one."
        )
    return Staff(f"key:{found.name}", found.name, "agent", given.settings.default_language, "key")


async def log_in_of(request: Request, given: Services) -> tuple[StaffSession, Agent] | None:
    """The log-in of this browser, confirmed or not, and whose it is."""
    key = cookie_of(request, given.settings)
    if not key:
        return None
    now = given.clock()
    async with given.database.reading() as session:
        found = await staff_session(session, hash_of(key), now=now)
    # Whoever still owes the code does not gain time by asking for the page again.
    if found is not None and found[0].confirmed and now - found[0].seen_at >= NOTED_EVERY:
        async with given.database.session() as session:
            until = expiry(found[0].began_at, now)
            await extend_staff_session(session, found[0].key_hash, now=now, expires_at=until)
    return found


def staff_of(request: Request, given: Services, log_in: StaffSession, agent: Agent) -> Staff:
    """Who is logged in, as pages and routes see her."""
    language = agent.language if agent.language in LANGUAGES else given.settings.default_language
    csrf = csrf_token(cookie_of(request, given.settings), key=given.settings.key())
    return Staff(agent.name, agent.shown_name, cast(Role, agent.role), language, "session", csrf, log_in.key_hash)


async def _field(request: Request, name: str) -> str:
    value = (await request.form()).get(name)
    return value if isinstance(value, str) else ""
