"""Who is typing right now: told to the streams of this process, kept nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from rapport.chat.gateway import topic
from rapport.store.signals import Signals


class TypingNow:
    """The authors who are typing, by conversation. A change wakes the conversation's streams."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._authors: dict[str, set[str]] = {}

    def authors(self, conversation_id: str) -> frozenset[str]:
        return frozenset(self._authors.get(conversation_id, ()))

    @contextmanager
    def typing(self, conversation_id: str, author: str) -> Iterator[None]:
        """`author` types for as long as the block lasts."""
        self.begin(conversation_id, author)
        try:
            yield
        finally:
            self.end(conversation_id, author)

    def begin_for(self, conversation_id: str, author: str, *, seconds: float) -> None:
        """`author` types; unless she is heard of again, she has stopped after `seconds`."""
        self.begin(conversation_id, author)
        asyncio.get_running_loop().call_later(seconds, self.end, conversation_id, author)

    def begin(self, conversation_id: str, author: str) -> None:
        self._authors.setdefault(conversation_id, set()).add(author)
        self._signals.wake(topic(conversation_id), news=())

    def end(self, conversation_id: str, author: str) -> None:
        authors = self._authors.get(conversation_id, set())
        authors.discard(author)
        if not authors:
            self._authors.pop(conversation_id, None)
        self._signals.wake(topic(conversation_id), news=())
