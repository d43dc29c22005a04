"""Events come in once, under the contract's names; what Rapport derives itself is never taken from a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select

from rapport.store.database import Database
from rapport.store.events import Event

Take = Callable[..., Awaitable[dict[str, Any]]]
Content = Callable[[], Awaitable[dict[str, list[tuple[Any, ...]]]]]
HEADER = "event,at,external_id,anonymous_id,properties,key\n"


async def test_segment_s_names_become_ours(take: Take, database: Database) -> None:
    file = HEADER + 'Product Viewed,2026-02-01T10:00:00Z,1,,"{""sku"": ""MUG""}",a\n'
    report = await take("events", file)
    assert report["created"] == {"events": 1, "customers": 1}
    async with database.reading() as session:
        event = (await session.scalars(select(Event))).one()
    assert (event.name, event.properties, event.key) == ("product_viewed", {"sku": "MUG"}, "import:a")


async def test_derived_and_internal_names_are_refused(take: Take) -> None:
    rows = "".join(f"{name},2026-02-01,1,,,\n" for name in ("cart_abandoned", "message_sent", "unsubscribed", "nope"))
    report = await take("events", HEADER + rows)
    assert (report["taken"], report["reasons"]) == (0, {"unknown_event": 4})


async def test_importing_twice_changes_nothing(take: Take, content: Content) -> None:
    file = HEADER + "page_viewed,2026-02-01,1,,,\n" * 2 + "search,2026-02-01,1,,,\npage_viewed,2026-02-02,,v,,\n"
    first = await take("events", file)
    assert (first["taken"], first["merged"], first["refused"]) == (2, 1, 1)
    before = await content()
    report = await take("events", file)
    assert await content() == before
    assert (report["taken"], report["already_here"]) == (0, 3)


async def test_properties_must_be_an_object(take: Take) -> None:
    rows = "page_viewed,2026-02-01,1,,[1],\npage_viewed,2026-02-01,1,,NaN,\npage_viewed,2026-02-01,1,,{,\n"
    assert (await take("events", HEADER + rows))["reasons"] == {"wrong_properties": 3}
