"""A process of its own that speaks Rasa's wire format: `python -m tests.faults.rasa_process PORT echo|hang`."""

from __future__ import annotations

import sys
from typing import Any

import uvicorn

from tests.chat.rasa_server import RasaServer


class Telling(RasaServer):
    """Says on its standard output that it was asked."""

    async def _answer(self, question: dict[str, Any]) -> Any:
        sys.stdout.write("asked\n")
        sys.stdout.flush()
        return await super()._answer(question)


if __name__ == "__main__":
    server = Telling()
    if sys.argv[2] == "hang":
        server.hang()
    uvicorn.run(server, host="127.0.0.1", port=int(sys.argv[1]), log_level="critical", access_log=False, ws="none")
