"""Keys that nobody configured are made once and kept from others' eyes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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
