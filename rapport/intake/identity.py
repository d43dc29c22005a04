"""One view of a customer: two known by different identities who turn out to be one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rapport.store.customers import Customer
from rapport.store.merging import merge_customers


async def merge(session: AsyncSession, keep_id: int, drop_id: int, now: datetime) -> Customer:
    """Moves every row of `drop_id` to `keep_id`, and `drop_id` is gone. See `store.merging.merge_customers`."""
    return await merge_customers(session, keep_id, drop_id, now=now)
