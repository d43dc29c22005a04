"""Says a message in the customer's open conversation on the shop's page; the only place that does."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from rapport.clock import Clock
from rapport.messaging.line import Line
from rapport.messaging.outcome import Outcome
from rapport.store.conversations import Author, append_message, locked, seq_of_client
from rapport.store.database import Database
from rapport.store.signals import send_signal


class WebSender:
    """Appends and wakes the streams in one transaction: a line is there once, however often it is tried."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def send(self, line: Line) -> Outcome:
        """Into the conversation, unless it was closed meanwhile or a person has taken it over."""
        try:
            async with self._database.session() as session:
                standing = await locked(session, line.recipient)
                if standing is None or standing.closed_at is not None:
                    return Outcome("refused", None, "The conversation was closed")
                if standing.responder != "assistant" and not line.transactional:
                    return Outcome("not_tried", None, "A person is in the conversation")
                if await seq_of_client(session, line.recipient, line.key) is None:
                    # Beside a person the assistant does not speak; what is owed is said without a voice.
                    author: Author = "assistant" if standing.responder == "assistant" else "system"
                    cards = [dict(card) for card in line.cards] or None
                    await append_message(
                        session, line.recipient, author, line.text, at=self._clock(), client_id=line.key, cards=cards
                    )
                    await send_signal(session, f"chat:{line.recipient}")
        except SQLAlchemyError as error:
            return Outcome("not_tried", None, type(error).__name__)
        return Outcome("sent")

    async def close(self) -> None:
        """The database is closed by who opened it."""
