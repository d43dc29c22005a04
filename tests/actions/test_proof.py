from __future__ import annotations

from datetime import datetime

import pytest

from actions.proof import belongs_to, same_phone
from rapport.store.customers import add_customer
from rapport.store.database import Database


@pytest.mark.parametrize(
    ("given", "own", "same"),
    [
        ("138 0013 8000", "+8613800138000", True),
        ("+86 138-0013-8000", "13800138000", True),
        ("020 7946 0123", "+442079460123", True),
        ("13800138001", "+8613800138000", False),
        ("8000", "+8613800138000", False),
        ("", "+8613800138000", False),
        ("99999913800138000", "13800138000", False),
    ],
)
def test_same_phone(given: str, own: str, same: bool) -> None:
    assert same_phone(given, own) == same


async def test_belongs_to_takes_any_of_the_customers_own(database: Database, now: datetime) -> None:
    async with database.session() as session:
        mei = await add_customer(session, {"email": "mei@example.org", "phone": "+8613800138000"}, now=now)
        answers = [
            await belongs_to(session, mei.id, email="Mei@Example.org", phone=None),
            await belongs_to(session, mei.id, email="bo@example.org", phone="13800138000"),
            await belongs_to(session, mei.id, email="bo@example.org", phone=None),
            await belongs_to(session, mei.id, email=None, phone=None),
            await belongs_to(session, None, email="mei@example.org", phone=None),
        ]
    assert answers == [True, True, False, False, False]
