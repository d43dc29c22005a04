"""The demo's mailbox page, passed on from its mail server; in a real shop there is no such address."""

from __future__ import annotations

from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from rapport.web.services import Services, services

router = APIRouter(include_in_schema=False)
SECONDS = 10.0
METHODS = ["GET", "POST", "DELETE"]
PASSED_ON = ("content-type", "content-security-policy", "location", "content-disposition")
# A mail's own look is inline; its scripts still do nothing.
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-src 'self'; "
    "script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)


@router.api_route("/mailbox", methods=METHODS)
@router.api_route("/mailbox.json", methods=METHODS)
@router.api_route("/mailbox/{rest:path}", methods=METHODS)
async def mailbox(request: Request, given: Annotated[Services, Depends(services)]) -> Response:
    base = given.settings.mailbox_url
    if base is None:
        raise HTTPException(404)
    try:
        url = httpx.URL(str(base)).copy_with(raw_path=_raw_path(request))
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as http:
            answer = await http.request(request.method, url, content=await request.body())
    except httpx.InvalidURL as error:
        raise HTTPException(404) from error
    except httpx.HTTPError as error:
        raise HTTPException(502, "The demo's mail server does not answer.") from error
    headers = {name: answer.headers[name] for name in PASSED_ON if name in answer.headers}
    own = {"content-security-policy": POLICY, "x-frame-options": "SAMEORIGIN"}
    return Response(answer.content, answer.status_code, headers=own | headers)


def _raw_path(request: Request) -> bytes:
    path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope["query_string"]
    return path + (b"?" + query if query else b"")
