"""The bytes of a mail: multipart/alternative in UTF-8, CRLF only, no header that smuggles in another."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr

from rapport.messaging.errors import HeaderError

# Line ends of every kind, C0 and C1 controls, and halves of surrogate pairs, which no encoding can carry.
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{1,253}$)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
FOLD_AT = 76


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says, before it is bytes. `headers` are those beyond the usual ones."""

    subject: str
    text: str
    html: str
    language: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail ready for the wire: its envelope and its bytes."""

    sender: str
    recipient: str
    content: bytes


def make_mail(letter: Letter, *, sender: str, recipient: str, message_id: str, date: datetime) -> Mail:
    """Builds the mail. `sender` is `Name <address>`, `recipient` a bare address. Raises HeaderError.

    Written by hand: the standard library's EmailMessage takes several times as long as the SMTP exchange itself.
    """
    name, sender_address = parseaddr(refuse_controls("From", sender))
    sender_address, recipient = address(sender_address), address(recipient)
    boundary = f"=_{re.sub('[^0-9A-Za-z]', '', message_id)[:50]}"
    headers = {
        "To": recipient,
        "Subject": letter.subject,
        "Date": format_datetime(date),
        "Message-ID": message_id,
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
        "Content-Language": letter.language,
        **letter.headers,
    }
    # `formataddr` encodes the name alone, so that the address stays readable.
    sent_by = f"From: {formataddr((name, sender_address))}"
    lines = [sent_by, *(header(*item) for item in headers.items())]
    content = "\r\n".join([*lines, "", ""]).encode("ascii") + _body(letter, boundary.encode("ascii"))
    return Mail(sender_address, recipient, content)


def header(name: str, value: str) -> str:
    """One header line (folded where it must be), RFC 2047 encoded if it is more than ASCII. Raises HeaderError."""
    refuse_controls(name, value)
    if value.isascii() and "=?" not in value:
        return f"{name}: {value}"
    return f"{name}: " + Header(value, "utf-8", FOLD_AT, name).encode(linesep="\r\n")


def address(value: str) -> str:
    """The address if it is a plain one that any relay takes. Raises HeaderError."""
    if not ADDRESS.fullmatch(value):
        raise HeaderError("This is not an address a mail can be sent to (letters outside ASCII need SMTPUTF8)")
    return value


def refuse_controls(name: str, value: str) -> str:
    """The value as it is. Raises HeaderError where it holds a line end or another control character."""
    found = FORBIDDEN.search(value)
    if found:
        raise HeaderError(f"{name} holds the control character U+{ord(found.group()):04X} at {found.start()}")
    return value


def _body(letter: Letter, boundary: bytes) -> bytes:
    return b"".join(
        (
            _part(boundary, b"plain", letter.text),
            _part(boundary, b"html", letter.html),
            b"--" + boundary + b"--\r\n",
        )
    )


def _part(boundary: bytes, kind: bytes, text: str) -> bytes:
    # Base64 whatever the text: no line grows too long, no line begins with a dot, every line ends in CRLF.
    encoded = base64.encodebytes(text.encode("utf-8")).replace(b"\n", b"\r\n")
    head = b"--" + boundary + b"\r\nContent-Type: text/" + kind + b"; charset=utf-8\r\n"
    return head + b"Content-Transfer-Encoding: base64\r\n\r\n" + encoded
