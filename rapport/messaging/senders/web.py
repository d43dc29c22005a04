"""Says a message in the customer's open conversation on the shop's page; the only place that does."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from rapport.clock import Clock
from rapport.messaging.line import Line
from rapport.messaging.outcome import Outcome
from rapport.messaging.saying_once import say_once
from rapport.store.conversations import locked
from rapport.store.database import Database


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
                await say_once(session, line.recipient, standing, line, at=self._clock())
        except SQLAlchemyError as error:
            return Outcome("not_tried", None, type(error).__name__)
        return Outcome("sent")

    async def close(self) -> None:
        """The database is closed by who opened it."""
