"""What a link claims about a chat, while she is asked whether the link is her own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from rapport.chat.telegram.payloads import LIFE, Ticket
from rapport.messaging.telegram.keys import LINK, WEB


@dataclass(frozen=True, slots=True)
class Claim:
    """The chat is this customer's, or goes on with this conversation; her yes counts until `until`."""

    until: datetime
    customer_id: int = 0
    conversation_id: str = ""

    @classmethod
    def of(cls, ticket: Ticket, *, now: datetime) -> Claim:
        """The claim of a link that was opened now."""
        return cls(now + LIFE, ticket.customer_id, ticket.conversation_id)

    @classmethod
    def read(cls, payload: str) -> Claim:
        """The claim of a payload that we wrote."""
        name, about, until = payload.split()
        at = datetime.fromtimestamp(int(until), UTC)
        return cls(at, customer_id=int(about)) if name == LINK else cls(at, conversation_id=about)

    @property
    def payload(self) -> str:
        """What the key for her yes stands for."""
        name = f"{LINK} {self.customer_id}" if self.customer_id else f"{WEB} {self.conversation_id}"
        return f"{name} {int(self.until.timestamp())}"
