"""Goes on in the language the customer asks for; whatever else she wants is answered in it by others."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from actions.ability import Ability
from actions.reply import Answer
from actions.turn import Turn
from rapport.chat.language import asks_only_for_language


class ActionLanguage(Ability):
    """No intent leads here: such a wish is told by its words alone, whatever it was taken for."""

    called = "language"

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """The turn is in that language already: the gateway has heard the wish, too."""
        return Answer((self.say("dialogue.language", turn),))

    async def recognises(self, session: AsyncSession, turn: Turn) -> bool:
        """True for "请用英文", "can you speak Chinese?"."""
        return not turn.text.startswith("/") and asks_only_for_language(turn.text)
