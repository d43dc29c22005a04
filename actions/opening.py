"""Opens what the abilities share, and closes it again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from actions.catalogue import Catalogue
from actions.services import Services
from actions.texts import Texts
from models.words import prepare
from rapport.clock import Clock
from rapport.marketing.automation import Automation
from rapport.marketing.newest_policies import PolicyFile
from rapport.marketing.profiles import Home
from rapport.marketing.scoring import Scorer
from rapport.marketing.versions import open_rules
from rapport.settings import Settings
from rapport.store.database import Database


@contextlib.asynccontextmanager
async def open_services(settings: Settings, *, clock: Clock) -> AsyncIterator[Services]:
    """The services while the block runs."""
    # What an action has done is heard of only through the gateway, whose commit of the answer makes both last; the
    # worker's claim does the same before it sends. Until then a power cut takes back the turn as a whole.
    database = Database(settings.database_url, lasting=False)
    scorer = Scorer.load(settings.var_dir / "models", key=settings.key())
    policies = PolicyFile(settings.rules_dir / "policies.yml", settings.promised)
    # A mistake in the file is told at the start, not to the first customer.
    policies.current()
    # Whoever asks first should not wait for the dictionary.
    await asyncio.to_thread(prepare)
    home = Home(settings.default_language, settings.default_time_zone)
    try:
        rules = await open_rules(database, settings.rules_dir)
        yield Services(
            settings=settings,
            database=database,
            automation=Automation(rules, scorer, home=home),
            scorer=scorer,
            catalogue=Catalogue(),
            texts=Texts.load(),
            policies=policies,
            clock=clock,
        )
    finally:
        await database.close()
