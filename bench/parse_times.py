"""`python -m bench.parse_times ARCHIVE TEXTS`, run with Rasa's Python: parses every text with the trained model.

Prints one JSON object: the likeliest intent of each text, the median of a parse in milliseconds, and the megabytes
that the process holds after it. Both sides of a comparison are run by this very file, each in a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent

FALLBACK = "nlu_fallback"
# The first messages after a start fill caches that no later one fills again.
WARM_UP = 20


async def measure(archive: str, texts: list[str]) -> dict[str, Any]:
    """Loads the model and parses the texts one after another."""
    agent = Agent.load(archive)
    for text in texts[:WARM_UP]:
        await agent.parse_message(text)
    intents, seconds = [], []
    for text in texts:
        began = time.perf_counter()
        parsed = await agent.parse_message(text)
        seconds.append(time.perf_counter() - began)
        intents.append(likeliest(parsed))
    return {"intents": intents, "parse_ms": statistics.median(seconds) * 1e3, "resident_mb": resident_mb()}


def likeliest(parsed: dict[str, Any]) -> str:
    """The intent before any fallback: how sure it has to be is a choice, and not what is compared."""
    return next((str(one["name"]) for one in parsed["intent_ranking"] if one["name"] != FALLBACK), FALLBACK)


def resident_mb() -> float:
    """VmRSS of this process."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    print(json.dumps(asyncio.run(measure(sys.argv[1], given)), ensure_ascii=False))
