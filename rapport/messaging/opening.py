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
from rapport.messaging.senders.base import NoSender, Sender
from rapport.messaging.senders.email import EmailSender, Relay
from rapport.messaging.senders.telegram import TelegramSender
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
        "telegram": _bot(settings, database, clock),
    }
    preparer = Preparer(composer, gate, settings.mail_from)
    # The bot's pace leaves no time to lose: the next batch is prepared while one leaves.
    return OutboxWorker(database, preparer, senders, clock, name[-64:], side_by_side={"telegram": 2})


def _bot(settings: Settings, database: Database, clock: Clock) -> Sender[Any]:
    return TelegramSender(settings, database, clock) if settings.telegram_token.get_secret_value() else NoSender()
