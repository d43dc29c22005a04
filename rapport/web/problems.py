"""Every error leaves as an RFC 9457 problem document, and never shows what was sent or what broke.

Only who looks for a page that is not there is shown one that says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from rapport.chat import errors
from rapport.learning import errors as learning_errors
from rapport.tokens import InvalidTokenError
from rapport.web.pages import page
from rapport.web.staff.pages import language_for

STATUS: dict[type[Exception], int] = {
    InvalidTokenError: 401,
    learning_errors.UnusablePeriodError: 422,
    learning_errors.UnknownTurnError: 404,
    learning_errors.WrittenProposalError: 409,
    errors.InvalidCustomerTokenError: 403,
    errors.UnknownButtonError: 403,
    errors.UnknownConversationError: 404,
    errors.RefusedFileError: 422,
    errors.InvalidFormError: 422,
    errors.WithAgentError: 409,
    errors.MovedError: 409,
    errors.NotHeldError: 409,
    errors.NotThereError: 409,
}

# There is nothing at this address, or nothing to look at.
NO_PAGE = frozenset({404, 405})


def problem(status: int, detail: str = "", *, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """A problem document; `more` are its further members."""
    title = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail or title, **more}
    sent = dict(headers or {}) | ({"WWW-Authenticate": "Bearer"} if status == 401 else {})
    return JSONResponse(content, status, headers=sent, media_type="application/problem+json")


def install_problems(app: FastAPI) -> None:
    """Answers every error of the routes with a problem document."""
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(RequestValidationError, _validation_problem)
    for kind in STATUS:
        app.add_exception_handler(kind, _refusal)


async def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  what it was registered for
    if error.status_code in NO_PAGE and _looks_for_a_page(request):
        return _no_page(request, error)
    return problem(error.status_code, str(error.detail), headers=error.headers)


def _looks_for_a_page(request: Request) -> bool:
    """A browser that goes to an address, not a script that fetches a part of a page or asks a route."""
    wanted = request.headers.get("accept", "")
    return request.method == "GET" and "text/html" in wanted and "hx-request" not in request.headers


def _no_page(request: Request, error: HTTPException) -> Response:
    given = request.app.state.services
    made = page("missing.html", language=language_for(request, given), shop=given.settings.shop_name)
    made.status_code = error.status_code
    made.headers.update(error.headers or {})
    return made


async def _validation_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  what it was registered for
    # Where and what, never the value itself: it may be a person's.
    found = [{"where": ".".join(map(str, item["loc"])), "what": item["msg"]} for item in error.errors()]
    return problem(422, "The request is not of the shape this route takes.", errors=found)


async def _refusal(request: Request, error: Exception) -> Response:
    if isinstance(error, errors.InvalidFormError):
        return problem(STATUS[type(error)], str(error), fields=error.fields)
    return problem(STATUS[type(error)], str(error) or str(type(error).__doc__))
