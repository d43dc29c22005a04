"""What came to the public face after it was agreed upon stands in an ADR, with its reason."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def routes_in(text: str) -> set[str]:
    return set(re.findall(r"`(?:GET |POST )?(/[^`?]*)`", text))


def test_a_route_of_the_adr_is_still_one_of_ours() -> None:
    adr = DOCS / "adr" / "0012-routes-beyond-the-contract.md"
    served = routes_in((DOCS / "routes.md").read_text(encoding="utf-8"))
    named = routes_in(adr.read_text(encoding="utf-8").partition("**Consequences.**")[0])
    assert {
        route for route in named if not any(one == route or one.startswith(f"{route}/") for one in served)
    } == set()
