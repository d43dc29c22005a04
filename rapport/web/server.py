"""The server of the web process: open streams end when it is asked to stop, and it waits for none of them."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from rapport.settings import Settings

# What still runs then is cut.
GRACE_SECONDS = 3


class WebServer(uvicorn.Server):
    """Serves one application with this process's settings."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
                # Nothing here speaks WebSocket.
                ws="none",
            )
        )
        self._streams = app.state.streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._streams.end()
        await super().shutdown(sockets)
