"""A shop with rules in a folder, a customer who may be written to, and models that say what a test wants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from rapport.marketing.automation import Automation
from rapport.marketing.profile import Profile, ScoreNow, Standing
from rapport.marketing.rulebook import RuleFolder
from rapport.store.consents import record_consent
from rapport.store.customers import add_customer
from rapport.store.database import Database

SHIPPED = Path(__file__).parents[2] / "rules"


class FixedScores:
    """Says of every customer the same, and counts how often it was asked."""

    def __init__(self, segment: str | None = None, conversion: float | None = None) -> None:
        scores = {} if conversion is None else {"conversion": ScoreNow(conversion)}
        self.standing, self.asked = Standing(segment, scores), 0

    async def score(self, session: object, customer_id: int, *, now: datetime) -> Standing:
        self.asked += 1
        return self.standing


@pytest.fixture
def scores() -> Callable[..., FixedScores]:
    return FixedScores


@pytest.fixture
def write_rules(tmp_path: Path) -> Callable[..., RuleFolder]:
    """Writes `name.yml` files into a folder of rules and opens it."""
    folder = tmp_path / "rules"
    folder.mkdir()

    def write(**files: str) -> RuleFolder:
        for name, text in files.items():
            (folder / f"{name.replace('_', '-')}.yml").write_text(text, encoding="utf-8")
        return RuleFolder(folder)

    return write


@pytest.fixture
def shipped() -> RuleFolder:
    return RuleFolder(SHIPPED)


@pytest.fixture
def automation_of() -> Callable[..., Automation]:
    """The mind over a folder of rules; coupons are numbered instead of drawn."""

    def make(rules: RuleFolder, segment: str | None = None, conversion: float | None = None) -> Automation:
        numbers = iter(range(1, 1000))
        return Automation(rules, FixedScores(segment, conversion), new_code=lambda: f"CODE{next(numbers)}")

    return make


@pytest.fixture
async def mei(database: Database, now: datetime) -> int:
    """A customer in Shanghai (where `now` is 18:00) who has agreed to mails with recommendations and offers."""
    async with database.session() as session:
        customer = await add_customer(
            session, {"email": "mei@example.org"}, now=now, name="Mei", language="zh", time_zone="Asia/Shanghai"
        )
        for purpose in ("recommendations", "offers"):
            await record_consent(
                session, customer.id, channel="email", purpose=purpose, granted=True, at=now, source="test"
            )
        return customer.id


@pytest.fixture
def known() -> Profile:
    """The same customer as rules see her."""
    return Profile(
        7,
        name="Mei",
        consents=frozenset({("email", "recommendations"), ("email", "offers")}),
        addresses={"email": "mei@example.org"},
    )
