"""What an answer is followed by: a question that is still open, and a person where one is wanted."""

from __future__ import annotations

from dataclasses import replace

from actions.question import Question, read_question
from actions.reply import Answer, Button
from actions.texts import Texts
from actions.turn import Turn

# A question stays open for so many other messages; after that she has plainly left it.
OPEN_FOR = 2
# After these nothing is open any more.
ENDS = frozenset({"handoff", "goodbye"})
# In between these would sound like nagging.
SILENT = frozenset({"thank", "greet", "praise"})
# Their answers end in "shall I bring in a person?": the next yes is to that, not to what was open before.
OFFERS = frozenset({"complaint"})
PATIENCE = 2
# At or below this a message sounds angry, not only unlucky.
UPSET = 0.2
HANDOFF = "/handoff"


def kept_open(turn: Turn, answer: Answer, question: Question, reminder: str) -> Answer:
    """The answer to something else, with the open question left open and mentioned."""
    if "asked_for" in answer.remember or turn.intent in ENDS or question.passed >= OPEN_FOR:
        return answer
    offered = turn.intent if turn.intent in OFFERS and _offers(answer) else ""
    question = replace(question, passed=question.passed + 1, offered=offered)
    remember = {**answer.remember, "asked_for": question.slot()}
    # Reminded of it twice, she is nagged.
    silent = offered or question.passed > 1 or turn.intent in SILENT
    return replace(answer, remember=remember, reminder="" if silent else reminder)


def misunderstood(turn: Turn, answer: Answer) -> int:
    """How many messages in a row, this one included, nobody could make sense of."""
    before = turn.slots.get("misunderstood", "0")
    return 0 if answer.understood else 1 + (int(before) if before.isdecimal() else 0)


def counted(turn: Turn, answer: Answer, times: int) -> Answer:
    """The answer with `misunderstood` remembered, where that changes."""
    if str(times) == turn.slots.get("misunderstood", "0"):
        return answer
    return replace(answer, remember={"misunderstood": str(times) if times else None, **answer.remember})


def with_a_person_offered(turn: Turn, answer: Answer, texts: Texts, *, times: int) -> Answer:
    """Offers a hand-off to who is angry, or not understood so many times; a "yes" to any offer of one brings it."""
    if answer.handed_over or turn.intent in ENDS:
        return answer
    reason = _reason(turn, times)
    if reason == "upset" and _offers(answer) and turn.intent not in OFFERS:
        # Whoever tells of a trouble sounds sad; the button for a person is there already.
        reason = ""
    if reason:
        said = "strong" if reason == "upset" and turn.intent in OFFERS else reason
        spoken = (*answer.texts, texts.say(f"handoff.offer.{said}", turn.language))
        others = tuple(button for button in answer.buttons if button.payload != HANDOFF)
        person = Button(texts.say("button.person", turn.language), HANDOFF)
        answer = replace(answer, texts=spoken, buttons=(person, *others), reminder="")
    asked = answer.remember.get("asked_for")
    if _offers(answer) and not asked:
        return replace(answer, remember={**answer.remember, "asked_for": f"handoff:{reason or turn.intent}"})
    if reason and asked and "wish=" in asked:
        offered = replace(read_question(asked), offered=reason).slot()
        return replace(answer, remember={**answer.remember, "asked_for": offered})
    return answer


def _reason(turn: Turn, times: int) -> str:
    if turn.sentiment is not None and turn.sentiment <= UPSET:
        return "upset"
    return "misunderstood" if times >= PATIENCE else ""


def _offers(answer: Answer) -> bool:
    return bool(answer.buttons) and answer.buttons[0].payload == HANDOFF
