"""Carries decisions out as rows, in the caller's transaction; nothing is sent from here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import singledispatch

from babel.dates import format_date
from sqlalchemy.ext.asyncio import AsyncSession

from rapport.marketing.contact_policy import time_zone
from rapport.marketing.decide import Decision
from rapport.marketing.effect import AddTag, Effect, IssueCoupon, Reply, SendMessage, StartHandoff, Wait
from rapport.marketing.occasion import Applied, GivenCoupon, Occasion
from rapport.marketing.sending import send
from rapport.marketing.versions import kept_version
from rapport.store.customers import add_tag
from rapport.store.events import add_event
from rapport.store.journeys import EnrolmentState, NewEnrolment, enrol, keep_version
from rapport.store.offers import Coupon, coupon_of_rule, record_exposure
from rapport.store.queue import start_handoff
from rapport.store.signals import send_signal

LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}
LONG_DATE = {"zh": "M月d日", "en": "d MMMM"}
# Chinese names what is left to pay, in tenths: 15 per cent off is 8.5 折.
DISCOUNT: Mapping[str, Callable[[int], str]] = {
    "zh": lambda percent: f"{(100 - percent) / 10:g} 折",
    "en": lambda percent: f"{percent}% off",
}


@dataclass(frozen=True, slots=True)
class Doing:
    """What each effect is given: the transaction, whose effect it is, when, and the coupons given before it."""

    session: AsyncSession
    decision: Decision
    occasion: Occasion
    coupons: tuple[GivenCoupon, ...]


async def apply(session: AsyncSession, decisions: Iterable[Decision], occasion: Occasion) -> Applied:
    """Writes everything that new decisions ask for, enrolments included."""
    applied = Applied()
    for decision in decisions:
        done = await carry_out(session, decision, occasion)
        await _enrol(session, decision, occasion, done=done)
        applied += done
    return applied


async def carry_out(session: AsyncSession, decision: Decision, occasion: Occasion) -> Applied:
    """Writes what one decision asks for, but for the customer's place in the rule."""
    await _note_groups(session, decision, occasion)
    applied = Applied()
    for effect in decision.effects:
        applied += await _do(effect, Doing(session, decision, occasion, applied.coupons))
    if decision.ended == "holdout":
        await _note_holdout(session, decision, occasion)
    return applied


def state_after(decision: Decision, applied: Applied) -> tuple[EnrolmentState, str]:
    """Where this leaves the customer in the rule. Whoever got nothing has left it, and its limit does not count."""
    if decision.ended:
        return "exited", decision.ended
    if decision.wait is not None:
        return "waiting", ""
    if applied.suppressed and not applied.messages:
        return "exited", applied.suppressed[0]
    return "done", ""


async def _enrol(session: AsyncSession, decision: Decision, occasion: Occasion, *, done: Applied) -> None:
    rule, customer_id = decision.rule, occasion.profile.customer_id
    if customer_id is None or not (rule.takes_time or rule.limit is not None):
        return
    wait, (state, reason) = decision.wait, state_after(decision, done)
    await keep_version(session, kept_version(rule), now=occasion.now)
    enrolment = NewEnrolment(
        rule.version,
        customer_id,
        occasion.id,
        began_at=occasion.now,
        due_at=wait.due_at if wait else occasion.now,
        step=wait.step if wait else len(rule.program),
        context={**occasion.context, "awaits": awaits(decision)},
        state=state,
        reason=reason,
    )
    await enrol(session, enrolment)


def awaits(decision: Decision) -> list[str]:
    """The events that end this wait early, or the whole way."""
    if decision.wait is None:
        return []
    until = {decision.wait.until} if decision.wait.until else set()
    return sorted(until | decision.rule.exits)


@singledispatch
async def _do(effect: Effect, doing: Doing) -> Applied:
    raise NotImplementedError(effect)


@_do.register
async def _say(effect: Reply, doing: Doing) -> Applied:
    return Applied(replies=(_filled(effect, doing.occasion, doing.coupons[-1] if doing.coupons else None),))


@_do.register
async def _send(effect: SendMessage, doing: Doing) -> Applied:
    return await send(doing.session, effect, doing.decision, doing.occasion)


@_do.register
async def _give_coupon(effect: IssueCoupon, doing: Doing) -> Applied:
    """Who asks again is told of the coupon she has: asking twice is no way to two discounts."""
    rule, customer_id, now = doing.decision.rule.name, doing.occasion.profile.customer_id, doing.occasion.now
    kept = await coupon_of_rule(doing.session, customer_id, rule=rule, percent=effect.percent, now=now)
    if kept is None:
        expires_at = now + timedelta(days=effect.days)
        kept = Coupon(code=doing.occasion.new_code(), customer_id=customer_id, percent=effect.percent, rule=rule)
        kept.issued_at, kept.expires_at = now, expires_at
        doing.session.add(kept)
        await doing.session.flush()
    return Applied(coupons=(GivenCoupon(kept.code, kept.percent, kept.expires_at),))


@_do.register
async def _tag(effect: AddTag, doing: Doing) -> Applied:
    if doing.occasion.profile.customer_id is not None:
        await add_tag(doing.session, doing.occasion.profile.customer_id, effect.tag, now=doing.occasion.now)
    return Applied()


@_do.register
async def _hand_off(effect: StartHandoff, doing: Doing) -> Applied:
    session, conversation_id = doing.session, doing.occasion.conversation_id
    if conversation_id is None:
        return Applied()
    begun = await start_handoff(session, conversation_id, reason=effect.reason, now=doing.occasion.now)
    if begun:
        await send_signal(session, f"chat:{conversation_id}")
    return Applied(handed_off=begun)


@_do.register
async def _wait(effect: Wait, doing: Doing) -> Applied:
    return Applied(waits=1)


def _filled(reply: Reply, occasion: Occasion, coupon: GivenCoupon | None) -> Reply:
    """The reply with its placeholders filled, dates as the customer's own calendar has them."""

    def fill(language: str, text: str) -> str:
        values: dict[str, object] = {"name": occasion.profile.name}
        if coupon is not None:
            day = coupon.expires_at.astimezone(time_zone(occasion.profile.time_zone)).date()
            until = format_date(day, LONG_DATE[language], locale=LOCALES[language])
            discount = DISCOUNT[language](coupon.percent)
            values |= {"code": coupon.code, "percent": coupon.percent, "discount": discount, "until": until}
        return text.format(**values)

    return Reply({language: fill(language, text) for language, text in reply.texts.items()})


async def _note_groups(session: AsyncSession, decision: Decision, occasion: Occasion) -> None:
    if occasion.profile.customer_id is None:
        return
    for group in decision.groups:
        await record_exposure(
            session,
            occasion.profile.customer_id,
            experiment=group.experiment,
            arm=group.arm,
            probability=group.probability,
            at=occasion.now,
        )


async def _note_holdout(session: AsyncSession, decision: Decision, occasion: Occasion) -> None:
    """Only a message that is not sent is noted as one."""
    customer_id, rule = occasion.profile.customer_id, decision.rule
    if not any(isinstance(step, SendMessage) for step in rule.program):
        return
    await add_event(
        session,
        "message_suppressed",
        customer_id=customer_id,
        at=occasion.now,
        properties={"rule": rule.name, "rule_version": rule.version, "purpose": rule.purpose, "reason": "holdout"},
        key=f"holdout:{customer_id}:{rule.version}:{occasion.id}",
    )
