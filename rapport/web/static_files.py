"""The widget and the other files of our pages, read once, and the pictures of products."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import FileResponse, Response

from rapport.web.pages import STATIC
from rapport.web.services import Services, services

router = APIRouter(include_in_schema=False)
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}\.[a-z]{2,4}$")]
# The widget may be fetched by any page that names it in a script tag.
WIDGET_HEADERS = {"Cross-Origin-Resource-Policy": "cross-origin"}


@router.get("/widget.js")
async def widget(request: Request) -> Response:
    return _file("widget.js", request, WIDGET_HEADERS)


@router.get("/static/{name}")
async def static(name: Name, request: Request) -> Response:
    return _file(name, request, {})


@router.get("/pictures/{name}")
async def picture(name: Name, given: Annotated[Services, Depends(services)]) -> Response:
    path = given.settings.var_dir / "pictures" / name
    if path.suffix != ".svg" or not path.is_file():
        raise HTTPException(404)
    headers = {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        "Cache-Control": "public, max-age=3600",
        **WIDGET_HEADERS,
    }
    return FileResponse(path, media_type=TYPES[".svg"], headers=headers)


def _file(name: str, request: Request, headers: dict[str, str]) -> Response:
    content, etag = _read(name)
    caching = {"ETag": etag, "Cache-Control": "public, no-cache", **headers}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=caching)
    return Response(content, media_type=TYPES[name[name.rindex(".") :]], headers=caching)


@cache
def _read(name: str) -> tuple[bytes, str]:
    path = STATIC / name
    if path.suffix not in TYPES or not path.is_file():
        raise HTTPException(404)
    content = path.read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:16]}"'
