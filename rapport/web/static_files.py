"""The widget and the other files of our pages, read once, and the pictures of products."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath
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
WIDGET = STATIC / "widget"
WIDGET_PARTS = ("words", "dom", "line", "parts", "composer", "chat")
WIDGET_HEADERS = {"Cross-Origin-Resource-Policy": "cross-origin"}


@router.get("/widget.js")
async def widget(request: Request) -> Response:
    return _file("widget.js", request, WIDGET_HEADERS)


@router.get("/static/{name}")
async def static(name: Name, request: Request) -> Response:
    return _file(name, request, {})


@router.get("/static/console/{name}")
async def console_script(name: Name, request: Request) -> Response:
    return _file(f"console/{name}", request, {})


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
    kept = _read(name)
    caching = {"ETag": kept.etag, "Cache-Control": "public, no-cache", "Vary": "Accept-Encoding", **headers}
    if kept.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=caching)
    small = "gzip" in request.headers.get("accept-encoding", "")
    coding = {"Content-Encoding": "gzip"} if small else {}
    content = kept.gzipped if small else kept.content
    return Response(content, media_type=TYPES[name[name.rindex(".") :]], headers=caching | coding)


@dataclass(frozen=True, slots=True)
class _Kept:
    content: bytes
    gzipped: bytes
    etag: str


@cache
def _read(name: str) -> _Kept:
    content = widget_script().encode() if name == "widget.js" else _content(STATIC / name)
    # Weak: the same file stands under it, packed and unpacked.
    etag = f'W/"{hashlib.sha256(content).hexdigest()[:16]}"'
    return _Kept(content, gzip.compress(content, mtime=0), etag)


def widget_script() -> str:
    """The widget's parts as one script, without their comments and indentation; nothing else is done to them."""
    parts = [(WIDGET / f"{name}.js").read_text(encoding="utf-8") for name in WIDGET_PARTS]
    style = (WIDGET / "style.css").read_text(encoding="utf-8")
    whole = "\n".join(("(() => {", '"use strict";', *parts[:1], f"const CSS = `{style}`;", *parts[1:], "})();"))
    lines = (line.strip() for line in whole.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def _content(path: FilePath) -> bytes:
    if path.suffix not in TYPES or not path.is_file():
        raise HTTPException(404)
    return path.read_bytes()
