"""Everything an operator can set, read once at the door from the environment and `.env`."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


class Settings(BaseSettings):
    """One frozen value; `docs/settings.md` has a line for each field."""

    model_config = SettingsConfigDict(
        env_prefix="RAPPORT_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    database_url: str = "sqlite+aiosqlite:///var/rapport.db"
    secret_key: SecretStr = SecretStr("")
    chat_key: SecretStr = SecretStr("")
    public_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    smtp_url: SecretStr = SecretStr("smtp://127.0.0.1:2525")
    mail_from: str = "Rapport <hello@example.org>"
    assistant_url: str = "http://127.0.0.1:5005"
    actions_url: str = "http://127.0.0.1:5055/webhook"
    assistant_timeout: float = Field(default=4.5, gt=0, le=60)
    chat_messages_per_minute: int = Field(default=120, ge=0)
    first_response_seconds: int = Field(default=120, ge=10)
    next_response_seconds: int = Field(default=300, ge=10)
    accept_seconds: int = Field(default=45, ge=5)
    agent_silent_seconds: int = Field(default=60, ge=10)
    agent_gone_seconds: int = Field(default=180, ge=10)
    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: str = "https://api.telegram.org"
    telegram_updates: Literal["polling", "webhook", "off"] = "polling"
    mailbox_url: HttpUrl | None = None
    var_dir: Path = Path("var")
    rules_dir: Path = Path("rules")
    shop_name: str = "Rapport"
    return_days: int = Field(default=15, ge=0)
    delivery_days: int = Field(default=7, ge=1)
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    default_language: Language = "zh"
    default_time_zone: str = "Asia/Shanghai"
    worker_clock_ahead: timedelta = timedelta(0)
    public_data: Path | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    @property
    def promised(self) -> dict[str, int]:
        """The figures that the shop's own texts may name: what it says and what it does are one."""
        return {"return_days": self.return_days, "delivery_days": self.delivery_days}

    def key(self) -> str:
        """The signing key: the one configured, else one kept in `VAR_DIR/secret_key` (mode 600)."""
        return self.secret_key.get_secret_value() or _kept_key(self.var_dir / "secret_key")

    def shop_chat_key(self) -> str:
        """The key with which the shop signs customer tokens (contract: `customer_token`)."""
        return self.chat_key.get_secret_value() or _kept_key(self.var_dir / "chat_key")

    def telegram_secret(self) -> str:
        """What Telegram must say in each request to our webhook: derived, so that it need not be set or kept."""
        return hmac.new(self.key().encode(), b"telegram webhook", "sha256").hexdigest()


def _kept_key(path: Path) -> str:
    if not path.exists():
        _create_exclusively(path, secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()


def _create_exclusively(path: Path, text: str) -> None:
    """A link from a complete temporary file: of two processes that start together, one wins whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="ascii")
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
