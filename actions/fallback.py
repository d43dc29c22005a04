"""What is said where no intent is likely enough: the likeliest ones, to choose from."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from actions.ability import Ability
from actions.reply import Answer, Button
from actions.turn import Turn
from rapport.marketing.policies import Policies

OFFERED = 3


class ActionFallback(Ability):
    """Guesses are offered, never acted upon."""

    called = "fallback"

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """Up to three of the likeliest intents as buttons; what the shop can do at all where there is none."""
        buttons = guesses(turn, self.services.policies.current())
        if not buttons:
            return await self.other("answer").answer(session, turn)
        return Answer((self.say("fallback.did_you_mean", turn),), buttons=buttons, understood=False)


def guesses(turn: Turn, policies: Policies) -> tuple[Button, ...]:
    """Buttons of the likeliest intents the shop has a title for: nobody presses a button to say "thanks"."""
    titled = [intent for intent in turn.likely if intent in policies.buttons]
    return tuple(Button(policies.title(intent, turn.language), f"/{intent}") for intent in titled[:OFFERED])
