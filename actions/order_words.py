"""What abilities about orders say alike: dates, buttons, open questions."""

from __future__ import annotations

import json
from dataclasses import replace

from actions.ability import Ability
from actions.formats import day, local_day, money, working_days_after, written_day
from actions.question import Question
from actions.reply import Answer, Button
from actions.turn import Turn
from rapport.store.orders import Order


class OrderWords(Ability):
    """No decisions here."""

    def reminder(self, turn: Turn, question: Question) -> str:
        """Takes the open question up again after something else was answered."""
        wish = self.say(f"wish.{question.wish or self.called}", turn)
        missing = self.say(f"reminder.{question.step or 'pieces'}", turn, order=question.order)
        return self.say("reminder", turn, wish=wish, missing=missing)

    def ask(self, turn: Turn, question: Question, text: str, *buttons: Button) -> Answer:
        """Says something that leaves `question` open."""
        asked = replace(question, passed=0, offered="")
        return Answer((text,), buttons=buttons, remember={"asked_for": asked.slot()})

    def payload(self, intent: str, **entities: str) -> str:
        """What is pressed names what it is about: it means the same when it is pressed late."""
        return f"/{intent}{json.dumps(entities, ensure_ascii=False) if entities else ''}"

    def button(self, turn: Turn, title: str, intent: str, **entities: str) -> Button:
        """A button with a title of `texts.yml`."""
        return Button(self.say(title, turn), self.payload(intent, **entities))

    def person(self, turn: Turn) -> Button:
        """The button that brings a person."""
        return self.button(turn, "button.person", "handoff")

    def date(self, order: Order, name: str, turn: Turn) -> str:
        """The day of `placed_at`, `shipped_at` … where the customer lives; a dash where it is not known."""
        moment = getattr(order, name)
        return day(moment, turn.language, turn.time_zone) if moment else "–"

    def by(self, turn: Turn, working_days: int) -> str:
        """The day by which something is done that takes so many working days."""
        return written_day(working_days_after(local_day(turn.now, turn.time_zone), working_days), turn.language)

    def label(self, turn: Turn, order: Order) -> str:
        """The order on a button."""
        placed, total = self.date(order, "placed_at", turn), money(order.total_minor, order.currency, turn.language)
        return self.say("order.label", turn, number=order.number, placed=placed, total=total)

    def policy(self, turn: Turn, intent: str, **known: object) -> str:
        """The shop's own words on an intent, "" where its file has none; with `known` those for a known customer."""
        policy = self.services.policies.current().answers.get(intent)
        if policy is None:
            return ""
        words = (known and policy.known) or policy.texts
        return words[turn.language].format(shop=self.services.settings.shop_name, **known)
