"""Each request is logged and counted by its route, never by what stands in its address: tokens and names do."""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rapport.privacy import MaskingFilter
from rapport.web.metrics import Metrics
from rapport.web.problems import problem

log = logging.getLogger("rapport.web")
log.addFilter(MaskingFilter())


class RequestLog:
    """The outermost layer: what breaks inside is logged here and answered with a problem document."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        began, status = time.perf_counter(), 0

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._note(scope, status, time.perf_counter() - began)
            await send(message)

        try:
            await self.app(scope, receive, send_noting_status)
        except Exception:
            log.exception("%s %s broke", scope["method"], _route(scope))
            if not status:
                await problem(500, "Something broke on our side.")(scope, receive, send_noting_status)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = _method(scope), _route(scope)
        log.info("%s %s %d in %.1f ms", method, route, status, seconds * 1000)
        self.metrics.requests.labels(method, route, str(status)).inc()
        self.metrics.seconds.labels(route).observe(seconds)


def _method(scope: Scope) -> str:
    """The method, unless it is made up: the counters' labels must stay few."""
    method = str(scope["method"])
    return method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "(no route)"))
