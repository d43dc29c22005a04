"""Who acts in a conversation for the shop: what the chat needs to know of a member of staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Person(Protocol):
    """A member of staff, or a program with a key. `name` is what rows call her, `shown_name` what customers read."""

    @property
    def name(self) -> str: ...

    @property
    def shown_name(self) -> str: ...

    @property
    def role(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Acting:
    """A Person as a plain value."""

    name: str
    shown_name: str
    role: str = "agent"
