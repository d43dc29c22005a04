"""Offers: which one for whom is the marketers' rules' to say."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from actions.ability import Ability
from actions.reply import Answer, Button
from actions.turn import Turn


class ActionPromotion(Ability):
    """The rules for `promotion_query` reply and give the coupon; without one, the honest truth."""

    called = "promotion"

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """Only what is said when no rule speaks."""
        buttons = (Button(self.say("button.recommend", turn), "/recommend"),)
        return Answer(unless_a_rule_speaks=(self.say("promotion.none", turn),), buttons=buttons)
