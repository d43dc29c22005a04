"""A sentence of an explanation, kept as what it says until it is known who reads it and in which language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from rapport.marketing.said_words import SENTENCES, SPANS
from rapport.marketing.spans import in_words

Kind = Literal["segment", "score", "event", "purpose", "channel", "reason", "language", "group"]


@dataclass(frozen=True, slots=True)
class Name:
    """A word of the rules: told by what the reader's page calls it."""

    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """One of SENTENCES and what fills it in: text, names, aware moments, spans, other sentences, several of these."""

    sentence: str
    of: Mapping[str, Filling] = field(default_factory=dict)


Filling = str | Name | datetime | timedelta | Said | tuple["Filling", ...]
NOTHING = Said("nothing")


def plain(filling: Filling) -> Said:
    """The filling alone."""
    return Said("plain", {"value": filling})


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells sentences in a language; `called` is what a name is called there, `zone` where its moments are read."""

    language: Literal["zh", "en"] = "en"
    zone: tzinfo = UTC
    called: Callable[[Kind, str], str] = lambda kind, name: name

    def __call__(self, said: Said) -> str:
        return SENTENCES[said.sentence][self.language].format_map(
            {place: self._filled(filling) for place, filling in said.of.items()}
        )

    def _filled(self, filling: Filling) -> str:
        match filling:
            case Name(kind, name):
                return self.called(kind, name)
            case datetime():
                return f"{filling.astimezone(self.zone):%Y-%m-%d %H:%M}{' UTC' if self.zone is UTC else ''}"
            case timedelta():
                return self._span(in_words(filling))
            case Said():
                return self(filling)
            case tuple():
                return SENTENCES["comma"][self.language].join(map(self._filled, filling))
            case _:
                return filling

    def _span(self, text: str) -> str:
        return text if self.language == "en" else f"{text[:-1]} {SPANS[text[-1]]}"


IN_ENGLISH = Teller()
