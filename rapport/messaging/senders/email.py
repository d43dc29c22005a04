"""Sends mails over SMTP connections that are kept open; the only place that does."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
)

from rapport.messaging.mime import Mail
from rapport.messaging.outcome import Outcome, refusal

COMMAND_SECONDS = 60.0
# RFC 5321, 4.5.3.2.6: a relay may take this long over the final dot; who gives up earlier sends twice.
FINAL_DOT_SECONDS = 600.0
SERVICE_CLOSING = 421


@dataclass(frozen=True, slots=True)
class Relay:
    """Where mails go: `smtp://[user:password@]host:port[?starttls=never|always]` or `smtps://…`."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    tls: bool = False
    starttls: bool | None = None

    @classmethod
    def from_url(cls, url: str) -> Relay:
        """Raises ValueError for what is no address of a relay."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("SMTP_URL must look like smtp://user:password@host:587 or smtps://host:465")
        wanted = parse_qs(parts.query).get("starttls", ["offered"])[0]
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 25),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=tls,
            starttls=False if tls else {"never": False, "always": True}.get(wanted),
        )


class EmailSender:
    """A pool of open connections to one relay. `timeout` and `final_timeout` are in seconds."""

    def __init__(
        self,
        relay: Relay,
        *,
        local_hostname: str = "localhost",
        timeout: float = COMMAND_SECONDS,
        final_timeout: float = FINAL_DOT_SECONDS,
    ) -> None:
        self._relay, self._local_hostname = relay, local_hostname
        self._timeout, self._final_timeout = timeout, final_timeout
        self._idle: list[SMTP] = []

    async def send(self, mail: Mail) -> Outcome:
        """Hands one mail to the relay. A kept connection may have died of age: then a new one is tried, once."""
        client = self._idle.pop() if self._idle else None
        if client is not None:
            outcome = await self._send_over(client, mail)
            if outcome.kind != "not_tried":
                return outcome
        try:
            client = await self._connect()
        except (SMTPException, OSError) as error:
            return _not_tried(error)
        return await self._send_over(client, mail)

    async def close(self) -> None:
        while self._idle:
            with suppress(SMTPException, OSError):
                await self._idle.pop().quit(timeout=5.0)

    async def _connect(self) -> SMTP:
        relay = self._relay
        client = SMTP(
            hostname=relay.host,
            port=relay.port,
            username=relay.user,
            password=relay.password,
            use_tls=relay.tls,
            start_tls=relay.starttls,
            local_hostname=self._local_hostname,
            timeout=self._timeout,
        )
        await client.connect()
        return client

    async def _send_over(self, client: SMTP, mail: Mail) -> Outcome:
        outcome = await self._converse(client, mail)
        if outcome.kind in ("not_tried", "unknown") or not client.is_connected:
            client.close()
        elif outcome.kind == "sent" or await _reset(client):
            self._idle.append(client)
        return outcome

    async def _converse(self, client: SMTP, mail: Mail) -> Outcome:
        try:
            await client.mail(mail.sender)
        except (SMTPException, OSError) as error:
            # Whatever is wrong here is wrong for every mail: none of them should pay for it.
            return _not_tried(error)
        try:
            await client.rcpt(mail.recipient)
        except SMTPRecipientRefused as error:
            if error.code == SERVICE_CLOSING:
                return _not_tried(error)
            return refusal(error.code, error.message, of_recipient=True)
        except (SMTPException, OSError) as error:
            return _not_tried(error)
        return await self._hand_over(client, mail)

    async def _hand_over(self, client: SMTP, mail: Mail) -> Outcome:
        try:
            answer = await client.data(mail.content, timeout=self._final_timeout)
        except SMTPDataError as error:
            return refusal(error.code, error.message, of_recipient=False)
        except (SMTPException, OSError) as error:
            return Outcome("unknown", None, f"The relay's last answer was lost: {error}")
        return Outcome("sent", answer.code, answer.message)


def _not_tried(error: Exception) -> Outcome:
    code = error.code if isinstance(error, SMTPResponseException) else None
    return Outcome("not_tried", code, str(error) or type(error).__name__)


async def _reset(client: SMTP) -> bool:
    """Clears a refused envelope, so that the connection can take the next mail."""
    try:
        await client.rset()
    except (SMTPException, OSError):
        client.close()
        return False
    return True
