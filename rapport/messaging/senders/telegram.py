"""Posts a message in the customer's chat with the bot, at the pace that Telegram allows; never before a reply."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.clock import Clock
from rapport.messaging.bot_post import BotPost
from rapport.messaging.outcome import Outcome
from rapport.messaging.saying_once import say_once
from rapport.messaging.senders.telegram_request import Pictures
from rapport.settings import Settings
from rapport.store.conversations import locked
from rapport.store.database import Database
from rapport.store.telegram import TelegramChat, show_message
from rapport.store.telegram_pace import CHAT, LATE, PUSH_AHEAD, Moment, arrived, hold_chat, reserve

# Longer than this nobody in the queue waits for one chat: its message comes again when the chat is free.
PATIENCE = 0.3
# So long a chat is not free after a moment that was missed; so often one is asked for.
CHATS_SECOND, TRIES = CHAT["private"] + LATE, 3
# Where the disk is slower than a moment lasts, the next is taken ahead, by so many seconds at most; each that is met
# makes it less.
MOST_LEAD, EASES = 0.5, 0.95
SECONDS = 30.0
log = logging.getLogger(__name__)


class TelegramSender:
    """One bot. Several posts at once are sent side by side, each at its own moment."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        # One after another they ask for their moments: else all who were told to wait would ask again at once.
        self._next = asyncio.Lock()
        url = f"{settings.telegram_api_url.rstrip('/')}/bot{settings.telegram_token.get_secret_value()}/"
        self._lead, self._pictures = 0.0, Pictures()
        self._http = httpx.AsyncClient(base_url=url, timeout=SECONDS)

    async def send(self, post: BotPost) -> Outcome:
        """Tries once, when the bot and this chat are free; a chat that is not free soon is put off."""
        try:
            chat_id = int(post.recipient)
            moment = await self._reserved(chat_id)
            if not moment.granted:
                wait = timedelta(seconds=moment.at - self._now())
                return Outcome("not_tried", None, "The chat has to wait", again_after=wait)
            outcome, message_id = await self._post(post)
            if outcome.code == 429 and outcome.again_after is not None:
                await self._leave_alone(chat_id, outcome.again_after)
        except SQLAlchemyError as error:
            return Outcome("not_tried", None, type(error).__name__)
        if message_id is not None:
            await self._note_or_complain(post, message_id, moment)
        return outcome

    async def close(self) -> None:
        await self._http.aclose()

    async def _reserved(self, chat_id: int) -> Moment:
        """A moment that has come; not granted: when the chat is free."""
        for _ in range(TRIES):
            moment = await self._moment(chat_id)
            if not moment.granted:
                return moment
            await asyncio.sleep(max(0.0, moment.at - self._now()))
            late = self._now() - moment.at
            if late <= LATE:
                self._lead *= EASES
                return moment
            # It might be one too many within a second: on a busy machine another moment is asked for, further ahead.
            self._lead = min(self._lead + 2 * late, MOST_LEAD)
            await asyncio.sleep(CHATS_SECOND)
        return Moment(self._now() + CHATS_SECOND, granted=False)

    async def _moment(self, chat_id: int) -> Moment:
        """Waits for its turn among the pushes, and for a free slot; not for a chat that is to be left alone."""
        async with self._next:
            while True:
                soon = self._now() + self._lead
                async with self._database.session() as session:
                    moment = await reserve(session, chat_id, now=soon, ahead=PUSH_AHEAD)
                if moment.granted or moment.at - soon > PATIENCE:
                    return moment
                await asyncio.sleep(moment.at - soon)

    async def _post(self, post: BotPost) -> tuple[Outcome, int | None]:
        """What came of it, and the number of the message in Telegram where it is there."""
        request = await self._pictures.request(post)
        try:
            response = await self._http.post(request.method, **request.arguments)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            return Outcome("not_tried", None, type(error).__name__), None
        except httpx.HTTPError as error:
            return Outcome("unknown", None, f"The answer was lost: {type(error).__name__}"), None
        answer = _answer(response)
        if response.status_code == httpx.codes.OK and answer.get("ok") is True:
            self._pictures.shown(request.picture, answer["result"])
            return Outcome("sent", response.status_code), int(answer["result"]["message_id"])
        outcome = refusal(response.status_code, answer)
        if request.picture and outcome.code == httpx.codes.BAD_REQUEST and not outcome.dead_address:
            self._pictures.refused(request.picture)
            # At a moment of its own: one message was granted, and the limits know no second try.
            wait = timedelta(seconds=CHATS_SECOND)
            return Outcome("not_tried", outcome.code, f"Without the picture: {outcome.text}", again_after=wait), None
        return outcome, None

    async def _leave_alone(self, chat_id: int, seconds: timedelta) -> None:
        async with self._database.session() as session:
            await hold_chat(session, chat_id, until=self._now() + seconds.total_seconds())

    async def _note_or_complain(self, post: BotPost, message_id: int, moment: Moment) -> None:
        answered = self._now()
        try:
            async with self._database.session() as session:
                await self._note(session, post, message_id)
                # Last, as everywhere: the chat first, then a slot.
                await arrived(session, moment, at=answered)
        except SQLAlchemyError:
            # It has left, and nothing may send it again; that the thread does not show it is the smaller harm.
            log.exception("%s was sent and does not stand in its conversation", post.key)

    async def _note(self, session: AsyncSession, post: BotPost, message_id: int) -> None:
        """Puts it into the conversation of that chat: she may answer it, and whoever answers her must see it."""
        chat = await session.get(TelegramChat, int(post.recipient))
        standing = await locked(session, chat.conversation_id) if chat and chat.conversation_id else None
        if chat is None or chat.conversation_id is None or standing is None:
            return
        said = await say_once(session, chat.conversation_id, standing, post, at=self._clock())
        if said is not None:
            await show_message(session, chat, message_id, said.seq)

    def _now(self) -> float:
        return self._clock().timestamp()


def refusal(status: int, answer: dict[str, Any]) -> Outcome:
    """What an answer that is no yes means: what is wrong for every message costs none of them an attempt."""
    said = str(answer.get("description", ""))
    match status:
        case 429:
            seconds = answer.get("parameters", {}).get("retry_after", 1)
            return Outcome("not_tried", status, said, again_after=timedelta(seconds=seconds))
        case 403:
            return Outcome("refused", status, said, dead_address=True)
        case 400:
            return Outcome("refused", status, said, dead_address="chat not found" in said.casefold())
        case 401 | 404 | 500 | 503:
            return Outcome("not_tried", status, said)
        case 200 | 502 | 504:
            return Outcome("unknown", status, said)
        case _:
            return Outcome("refused", status, said)


def _answer(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
