"""The gateway of the chat's own tests, for its faults."""

from __future__ import annotations

from tests.chat.conftest import chat, rasa

__all__ = ["chat", "rasa"]
