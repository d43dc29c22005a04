"""Alembic's door: runs on the connection that `schema.migrate` opened."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from rapport.store.base import UtcDateTime
from rapport.store.schema import metadata


def render(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """A migration must not change when our code does: our column type is written as what it stands on."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=render,
    compare_type=True,
)
context.run_migrations()
