"""The demo's mails: a folder with one `.eml` file for each, exactly as it was received."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")
MOST_LISTED = 200
PREVIEW = 140


@dataclass(frozen=True, slots=True)
class MailSummary:
    """A line of the list; `to` is who the envelope named."""

    id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    at: datetime
    preview: str

    def as_json(self) -> dict[str, Any]:
        values = asdict(self)
        return values | {"from": values.pop("sender"), "to": list(self.to), "at": self.at.isoformat()}


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, read: `html` and `text` are empty where it has no such part."""

    summary: MailSummary
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        headers = [list(header) for header in self.headers]
        return self.summary.as_json() | {"text": self.text, "html": self.html, "headers": headers}


class Mailbox:
    """The mails in `folder`. They never change, so each is read once for the list."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._known: dict[str, MailSummary] = {}

    def add(self, content: bytes, *, sender: str, to: Sequence[str], at: datetime) -> str:
        """Keeps a mail and returns its id. The envelope goes in front, as header lines like any server's."""
        name = f"{at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        envelope = "".join(f"Delivered-To: {address}\r\n" for address in to)
        draft = self._folder / f".{name}"
        draft.write_bytes(f"Return-Path: <{sender}>\r\n{envelope}".encode() + content)
        draft.replace(self._folder / f"{name}.eml")
        return name

    def list(self) -> list[MailSummary]:
        """The newest mails first."""
        names = sorted((path.stem for path in self._folder.glob("*.eml")), reverse=True)
        for name in names[:MOST_LISTED]:
            if name not in self._known and (mail := self.read(name)):
                self._known[name] = mail.summary
        return [self._known[name] for name in names[:MOST_LISTED] if name in self._known]

    def source(self, name: str) -> bytes | None:
        """The mail as it was received; None where there is none of this name."""
        path = self._folder / f"{name}.eml"
        return path.read_bytes() if NAME.fullmatch(name) and path.is_file() else None

    def read(self, name: str) -> Mail | None:
        """The mail, read; None where there is none of this name. Broken mails are read as far as they go."""
        source = self.source(name)
        return None if source is None else _read(name, source)


def _read(name: str, source: bytes) -> Mail:
    message = message_from_bytes(source, policy=policy.default)
    headers = tuple(_headers(message))
    text = _part(message, "plain")
    summary = MailSummary(
        id=name,
        sender=_first(headers, "from"),
        to=tuple(value for header, value in headers if header.lower() == "delivered-to"),
        subject=_first(headers, "subject"),
        at=datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC),
        preview=" ".join(text.split())[:PREVIEW],
    )
    return Mail(summary=summary, text=text, html=_part(message, "html"), headers=headers)


def _first(headers: Sequence[tuple[str, str]], name: str) -> str:
    return next((value for header, value in headers if header.lower() == name), "")


def _headers(message: EmailMessage) -> list[tuple[str, str]]:
    found = []
    for name, raw in message.raw_items():
        try:
            found.append((name, str(message.policy.header_fetch_parse(name, raw))))
        except Exception:  # the parser itself stumbles over some broken headers, and a mailbox must still open
            found.append((name, str(raw)))
    return found


def _part(message: EmailMessage, kind: str) -> str:
    try:
        part = message.get_body(preferencelist=(kind,))
        # Lines end in CRLF on the wire; base64 keeps that even in the text.
        return "" if part is None else str(part.get_content()).replace("\r\n", "\n")
    except Exception:  # an unknown charset, a part that says it is what it is not: the source is still to be seen
        return ""
