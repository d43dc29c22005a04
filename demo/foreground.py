"""A server of the demo run by hand, until it is stopped."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any


def in_foreground(serving: Coroutine[Any, Any, None], *, name: str) -> int:
    """0 when it has ended or Ctrl-C stopped it, 1 (and why, on standard error) when a port is taken."""
    try:
        asyncio.run(serving)
    except OSError as error:
        print(f"The {name} cannot start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0
