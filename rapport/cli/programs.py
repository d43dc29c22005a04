"""The programs Rapport consists of, for given settings."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from rapport.cli.assistant import ROOT, archive, assistant_program
from rapport.cli.supervisor import Program
from rapport.settings import Settings

# Masked where they are printed: each is told in its own words.
SECRETS = ("secret_key", "chat_key", "smtp_url", "telegram_token")


def settings_as_environment(settings: Settings) -> dict[str, str]:
    """The variables under which a child process reads these very settings."""
    values = settings.model_dump(mode="json", exclude={*SECRETS, "allowed_origins"})
    texts = {f"RAPPORT_{name.upper()}": str(value) for name, value in values.items() if value is not None}
    return texts | {
        "RAPPORT_SECRET_KEY": settings.key(),
        "RAPPORT_CHAT_KEY": settings.shop_chat_key(),
        "RAPPORT_SMTP_URL": settings.smtp_url.get_secret_value(),
        "RAPPORT_TELEGRAM_TOKEN": settings.telegram_token.get_secret_value(),
        "RAPPORT_ALLOWED_ORIGINS": ",".join(settings.allowed_origins),
        # Beside two cores, a pool of threads per process costs more than it brings.
        "OMP_NUM_THREADS": "1",
    }


def web_program(settings: Settings) -> Program:
    """The gateway, the pages and the API."""
    ready = f"http://{settings.host}:{settings.port}/healthz"
    return _rapport("web", settings, ready_url=ready)


def actions_program(settings: Settings) -> Program:
    """The custom actions, asked by Rasa."""
    parts = urlsplit(settings.actions_url)
    return _rapport("actions", settings, ready_url=f"{parts.scheme}://{parts.netloc}/health")


def worker_program(settings: Settings, *, ahead: timedelta | None = None) -> Program:
    """The outbox and the journeys; its clock may run `ahead`."""
    if ahead is not None:
        settings = settings.model_copy(update={"worker_clock_ahead": ahead})
    return _rapport("worker", settings)


def all_programs(settings: Settings) -> tuple[Program, ...]:
    """Everything that serves customers, the slowest to start first."""
    return (
        assistant_program(settings, model=archive(settings.var_dir)),
        actions_program(settings),
        web_program(settings),
        worker_program(settings),
    )


def python_program(name: str, *arguments: str, env: Mapping[str, str] | None = None, **options: str) -> Program:
    """A module run by our own interpreter."""
    argv = (sys.executable, "-m", *arguments)
    return Program(name, argv, env=env or {}, cwd=ROOT, ready_url=options.get("ready_url"))


def _rapport(name: str, settings: Settings, **options: str) -> Program:
    return python_program(name, "rapport.cli", "serve", name, env=settings_as_environment(settings), **options)
