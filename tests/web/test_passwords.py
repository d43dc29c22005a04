"""Passwords are hashed by argon2id, refused when anybody would try them, and not told apart by time."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from rapport.web.staff.passwords import Fault, Passwords, fault_of


@pytest.fixture
def quick() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short", "short"), ("一二三四五六七八九十一", "short"), ("x" * 257, "long"),
        ("password1234", "common"), ("P@ssw0rd1234", "common"), ("Summer2026!!!!", "common"),
        ("correct horse battery staple", "common"), ("letmeinletmein", "common"), ("rapport2026!!", "common"),
        ("aaaaaaaaaaaa", "common"), ("abcabcabcabc", "common"), ("123456789012", "common"),
        ("20260301112233", "common"),
        ("qwertyuiop12", "common"), ("1qaz2wsx3edc", "common"), ("zyxwvutsrqponm", "common"),
        ("meimeimeimei", "name"), ("Mei-20240101!!", "name"), ("mei-password1", "common"),
        ("tulip ladder moon", None), ("Mei loves her garden", None), ("zq8LDlZ3PNpQ", None),
        ("我喜欢喝茶，也喜欢看书写字", None),
    ],
)  # fmt: skip
def test_a_password_anybody_would_try_is_refused(password: str, fault: Fault | None) -> None:
    assert fault_of(password, name="mei") == fault


async def test_only_the_password_itself_is_right(quick: Passwords) -> None:
    kept = await quick.hash("tulip ladder moon")
    assert kept.startswith("$argon2id$")
    assert await quick.is_right("tulip ladder moon", kept)
    assert not await quick.is_right("tulip ladder mood", kept)
    assert not await quick.is_right("tulip ladder moon", "no hash")


async def test_two_keyboards_type_the_same(quick: Passwords) -> None:
    # A composed and a decomposed é; a full-width and a plain 1.
    kept = await quick.hash("caf\u00e9 tulip ladder \uff11")
    assert await quick.is_right("cafe\u0301 tulip ladder 1", kept)


async def test_nobody_s_password_is_computed_with_the_same_parameters(quick: Passwords) -> None:
    made = quick._nobodys()
    assert not await quick.is_right("tulip ladder moon", None)
    assert not quick.is_outdated(made)
    # A hash that could not be read would be refused at once, and so tell that there is no such agent.
    assert quick.hasher.check_needs_rehash(made) is quick.is_outdated(await quick.hash("x"))
    assert len(made) == len(await quick.hash("x"))


async def test_a_hash_of_other_parameters_is_outdated(quick: Passwords) -> None:
    kept = await quick.hash("tulip ladder moon")
    assert Passwords().is_outdated(kept)
    assert await Passwords().is_right("tulip ladder moon", kept)
