"""Puts an outbox worker together from the settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from rapport.clock import Clock
from rapport.marketing.profiles import Home
from rapport.marketing.rulebook import RuleFolder
from rapport.messaging.compose import Composer
from rapport.messaging.gate import contact_gate
from rapport.messaging.prepare import Preparer
from rapport.messaging.senders.base import Sender
from rapport.messaging.senders.email import EmailSender, Relay
from rapport.messaging.senders.web import WebSender
from rapport.messaging.templates import TemplateFolder
from rapport.messaging.worker import OutboxWorker
from rapport.settings import Settings
from rapport.store.database import Database


def open_outbox(
    settings: Settings, database: Database, *, rules: RuleFolder, clock: Clock, name: str
) -> OutboxWorker:
    """A worker for every channel there is a sender for. Raises ValueError where SMTP_URL is no relay's address."""
    composer = Composer(TemplateFolder(settings.rules_dir / "templates"), settings, key=settings.key())
    home = Home(settings.default_language, settings.default_time_zone)
    gate = contact_gate(lambda: rules.current().policy, home)
    relay = Relay.from_url(settings.smtp_url.get_secret_value())
    senders: dict[str, Sender[Any]] = {
        "email": EmailSender(relay, local_hostname=urlsplit(settings.public_url).hostname or "localhost"),
        "web": WebSender(database, clock),
    }
    return OutboxWorker(database, Preparer(composer, gate, settings.mail_from), senders, clock, name[-64:])
