"""What a customer types: her words, a correction of them, or a command."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from sqlalchemy import select

from rapport.chat.assistant import as_free_text
from rapport.chat.buttons import LONGEST_PAYLOAD, Button
from rapport.chat.forms import answered_form
from rapport.chat.telegram.deep_links import GREETING, start_with
from rapport.chat.telegram.heard import Heard, Hearing
from rapport.chat.telegram.linking import linked_to, unlink
from rapport.chat.telegram.values import Said
from rapport.chat.telegram.words import words
from rapport.messaging.leaving import STOPPED, leave_telegram
from rapport.messaging.telegram.keys import UNLINK
from rapport.privacy import mask_name
from rapport.settings import LANGUAGES, Language
from rapport.store.conversations import ChatMessage, turn_to_language
from rapport.store.telegram import TelegramMessage, note_shown

COMMAND = re.compile(r"/([a-z_]{1,32})(?:@\w{1,64})?(?:\s+(.*))?", re.DOTALL)
PAYLOAD = re.compile("[A-Za-z0-9_-]{1,64}")
Command = Callable[[Hearing, str], Awaitable[Heard]]


async def hear_said(hearing: Hearing, said: Said) -> Heard:
    """A command is done; words are received, and kept findable for the day they are corrected."""
    if said.edited:
        return await _corrected(hearing, said)
    found = COMMAND.fullmatch(said.text.strip())
    if found:
        return await COMMANDS.get(found[1], _help)(hearing, (found[2] or "").strip())
    # Where a form was the last thing said, its fields by lines are the form filled in.
    filled = answered_form(hearing.form, said.text) if hearing.form else None
    return await _received(hearing, said, filled or said.text) if said.text.strip() else Heard()


async def _received(hearing: Hearing, said: Said, text: str | Button) -> Heard:
    heard = await hearing.receive(text)
    if heard.received:
        conversation_id, seq = hearing.conversation_id, heard.received.seq
        await note_shown(
            hearing.session, hearing.chat.chat_id, said.message_id, conversation_id=conversation_id, seq=seq
        )
    return heard


async def _corrected(hearing: Hearing, said: Said) -> Heard:
    """The assistant is told the new words as if only they had been said; people read what they replace."""
    before = await _before(hearing, said.message_id)
    if before == said.text:
        return Heard()
    if before is None or len(said.text) > LONGEST_PAYLOAD:
        return await _received(hearing, said, said.text)
    say = words(await hearing.language())
    title = say.corrected.format(new=said.text, old=before)
    return await _received(hearing, said, Button(title, as_free_text(said.text)))


async def _before(hearing: Hearing, message_id: int) -> str | None:
    """What this message said until now: of one that was corrected before, only the words."""
    shown = await hearing.session.get(TelegramMessage, (hearing.chat.chat_id, message_id))
    if shown is None:
        return None
    mine = (ChatMessage.conversation_id == shown.conversation_id) & (ChatMessage.seq == shown.seq)
    row = (await hearing.session.execute(select(ChatMessage.payload, ChatMessage.text).where(mine))).one_or_none()
    return None if row is None else row.payload or row.text


async def _start(hearing: Hearing, argument: str) -> Heard:
    said: Button | None = GREETING
    if PAYLOAD.fullmatch(argument):
        said = await start_with(hearing.session, hearing.chat, argument, key=hearing.key, now=hearing.now)
    return await hearing.receive(said) if said else Heard(hearing.conversation_id)


async def _help(hearing: Hearing, argument: str) -> Heard:
    return await hearing.say(words(await hearing.language()).help)


async def _orders(hearing: Hearing, argument: str) -> Heard:
    return await hearing.receive(Button(words(await hearing.language()).orders, "/order_status"))


async def _privacy(hearing: Hearing, argument: str) -> Heard:
    account = await linked_to(hearing.session, hearing.chat)
    if account is not None:
        text = words(await hearing.language()).is_linked.format(name=mask_name(account.name) or "…")
        await hearing.say(text, payload=UNLINK)
    return await hearing.receive(Button(words(await hearing.language()).privacy, "/privacy_request"))


async def _change_language(hearing: Hearing, argument: str) -> Heard:
    """To the other one, or to the one that is named."""
    other: Language = "en" if await hearing.language() == "zh" else "zh"
    language = next((one for one in LANGUAGES if one == argument), other)
    hearing.chat.language = language
    await turn_to_language(hearing.session, hearing.conversation_id, language)
    return await hearing.say(words(language).language)


async def _stop(hearing: Hearing, argument: str) -> Heard:
    chat_id = hearing.chat.chat_id
    await leave_telegram(hearing.session, chat_id, reason=STOPPED, source="telegram_stop", at=hearing.now)
    return await hearing.say(words(await hearing.language()).stopped)


async def _unlink(hearing: Hearing, argument: str) -> Heard:
    await unlink(hearing.session, hearing.chat, now=hearing.now)
    return Heard(hearing.conversation_id)


COMMANDS: dict[str, Command] = {
    "unlink": _unlink,
    "start": _start,
    "help": _help,
    "orders": _orders,
    "privacy": _privacy,
    "language": _change_language,
    "stop": _stop,
}
