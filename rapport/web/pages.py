"""HTML pages: templates that escape everything, and the files that belong to them."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Embeddings and overrides turn what stands beside them; the marks of right-to-left scripts do not.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """What a stranger wrote, with its control characters as pictures and without those that turn the line."""
    pictured = CONTROLS.sub(lambda found: chr(0x2400 + ord(found.group())) if found.group() < " " else "\ufffd", text)
    return TURNING.sub("", pictured)


def own_path(path: object) -> bool:
    """Whether this leads to our own host: `/pictures/…`, never `//elsewhere`, never `javascript:`."""
    return isinstance(path, str) and re.match(r"/(?![/\\])", path) is not None


def there(at: datetime, zone: str) -> str:
    """Date and time to the second, as the clocks of a time zone (its IANA name) tell it."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(visible=visible, own_path=own_path, there=there)
    return environment


def page(template: str, **values: Any) -> HTMLResponse:
    """The page a template makes of `values`."""
    return HTMLResponse(_environment().get_template(template).render(**values), headers={"Cache-Control": "no-cache"})
