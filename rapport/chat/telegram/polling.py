"""Long polling: asks Telegram for updates, and confirms one only when it is stored."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlencode

from sqlalchemy.exc import SQLAlchemyError
from telegram.error import Conflict, TelegramError

from rapport.chat.telegram.registration import ALLOWED_UPDATES
from rapport.chat.telegram.updates import Updates
from rapport.messaging.telegram_bot import POLL_PATIENCE, POLL_SECONDS

log = logging.getLogger(__name__)
# A slow update (a file) keeps nobody waiting longer than this: the others are asked for beside it.
LOOK_AGAIN = 0.3
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


@dataclass(slots=True)
class Poller:
    """What is being stored, and the number below which everything is. No pause is longer than `longest` seconds."""

    updates: Updates
    longest: float = LONGEST_PAUSE
    pause: float = FIRST_PAUSE
    offset: int = 0
    _open: dict[int, asyncio.Task[bool]] = field(default_factory=dict)
    _stored: set[int] = field(default_factory=set)

    async def run(self) -> None:
        """Until it is cancelled; what is being stored then is stored still."""
        try:
            while True:
                await self._round()
        finally:
            await asyncio.gather(*self._open.values(), return_exceptions=True)

    async def _round(self) -> None:
        wait = 0 if self._open else POLL_SECONDS
        try:
            found = await self._ask(wait)
        except TelegramError as error:
            # Conflict: another one asks with this token. Two who insist would only interrupt each other.
            self.pause = self.longest if isinstance(error, Conflict) else min(self.pause * 2, self.longest)
            log.warning("Telegram gives no updates (%s); asked again in %.1f s.", error, self.pause)
            await asyncio.sleep(self.pause)
            return
        self.pause = FIRST_PAUSE
        for data in found:
            number = data["update_id"]
            if number not in self._open and number not in self._stored:
                self._open[number] = asyncio.create_task(self._store(data))
        if self._open:
            await asyncio.wait(self._open.values(), timeout=LOOK_AGAIN)
        await self._settle()

    async def _ask(self, wait: int) -> list[Any]:
        # Not by `get_updates`, which reads all or none: one it cannot read would hold up all behind it for ever.
        asked = {"offset": self.offset, "timeout": wait, "allowed_updates": json.dumps(ALLOWED_UPDATES)}
        url = f"{self.updates.bot.base_url}/getUpdates?{urlencode(asked)}"
        return cast(list[Any], await self.updates.bot.request.post(url, read_timeout=POLL_PATIENCE))

    async def _settle(self) -> None:
        """What is stored is confirmed with the next question, unless something before it is still open."""
        done = {number: task.result() for number, task in self._open.items() if task.done()}
        for number in done:
            del self._open[number]
        self._stored |= {number for number, stored in done.items() if stored}
        failed = [number for number, stored in done.items() if not stored]
        newest = max(self._stored, default=self.offset - 1) + 1
        self.offset = max(self.offset, min([*self._open, *failed, newest]))
        self._stored = {number for number in self._stored if number >= self.offset}
        if failed:
            await asyncio.sleep(FIRST_PAUSE)

    async def _store(self, data: Any) -> bool:
        try:
            await self.updates.receive(data)
        except SQLAlchemyError:
            log.exception("Update %d could not be stored; it is asked for again.", data["update_id"])
            return False
        return True
