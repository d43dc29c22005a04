"""Keys that nobody configured are made once and kept from others' eyes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import SecretStr

from rapport.settings import Settings


def test_a_kept_key_is_the_same_for_every_process_and_private(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: Settings(var_dir=tmp_path).key(), range(32)))
    assert len(keys) == 1
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_the_chat_key_is_another(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path)
    assert settings.key() != settings.shop_chat_key()


def test_the_secret_of_the_webhook_follows_from_the_key_and_is_not_it(tmp_path: Path) -> None:
    one, other = (Settings(secret_key=SecretStr(key), var_dir=tmp_path) for key in ("one", "other"))
    assert one.telegram_secret() == Settings(secret_key=SecretStr("one")).telegram_secret()
    assert len({one.telegram_secret(), other.telegram_secret(), "one"}) == 3
