"""Every path the application serves, however its routers were put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import FastAPI


def paths_of(app: FastAPI) -> frozenset[str]:
    """The paths of its routes, with their parameters in braces."""
    return frozenset(_paths(app.routes))


def _paths(routes: Iterable[Any]) -> Iterator[str]:
    for route in routes:
        # FastAPI keeps an included router as one route, which knows the router it came from.
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _paths(inner.routes)
        elif hasattr(route, "path"):
            yield route.path
