"""The Bot API's wire: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.bot_api.bot import Bot, Call
from demo.bot_api.errors import ApiError
from demo.bot_api.methods import METHODS
from demo.bot_api.parameters import Parameters, parameters_of

Served = TypeVar("Served", bound=Bot)
HOST = "127.0.0.1"
UNAUTHORIZED, NOT_FOUND = ApiError(401, "Unauthorized"), ApiError(404, "Not Found")
# Long polls hold a line: a server that stops does not wait for them.
STOP_SECONDS = 1


def bot_api_app(api: Bot) -> Starlette:
    """The application of one bot's server."""

    async def method(request: Request) -> Response:
        if request.path_params["token"] != api.token:
            return refusal(UNAUTHORIZED)
        return await _answer(api, request)

    async def download(request: Request) -> Response:
        if request.path_params["token"] != api.token:
            return refusal(UNAUTHORIZED)
        file = api.files.at(request.path_params["path"])
        return Response(file.content, media_type="application/octet-stream") if file else refusal(NOT_FOUND)

    return Starlette(
        routes=[
            Route("/bot{token}/{method}", method, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", download),
        ]
    )


def refusal(error: ApiError) -> Response:
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return JSONResponse(error.as_json(), error.status, headers=headers)


async def _answer(api: Bot, request: Request) -> Response:
    arrived = api.clock()
    name = request.path_params["method"]
    try:
        given = await parameters_of(request)
    except ApiError as error:
        return refusal(error)
    call = Call(arrived, name, given.integer("chat_id"), given.values)
    api.calls.append(call)
    api.tell()
    response = await _do(api, call, given)
    api.tell()
    if api.latency:
        await asyncio.sleep(api.latency)
    return response


async def _do(api: Bot, call: Call, given: Parameters) -> Response:
    known = METHODS.get(call.method.lower())
    try:
        if known is None:
            raise NOT_FOUND
        result = await known(api, given)
    except ApiError as error:
        call.status, call.description = error.status, error.description
        return refusal(error)
    call.status = 200
    return JSONResponse({"ok": True, "result": result})


@asynccontextmanager
async def serving(api: Served, *, port: int = 0) -> AsyncIterator[Served]:
    """The server, listening on loopback in this event loop; `api.url` says where. Port 0 takes a free one."""
    listener = socket.create_server((HOST, port))
    api.url = f"http://{HOST}:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        bot_api_app(api),
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    server = uvicorn.Server(config)
    # The process that runs the tests or the bench keeps its own way of being stopped.
    running = asyncio.create_task(server._serve(sockets=[listener]))
    try:
        while not server.started:  # noqa: ASYNC110  uvicorn tells it in no other way
            await asyncio.sleep(0.005)
        yield api
    finally:
        await api.close()
        api.updates.stop_polling("terminated by the end of the server")
        server.should_exit = True
        await running
        listener.close()
