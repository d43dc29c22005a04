from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from actions.continuing import says
from actions.question import Question
from actions.turn import Entity, Turn


@dataclass(frozen=True, slots=True)
class Asking:
    """Expects `awaits`; at the step `confirm` a yes too, at `item` a pick, at `details` words."""

    awaits: frozenset[str]
    insists: bool = True

    def expects(self, question: Question) -> frozenset[str]:
        more = {"confirm": {"yes"}, "item": {"pick"}, "details": {"words"}}
        return self.awaits | more.get(question.step, set())


PIECES = frozenset({"order_id", "email", "phone"})
ABILITIES = {
    "order_status": Asking(PIECES),
    "order_cancel": Asking(PIECES),
    "marketing_opt_in": Asking(frozenset({"email", "yes"}), insists=False),
}


@pytest.fixture
def turn(now: datetime) -> Turn:
    return Turn(
        conversation_id="0" * 32,
        customer_id=None,
        customer_name="",
        language="zh",
        time_zone="Asia/Shanghai",
        intent="out_of_scope",
        confidence=0.3,
        entities=(),
        text="",
        slots={"asked_for": "order_status"},
        shown=(),
        message_id="1",
        now=now,
    )


def named(kind: str, written: str) -> tuple[Entity, ...]:
    return (Entity(kind, written, written=written),)


def asked(turn: Turn, question: Question, text: str, intent: str = "out_of_scope") -> Turn:
    return replace(turn, slots={"asked_for": question.slot()}, text=text, intent=intent)


@pytest.mark.parametrize(
    ("text", "entities", "said"),
    [
        ("HM-1001", named("order_id", "HM-1001"), "answer"),
        ("订单号是 HM-1001", named("order_id", "HM-1001"), "answer"),
        ("my email is a@b.example", named("email", "a@b.example"), "answer"),
        (
            "hi, the order number is HM-1001 and my e-mail address is a@b.example, thank you",
            (*named("order_id", "HM-1001"), *named("email", "a@b.example")),
            "answer",
        ),
        ("我要退货，我不想要了，订单号 HM-1001", named("order_id", "HM-1001"), "else"),
        ("can I still change the address of HM-1001?", named("order_id", "HM-1001"), "else"),
        ("绿茶", named("category", "tea"), "else"),
    ],
)
def test_a_bare_piece_answers_what_asked_for_it(
    turn: Turn, text: str, entities: tuple[Entity, ...], said: str
) -> None:
    assert says(replace(turn, text=text, entities=entities), ABILITIES) == said


@pytest.mark.parametrize(
    ("text", "intent", "said"),
    [
        ("算了", "deny", "drop"),
        ("never mind", "out_of_scope", "drop"),
        ("取消吧", "order_cancel", "drop"),
        ("no thanks", "deny", "drop"),
        ("不知道", "deny", "answer"),
        ("12", "payment_methods", "answer"),
        ("1234", "out_of_scope", "answer"),
        ("it's kim@", "contact_info", "answer"),
        ("asdf qwer", "nlu_fallback", "answer"),
        ("asdf qwer", "out_of_scope", "else"),
        ("你们是在 2019 年开店的吗", "out_of_scope", "else"),
        ("what does the 2019 harvest taste like compared to the one before it", "out_of_scope", "else"),
        ("好的", "affirm", "answer"),
    ],
)
def test_a_question_that_insists_takes_slips_and_may_be_dropped(
    turn: Turn, text: str, intent: str, said: str
) -> None:
    assert says(replace(turn, text=text, intent=intent), ABILITIES) == said


@pytest.mark.parametrize(
    ("step", "text", "intent", "said"),
    [
        ("confirm", "取消", "order_cancel", "else"),
        ("confirm", "好", "affirm", "answer"),
        ("confirm", "1234", "out_of_scope", "else"),
        ("item", "第二个", "product_search", "answer"),
        ("item", "both please", "compare_products", "answer"),
        ("item", "有绿茶吗", "product_availability", "else"),
        ("details", "上海市黄浦区南京东路 100 号，收件人改成王小姐", "delivery_options", "answer"),
        ("details", "what does delivery cost?", "delivery_options", "else"),
        ("details", "转人工", "handoff", "else"),
    ],
)
def test_each_step_has_its_own_answers(turn: Turn, step: str, text: str, intent: str, said: str) -> None:
    question = Question("order_cancel", "order_cancel", step=step, order="HM-1")
    assert says(asked(turn, question, text, intent), ABILITIES) == said


def test_yes_and_no_to_a_mere_offer(turn: Turn) -> None:
    offered = replace(turn, intent="affirm", text="好的", slots={"asked_for": "marketing_opt_in"})
    refused = replace(offered, intent="deny", text="不用")
    assert [says(one, ABILITIES) for one in (offered, refused)] == ["answer", "else"]


@pytest.mark.parametrize("slots", [{}, {"asked_for": "something_else"}])
def test_nothing_answers_what_was_not_asked(turn: Turn, slots: dict[str, str]) -> None:
    one = replace(turn, slots=slots, text="HM-1001", entities=named("order_id", "HM-1001"))
    assert says(one, ABILITIES) == "else"
