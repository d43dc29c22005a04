"""A button that was pressed: found by what it carries, received as what it says, marked where it stands."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from functools import partial
from typing import Protocol

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from rapport.chat.buttons import Button, pressed_button
from rapport.chat.errors import UnknownButtonError, WithAgentError
from rapport.chat.responder import leave_queue, rate
from rapport.chat.telegram.answering_links import ABOUT_ACCOUNT, hear_about_account
from rapport.chat.telegram.heard import Heard, Hearing, Later
from rapport.chat.telegram.values import Keys, Pressed
from rapport.chat.telegram.words import words
from rapport.messaging.telegram.keys import ASSISTANT, PAGE, STARS
from rapport.messaging.telegram_bot import reference_in
from rapport.store.telegram import TelegramButton

CHOSEN = "✓ "


class TurnPage(Protocol):
    """Makes Telegram's message, which shows one product (from 0) of ours, show another."""

    def __call__(
        self, conversation_id: str, chat_id: int, message_id: int, *, seq: int, index: int
    ) -> Awaitable[None]: ...


async def hear_pressed(hearing: Hearing, pressed: Pressed, bot: Bot, turn_page: TurnPage) -> Heard:
    """What was not offered in this chat, or is there no more, does nothing."""
    button = await _button(hearing, pressed)
    if button is None:
        return Heard()
    name, _, number = button.payload.partition(" ")
    if name == PAGE:
        here = (button.conversation_id, hearing.chat.chat_id, pressed.message_id)
        return Heard(later=(partial(turn_page, *here, seq=button.seq, index=int(number)),))
    marking: tuple[Later, ...] = (partial(mark, bot, hearing.chat.chat_id, pressed),)
    if name == STARS:
        await rate(hearing.session, button.conversation_id, stars=int(number), comment="", now=hearing.now)
        return await hearing.say(words(await hearing.language()).rated, later=marking)
    if name == ASSISTANT:
        # A person may have been quicker.
        with suppress(WithAgentError):
            await leave_queue(hearing.session, button.conversation_id, now=hearing.now, terms=hearing.terms)
        return Heard(button.conversation_id, later=marking)
    if name in ABOUT_ACCOUNT:
        return await hear_about_account(hearing, button, later=marking)
    said = _said(button, key=hearing.key)
    return await hearing.receive(said, later=marking) if said else Heard()


async def _button(hearing: Hearing, pressed: Pressed) -> TelegramButton | None:
    ref = reference_in(pressed.data, hearing.chat.chat_id, key=hearing.key)
    return await hearing.session.get(TelegramButton, ref) if ref else None


def _said(button: TelegramButton, *, key: str) -> Button | None:
    """A button of a message is signed for its conversation; one that Telegram alone shows is ours in the clear."""
    if button.payload.startswith("/"):
        return Button(button.title, button.payload)
    try:
        return pressed_button(button.payload, button.conversation_id, key=key)
    except UnknownButtonError:
        return None


async def mark(bot: Bot, chat_id: int, pressed: Pressed) -> None:
    """Shows, under the message, which of its buttons was chosen."""
    keys = marked(pressed.keys, pressed.data)
    if keys != pressed.keys:
        rows = [[_key(*key) for key in row] for row in keys]
        await bot.edit_message_reply_markup(
            chat_id=chat_id, message_id=pressed.message_id, reply_markup=InlineKeyboardMarkup(rows)
        )


def marked(keys: Keys, data: str) -> Keys:
    """The keys, the one with this data marked and no other."""
    return tuple(tuple(_marked(key, chosen=key[1] == data) for key in row) for row in keys)


def _marked(key: tuple[str, str | None, str | None], *, chosen: bool) -> tuple[str, str | None, str | None]:
    title = key[0].removeprefix(CHOSEN)
    return (CHOSEN + title if chosen else title, *key[1:])


def _key(title: str, data: str | None, url: str | None) -> InlineKeyboardButton:
    return InlineKeyboardButton(title, callback_data=data, url=url)
