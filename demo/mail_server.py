"""`python -m demo.mail_server`: takes every mail the demo sends over SMTP, keeps it, and shows it on a page.

Nothing is passed on. Both servers listen on loopback only.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session

from demo.foreground import in_foreground
from demo.mailbox import Mailbox
from demo.mailbox_app import mailbox_app
from rapport.clock import Clock, utc_now
from rapport.settings import Settings

HOST = "127.0.0.1"
NAME = "mail.halfhill.example"
MOST_BYTES = 10 * 1024 * 1024


class Postbox:
    """What aiosmtpd asks: each mail is on disk before it is told 250."""

    def __init__(self, mailbox: Mailbox, clock: Clock) -> None:
        self._mailbox = mailbox
        self._clock = clock

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  its name
        content = envelope.original_content or b""
        sender, to = envelope.mail_from or "", tuple(envelope.rcpt_tos)
        try:
            name = await asyncio.to_thread(self._mailbox.add, content, sender=sender, to=to, at=self._clock())
        except OSError as error:
            return f"452 4.3.1 The mail could not be kept: {error.strerror}"
        return f"250 2.0.0 Kept as {name}"


async def start_smtp(mailbox: Mailbox, *, port: int, clock: Clock = utc_now) -> asyncio.Server:
    """A listening SMTP server; mails above `MOST_BYTES` are refused with 552. Port 0 takes a free one."""
    postbox, loop = Postbox(mailbox, clock), asyncio.get_running_loop()

    def greet() -> SMTP:
        return SMTP(postbox, data_size_limit=MOST_BYTES, enable_SMTPUTF8=True, hostname=NAME, loop=loop)

    return await loop.create_server(greet, host=HOST, port=port)


async def serve(folder: Path, *, smtp_port: int, http_port: int, zone: str) -> None:
    """Runs both servers until SIGINT or SIGTERM."""
    mailbox = Mailbox(folder)
    page = uvicorn.Config(
        mailbox_app(mailbox, zone=zone), host=HOST, port=http_port, log_level="warning", lifespan="off"
    )
    async with await start_smtp(mailbox, port=smtp_port) as server:
        smtp = server.sockets[0].getsockname()[1]
        print(f"mail: smtp://{HOST}:{smtp}, page: http://{HOST}:{http_port}/mailbox", flush=True)
        await uvicorn.Server(page).serve()


def main(arguments: list[str] | None = None) -> int:
    """0 when stopped, 1 when a port is taken, 2 for wrong usage."""
    settings = Settings()
    parser = argparse.ArgumentParser(prog="python -m demo.mail_server", description=__doc__)
    parser.add_argument("--smtp-port", type=int, default=2525)
    parser.add_argument("--http-port", type=int, default=2580)
    parser.add_argument("--folder", type=Path, default=settings.var_dir / "demo" / "mailbox")
    wanted = parser.parse_args(arguments)
    ports = {"smtp_port": wanted.smtp_port, "http_port": wanted.http_port}
    return in_foreground(serve(wanted.folder, **ports, zone=settings.default_time_zone), name="mail server")


if __name__ == "__main__":
    sys.exit(main())
