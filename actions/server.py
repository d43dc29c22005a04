"""Serves the actions to Rasa: one process, loopback only, nothing of a conversation in an error answer."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import warnings
from collections.abc import AsyncIterator
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Request, Sanic
from sanic.exceptions import SanicException
from sanic.handlers import ErrorHandler
from sanic.response import HTTPResponse, json
from sanic.server.async_server import AsyncioServer

from actions.abilities import create_abilities
from actions.opening import open_services
from rapport.clock import Clock, utc_now
from rapport.privacy import MaskingFilter, mask
from rapport.settings import Settings

# Not __name__, which `python -m actions.server` makes __main__.
logger = logging.getLogger("actions.server")

LOOPBACK = "127.0.0.1"
MAX_BODY = 4 * 1024 * 1024
GRACE_SECONDS = 5.0


class DomainlessExecutor(ActionExecutor):  # type: ignore[misc]  # published without types
    """No ability reads Rasa's domain, so a call without it is as good (rasa_sdk would answer 449)."""

    def update_and_return_domain(self, payload: dict[str, Any], action_name: str) -> dict[str, Any]:
        """The domain is not kept."""
        return {}


class QuietErrors(ErrorHandler):
    """rasa_sdk's own handler answers with the whole tracker; this one with the kind of error alone."""

    def response(self, request: Request | None, exception: Exception) -> HTTPResponse:
        """A status and its word; the details go to the log, masked."""
        status = exception.status_code if isinstance(exception, SanicException) else 500
        level = logging.ERROR if status >= 500 else logging.INFO
        logger.log(level, "%s: %s", type(exception).__name__, mask(str(exception)))
        return json({"error": type(exception).__name__}, status=status)


async def refuse_malformed(request: Request) -> HTTPResponse | None:
    """What is no action call is the caller's mistake, not a failure of ours."""
    if request.path != "/webhook" or request.headers.get("Content-Encoding") == "deflate":
        return None
    call = request.json
    if isinstance(call, dict) and isinstance(call.get("tracker"), dict) and isinstance(call.get("next_action"), str):
        return None
    return json({"error": "NoActionCall"}, status=400)


@contextlib.asynccontextmanager
async def serving(settings: Settings, *, port: int, clock: Clock = utc_now) -> AsyncIterator[None]:
    """The action server on 127.0.0.1:`port` while the block runs."""
    # rasa_sdk warns once a call that Rasa 3.6 is older than itself; that they understand each other is tested.
    warnings.filterwarnings("ignore", message="Your versions of rasa and rasa_sdk might not be compatible")
    async with open_services(settings, clock=clock) as services:
        executor = DomainlessExecutor()
        for ability in create_abilities(services):
            executor.register_action(ability)
        app = create_app(executor, cors_origins=[])
        app.error_handler = QuietErrors()
        app.register_middleware(refuse_malformed, "request")
        app.config.REQUEST_MAX_SIZE = MAX_BODY
        app.config.MOTD = False
        # Sanic would rewrite its own methods at the first start, which a second one in this process cannot read.
        app.config.TOUCHUP = False
        try:
            server = await app.create_server(LOOPBACK, port, return_asyncio_server=True, access_log=False)
            try:
                await server.startup()
                await server.start_serving()
                yield
            finally:
                await _close(server)
        finally:
            Sanic.unregister_app(app)
            # Sanic remembers routes for all its applications together: what it keeps of this one is all of this one.
            type(app.router).get.cache_clear()


async def _close(server: AsyncioServer) -> None:
    """Takes no more calls; those that run are given a moment to end."""
    closed = server.close()  # type: ignore[no-untyped-call]  # untyped in sanic
    deadline = asyncio.get_running_loop().time() + GRACE_SECONDS
    while server.connections and asyncio.get_running_loop().time() < deadline:
        for connection in tuple(server.connections):
            connection.close_if_idle()
        await asyncio.sleep(0.01)
    for connection in tuple(server.connections):
        connection.abort()
    await closed


async def serve(settings: Settings, *, port: int) -> None:
    """Serves until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(settings, port=port):
        logger.info("the actions listen at %s:%s", LOOPBACK, port)
        await stop.wait()


def run(settings: Settings, *, port: int = 5055) -> None:
    """The process `rapport serve actions`."""
    _set_up_logging(settings.log_level)
    asyncio.run(serve(settings, port=port))


def _set_up_logging(level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(MaskingFilter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # rasa_sdk tells of every registration and every call; sanic of every start.
    for name in ("rasa_sdk", "sanic"):
        logging.getLogger(name).setLevel(logging.WARNING)


def main() -> None:
    """`python -m actions.server --port 5055`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5055)
    run(Settings(), port=parser.parse_args().port)


if __name__ == "__main__":
    main()
