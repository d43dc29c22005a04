"""Everything the shop answers from its own policy file."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from actions.ability import Ability
from actions.policies import Policies
from actions.reply import Answer, Button
from actions.turn import Turn
from rapport.store.offers import points_of

OTHERWISE = "out_of_scope"


class ActionAnswer(Ability):
    """The entry of the intent, else that of `out_of_scope`."""

    called = "answer"

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """The shop's words; a signed-in customer may have words of her own."""
        policies = self.services.policies.current()
        policy = policies.answers.get(turn.intent) or policies.answers.get(OTHERWISE)
        if policy is None:
            return Answer((self.say("lost", turn),))
        words = policy.texts if turn.customer_id is None else policy.known or policy.texts
        points = await points_of(session, turn.customer_id) if turn.customer_id is not None else 0
        name = turn.customer_name or self.say("dear", turn)
        text = words[turn.language].format(shop=self.services.settings.shop_name, name=name, points=points)
        return Answer((text,), buttons=_buttons(policies, policy.buttons, turn))


def _buttons(policies: Policies, intents: tuple[str, ...], turn: Turn) -> tuple[Button, ...]:
    return tuple(Button(policies.title(intent, turn.language), f"/{intent}") for intent in intents)
