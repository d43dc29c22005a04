"""What is heard as an order's number: in the answer to a question, more and less than the tagged ones."""

from __future__ import annotations

from dataclasses import replace

from actions.continuing import slips
from actions.picking import points
from actions.question import WHICH, Question
from actions.remarks import number_in
from actions.turn import Entity, Turn

PIECES = ("order_id", "email", "phone")


def without_numbers(turn: Turn) -> Turn:
    """Words that were asked for: a house number or a tax number in them is no order she has gone over to."""
    return replace(turn, entities=tuple(entity for entity in turn.entities if entity.kind not in PIECES))


def with_the_number(turn: Turn, question: Question) -> Turn:
    """A number that was asked for, in whatever shape the shop has them."""
    number = number_in(turn.text)
    if number is None or not _wanted(turn, question) or not slips(replace(turn, entities=())):
        return turn
    return replace(turn, entities=(*turn.entities, Entity("order_id", number, written=number)))


def _wanted(turn: Turn, question: Question) -> bool:
    if turn.named("order_id") or turn.named("phone") or (question.step == WHICH and points(turn.text)):
        return False
    # Who is signed in gives nothing else; who is not has given one when it is known, and owes her contact.
    return turn.customer_id is not None or turn.known("order_id") is None
