"""Her answer to what a link would make of her chat, and the key that parts chat and account."""

from __future__ import annotations

from sqlalchemy import delete

from rapport.chat.telegram.claims import Claim
from rapport.chat.telegram.deep_links import follow
from rapport.chat.telegram.heard import Heard, Hearing, Later
from rapport.chat.telegram.linking import unlink
from rapport.chat.telegram.words import words
from rapport.messaging.telegram.keys import LINK, NO, UNLINK, WEB
from rapport.store.telegram import TelegramButton

ABOUT_ACCOUNT = frozenset({LINK, WEB, NO, UNLINK})


async def hear_about_account(hearing: Hearing, button: TelegramButton, *, later: tuple[Later, ...]) -> Heard:
    """Does what she answers, once."""
    await _spend(hearing, button)
    if button.payload == UNLINK:
        await unlink(hearing.session, hearing.chat, now=hearing.now)
        return Heard(hearing.conversation_id, later=later)
    say = words(await hearing.language())
    if button.payload == NO:
        return await hearing.say(say.refused_link, later=later)
    claim = Claim.read(button.payload)
    in_time = claim.until > hearing.now
    if not in_time or not await follow(hearing.session, hearing.chat, claim, now=hearing.now):
        return await hearing.say(say.old_link, later=later)
    return Heard(hearing.conversation_id, later=later)


async def _spend(hearing: Hearing, button: TelegramButton) -> None:
    """The keys beside it mean nothing any more either: an answer is one answer."""
    here = (TelegramButton.conversation_id == button.conversation_id) & (TelegramButton.seq == button.seq)
    mine = here & (TelegramButton.chat_id == hearing.chat.chat_id)
    await hearing.session.execute(delete(TelegramButton).where(mine).execution_options(synchronize_session=False))
