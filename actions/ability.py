"""The frame of every ability: one message is one transaction, and whatever fails, the customer hears kind words."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.ext.asyncio import AsyncSession

from actions.cards import leave_shown
from actions.continuing import says
from actions.floor import counted, kept_open, misunderstood, with_a_person_offered
from actions.handed_back import Slots, said_after, take_up
from actions.phrases import CORRECTS
from actions.question import Question
from actions.reply import Answer, Happened, spoken
from actions.services import Services
from actions.turn import Entity, Said, Turn, begin, read_tracker, spoken_language
from rapport.marketing.profile import NewEvent
from rapport.privacy import mask
from rapport.store.conversations import conversation_with_customer
from rapport.store.unanswered import UnansweredQuestion, note_unanswered

logger = logging.getLogger(__name__)

# After these the customer still speaks of what she was shown.
SMALL_TALK = frozenset({"greet", "thank", "affirm", "deny", "praise"})

# What a customer types to be recognised is kept out of the log of events, which is never changed again.
UNRECORDED = ("email", "phone")
# So many intents it may have been are kept, for whoever reviews what was misunderstood.
LIKELY = 3


class Ability(Action):  # type: ignore[misc]  # rasa_sdk is published without types
    """Subclasses give `called` and `answer`; `awaits` are the entities that answer a question of theirs.

    The question of an ability that `insists` outlives messages about something else, until it is answered or dropped.
    """

    called: ClassVar[str]
    awaits: ClassVar[frozenset[str]] = frozenset()
    insists: ClassVar[bool] = False

    def __init__(self, services: Services, abilities: Mapping[str, Ability]) -> None:
        self.services = services
        self._abilities = abilities

    def name(self) -> str:
        """The name in Rasa's domain."""
        return f"action_{self.called}"

    async def answer(self, session: AsyncSession, turn: Turn) -> Answer:
        """What to say to this turn; may write through `session`, never commits."""
        raise NotImplementedError

    async def recognises(self, session: AsyncSession, turn: Turn) -> bool:
        """True if this message is this ability's, whatever the intent was taken for."""
        return False

    async def drop(self, session: AsyncSession, turn: Turn) -> Answer:
        """What to say when the customer wants her open question left."""
        return Answer((self.say("dialogue.dropped", turn),))

    def expects(self, question: Question) -> frozenset[str]:
        """What answers a question of this ability."""
        return self.awaits

    def reminder(self, turn: Turn, question: Question) -> str:
        """Takes a question up again after something else was answered."""
        return ""

    def other(self, called: str) -> Ability:
        """Another ability, by its name."""
        return self._abilities[called]

    def say(self, key: str, turn: Turn, **values: object) -> str:
        """A sentence of `texts.yml` in the language of the turn."""
        return self.services.texts.say(key, turn.language, **values)

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        """Rasa's entry: answers, commits, and only then speaks."""
        said = read_tracker(tracker.sender_id, tracker.latest_message, tracker.slots)
        try:
            messages, remember = await self._take_turn(said)
        except Exception as error:
            # The whole traceback is masked: a database error quotes the values of the statement.
            logger.error("%s failed: %s", self.name(), mask("".join(traceback.format_exception(error))))
            messages, remember = [{"text": self._sorry(said)}], {}
        for message in messages:
            dispatcher.utter_message(**message)
        return [SlotSet(name, value) for name, value in remember.items()]

    async def _take_turn(self, said: Said) -> tuple[list[dict[str, Any]], Mapping[str, str | None]]:
        async with self.services.database.session() as session:
            # Kept for as long as the turn takes: what nobody holds, a session would read again.
            turn, handed, _held = await self._begin(session, said)
            who, answer = await self._answer(session, turn)
            lost = misunderstood(turn, answer)
            answer = self._round_off(turn, answer, who, lost=lost)
            if lost and turn.text.strip():
                note_unanswered(session, _unanswered(turn))
            replies = await self._tell(session, turn, answer)
            if turn.context.current and not answer.shown() and turn.intent not in SMALL_TALK:
                await leave_shown(session, turn)
        forgotten = {"asked_for": None} if turn.asked_for else {}
        return list(spoken(answer, replies)), {**handed, **forgotten, **answer.remember}

    async def _answer(self, session: AsyncSession, turn: Turn) -> tuple[Ability, Answer]:
        """Who asked hears the answer, whatever the intent was taken for; gives who answered, too."""
        said = says(turn, self._abilities)
        if _takes_the_offer(turn):
            who = self._abilities["handoff"]
        elif said == "else":
            who = await self._who_recognises(session, turn)
        else:
            who = self._abilities[turn.asked_for]
        return who, await (who.drop(session, turn) if said == "drop" else who.answer(session, turn))

    async def _who_recognises(self, session: AsyncSession, turn: Turn) -> Ability:
        """The ability that knows better than the intent what a message is about, who asked first, else this one."""
        asking = self._abilities.get(turn.asked_for)
        for ability in (*filter(None, (asking,)), *self._abilities.values()):
            if ability is not self and await ability.recognises(session, turn):
                return ability
        return self

    def _round_off(self, turn: Turn, answer: Answer, who: Ability, *, lost: int) -> Answer:
        """What an answer is followed by: the question of somebody else that is open, a person where one is wanted."""
        asking = self._abilities.get(turn.asked_for)
        if asking is not None and asking.insists and who is not asking:
            answer = kept_open(turn, answer, turn.question, asking.reminder(turn, turn.question))
        return counted(turn, with_a_person_offered(turn, answer, self.services.texts, times=lost), lost)

    async def _begin(self, session: AsyncSession, said: Said) -> tuple[Turn, Slots, tuple[object, ...]]:
        conversation, customer = await conversation_with_customer(session, said.conversation_id)
        settings = self.services.settings
        now, handed = self.services.clock(), take_up(conversation)
        said = said_after(said, handed) if handed else said
        turn = begin(said, conversation, customer, time_zone=settings.default_time_zone, now=now)
        return turn, handed, (conversation, customer)

    async def _tell(self, session: AsyncSession, turn: Turn, answer: Answer) -> tuple[str, ...]:
        """Records what happened and lets the rules have their say; gives their replies."""
        understood = Happened("message_understood", _understood(turn, answer))
        replies: list[str] = []
        for number, happened in enumerate((understood, *answer.happened)):
            key = f"{turn.conversation_id}:{turn.message_id}:{number}" if turn.message_id else None
            event = NewEvent(
                happened.name,
                happened.customer_id or turn.customer_id,
                turn.now,
                happened.properties,
                conversation_id=turn.conversation_id,
                key=happened.key or key,
            )
            applied = await self.services.automation.on_event(session, event, now=turn.now)
            replies += [reply.text(turn.language) for reply in applied.replies]
        return tuple(replies)

    def _sorry(self, said: Said) -> str:
        language = spoken_language(said.text, otherwise=self.services.settings.default_language)
        return self.services.texts.say("sorry", language)


def _unanswered(turn: Turn) -> UnansweredQuestion:
    return UnansweredQuestion(
        conversation_id=turn.conversation_id,
        message_id=turn.message_id,
        language=turn.language,
        intent=turn.intent,
        text=mask(turn.text),
        at=turn.now,
    )


def _takes_the_offer(turn: Turn) -> bool:
    """A yes is to what was offered last; what is pressed says itself what it is about."""
    return turn.intent == "affirm" and not turn.entities and bool(turn.question.offered)


def _recorded(entity: Entity) -> dict[str, Any]:
    """`written` is how it stood in the message, where that is not its value."""
    role = {"role": entity.role} if entity.role else {}
    written = {"written": entity.written} if entity.written and entity.written != entity.value else {}
    return {"entity": entity.kind, "value": entity.value} | role | written


def _understood(turn: Turn, answer: Answer) -> dict[str, Any]:
    entities = [_recorded(entity) for entity in turn.entities if entity.kind not in UNRECORDED]
    properties = {"intent": turn.intent, "confidence": round(turn.confidence, 4), "entities": entities}
    likely = [intent for intent in turn.likely if intent != "nlu_fallback"][:LIKELY]
    if likely and not turn.text.startswith("/"):
        properties["likely"] = likely
    if CORRECTS.search(turn.text.lower()):
        properties["corrects"] = True
    felt = {} if turn.sentiment is None else {"sentiment": turn.sentiment}
    return properties | felt | ({"products": answer.shown()} if answer.shown() else {}) | dict(answer.noted)
