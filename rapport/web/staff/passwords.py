"""Passwords: kept as argon2id, checked as slowly for a name that is unknown, refused when anybody would try them.

Parameters: RFC 9106, second recommended option (64 MiB, 3 passes, 4 lanes).
"""

from __future__ import annotations

import asyncio
import base64
import re
import string
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

SHORTEST, LONGEST = 12, 256
# Each takes 64 MiB while it is computed: many log-ins at once wait in line and do not take the machine.
AT_ONCE = 2
Fault = Literal["short", "long", "common", "name"]
AROUND = string.digits + string.punctuation + " "
LEET = str.maketrans("013457@$!", "oleastasi")
WALKS = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "01234567890",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn",
)
# With this many letters that are not her name, a password is more than her name.
REST = 8


@dataclass(frozen=True, slots=True)
class Passwords:
    """Hashes and checks in threads, a few at a time."""

    hasher: PasswordHasher = field(default_factory=lambda: PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY))
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(self.hasher.hash, _normal(password))

    async def is_right(self, password: str, kept: str | None) -> bool:
        """Whether this is the password of which `kept` is the hash; None (nobody's) takes as long, and is False."""
        async with self._turn:
            right = await asyncio.to_thread(self._verify, kept or self._nobodys(), _normal(password))
        return right and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self.hasher.check_needs_rehash(kept)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self.hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    def _nobodys(self) -> str:
        """A hash with today's parameters that no password has."""
        made, bare = self.hasher, base64.b64encode(bytes(32)).decode().rstrip("=")
        cost = f"m={made.memory_cost},t={made.time_cost},p={made.parallelism}"
        return f"$argon2id$v=19${cost}${bare[:22]}${bare}"


def fault_of(password: str, *, name: str) -> Fault | None:
    """What is wrong with a new password of this agent, if anything. Nothing but length is asked (NIST 800-63B)."""
    plain = _normal(password).casefold()
    if not SHORTEST <= len(plain) <= LONGEST:
        return "short" if len(plain) < SHORTEST else "long"
    rest = plain.replace(name.casefold(), "")
    if rest != plain and len(_heart(rest)) < REST:
        return "name"
    return "common" if _is_common(plain) or _is_common(rest) else None


def _is_common(plain: str) -> bool:
    hearts = {_heart(plain), _heart(plain.strip(AROUND).translate(LEET))}
    hearts |= {_unit(heart) for heart in hearts}
    return len(_unit(plain)) <= REST / 2 or not hearts.isdisjoint(_common()) or _runs(plain)


def _heart(plain: str) -> str:
    """What is left without digits, signs and spaces at the ends and between."""
    return re.sub(r"[\W\d_]+", "", plain)


def _unit(plain: str) -> str:
    """The shortest piece of which the text is repetitions."""
    return plain[: (plain + plain).find(plain, 1)] if plain else ""


def _runs(plain: str) -> bool:
    """Whether it is nothing but walks along the alphabet, the digits or a keyboard."""
    walks = [there for way in WALKS for there in (way + way, (way + way)[::-1])]
    rest = plain
    while rest:
        step = next((size for size in range(len(rest), 3, -1) if any(rest[:size] in walk for walk in walks)), 0)
        if not step:
            return len(rest) < 4 and rest != plain
        rest = rest[step:]
    return True


@cache
def _common() -> frozenset[str]:
    lines = (Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#")) | {""}


def _normal(password: str) -> str:
    """One form for what one types the same on two keyboards."""
    return unicodedata.normalize("NFKC", password)
