"""`rapport migrate`: brings the database to the schema of this version."""

from __future__ import annotations

from rapport.cli.output import console
from rapport.settings import Settings
from rapport.store.schema import migrate_now, newest_revision


def migrate() -> None:
    """Bring the database to the newest schema; one that is there already is left as it is."""
    settings = Settings()
    migrate_now(settings.database_url)
    console.print(f"The database is at revision {newest_revision()}.")
