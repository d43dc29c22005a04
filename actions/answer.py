"""Everything the shop answers from its own policy file."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from actions.ability import Ability
from actions.reply import Answer, Button
from actions.turn import Turn
from rapport.marketing.policies import Policies
from rapport.marketing.policy_search import UNHEARD
from rapport.store.offers import points_of

OTHERWISE = "out_of_scope"
# Nobody who thanks or says yes asks about a policy.
SMALL_TALK = frozenset({"greet", "goodbye", "thank", "affirm", "deny", "bot_challenge", "praise", "complaint"})


class ActionAnswer(Ability):
    """The topic the question is about, else the entry of the intent, else that of `out_of_scope`."""

    called = "answer"

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """The shop's words; a signed-in customer may have words of her own."""
        policies = self.services.policies.current()
        topic = self._topic(turn)
        if topic is not None:
            return self._about(topic, policies, turn)
        intent = turn.intent if turn.intent in policies.answers else OTHERWISE
        policy = policies.answers.get(intent)
        if policy is None:
            return Answer((self.say("lost", turn),), understood=False)
        words = policy.texts if turn.customer_id is None else policy.known or policy.texts
        points = await points_of(session, turn.customer_id) if turn.customer_id is not None else 0
        name = turn.customer_name or self.say("dear", turn)
        text = words[turn.language].format(shop=self.services.settings.shop_name, name=name, points=points)
        return Answer((text,), buttons=_buttons(policies, policy.buttons, turn), understood=intent != OTHERWISE)

    async def recognises(self, session: AsyncSession, turn: Turn) -> bool:
        """True if another ability's intent was heard, yet the question is about a policy beyond doubt.

        "Do points expire?" is no question for a balance. What names an order or a product is left to its ability.
        """
        if turn.text.startswith("/") or turn.intent in SMALL_TALK or _names_something(turn):
            return False
        search = self.services.policies.search()
        unheard = turn.intent in UNHEARD and search.find(turn.text, turn.intent) is not None
        return unheard or search.surely(turn.text, turn.intent)

    def _topic(self, turn: Turn) -> str | None:
        if turn.text.startswith("/") or turn.intent in SMALL_TALK:
            return None
        return self.services.policies.search().find(turn.text, turn.intent)

    def _about(self, name: str, policies: Policies, turn: Turn) -> Answer:
        topic = policies.topics[name]
        text = topic.texts[turn.language].format(shop=self.services.settings.shop_name)
        return Answer((text,), buttons=_buttons(policies, topic.buttons, turn), noted={"topic": name})


def _names_something(turn: Turn) -> bool:
    return any(turn.named(kind) for kind in ("order_id", "product"))


def _buttons(policies: Policies, intents: tuple[str, ...], turn: Turn) -> tuple[Button, ...]:
    return tuple(Button(policies.title(intent, turn.language), f"/{intent}") for intent in intents)
