"""What every ability is given: opened once when the server starts."""

from __future__ import annotations

from dataclasses import dataclass

from actions.catalogue import Catalogue
from actions.texts import Texts
from rapport.clock import Clock
from rapport.marketing.automation import Automation
from rapport.marketing.newest_policies import PolicyFile
from rapport.marketing.scoring import Scorer
from rapport.settings import Settings
from rapport.store.database import Database


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    database: Database
    automation: Automation
    scorer: Scorer
    catalogue: Catalogue
    texts: Texts
    policies: PolicyFile
    clock: Clock
