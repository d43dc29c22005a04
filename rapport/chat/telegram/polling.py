"""Long polling: asks Telegram for updates, and confirms one only when it is stored."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError
from telegram import Update
from telegram.error import Conflict, TelegramError

from rapport.chat.telegram.registration import ALLOWED_UPDATES
from rapport.chat.telegram.updates import Updates
from rapport.chat.telegram.values import MalformedUpdateError
from rapport.messaging.telegram_bot import POLL_SECONDS

log = logging.getLogger(__name__)
# A slow update (a file) keeps nobody waiting longer than this: the others are asked for beside it.
LOOK_AGAIN = 0.3
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


@dataclass(slots=True)
class Poller:
    """What is being stored, and the number below which everything is."""

    updates: Updates
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
            found = await self.updates.bot.get_updates(
                offset=self.offset, timeout=wait, allowed_updates=list(ALLOWED_UPDATES)
            )
        except TelegramError as error:
            # Conflict: another one asks with this token. Two who insist would only interrupt each other.
            self.pause = LONGEST_PAUSE if isinstance(error, Conflict) else min(self.pause * 2, LONGEST_PAUSE)
            log.warning("Telegram gives no updates (%s); asked again in %.0f s.", error, self.pause)
            await asyncio.sleep(self.pause)
            return
        self.pause = FIRST_PAUSE
        for update in found:
            if update.update_id not in self._open and update.update_id not in self._stored:
                self._open[update.update_id] = asyncio.create_task(self._store(update))
        if self._open:
            await asyncio.wait(self._open.values(), timeout=LOOK_AGAIN)
        await self._settle()

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

    async def _store(self, update: Update) -> bool:
        try:
            await self.updates.take(update)
        except MalformedUpdateError:
            log.warning("Update %d is not of a shape known here.", update.update_id)
        except SQLAlchemyError:
            log.exception("Update %d could not be stored; it is asked for again.", update.update_id)
            return False
        return True
