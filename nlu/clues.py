"""What the tagger sees at one piece of a text: its neighbours, its form, what it may be, and what leads up to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nlu.numerals import ENGLISH, HAN_NUMERAL
from nlu.pieces import Piece
from nlu.words import Word

# Who says "my kettle" has one in mind, who says "any kettles" has none.
_ENGLISH_LEADS = frozenset(
    [
        *("the", "my", "this", "that", "these", "those", "your", "ur", "our", "his", "her", "their"),
        *("a", "an", "any", "some", "no", "another", "new", "which", "what"),
    ]
)
_HAN_LEADS = frozenset("这那我你您有买找想了的条件双台把款个些什哪")
_NUMERALS = frozenset({*ENGLISH, "one", "couple", "pair", *HAN_NUMERAL.strip("[]+"), "俩", "几"})
_FARTHEST_LEAD, _FARTHEST_GOODS = 5, 4
_MOST_COUNTED = 3


@dataclass(frozen=True, slots=True)
class Sight:
    """A text as it is read: `patterns`, `goods` and `misspelt` say what each piece may be (B-kind, I-kind or "").

    `words` are those of the text, `word_of` is the number of a piece's word, `nth` how many goods began up to it.
    """

    pieces: Sequence[Piece]
    patterns: Sequence[str]
    goods: Sequence[str]
    misspelt: Sequence[str]
    words: Sequence[Word]
    word_of: Sequence[int | None]
    nth: Sequence[int]
    intent: str

    def clues(self, number: int) -> list[str]:
        """All that is seen at one piece."""
        return [
            *self._neighbours(number),
            *self._readings(number),
            *self._form(number),
            *self._wanted(number),
            *self._led_up_to(number),
            *self._counted(number),
        ]

    def _neighbours(self, number: int) -> Iterator[str]:
        far_before, before, here, after, far_after = (self._text(number + step) for step in (-2, -1, 0, 1, 2))
        yield from ("bias", f"0={here}", f"-1={before}", f"-2={far_before}", f"+1={after}", f"+2={far_after}")
        yield from (f"-1,0={before}|{here}", f"0,+1={here}|{after}")
        yield from (f"-2,-1={far_before}|{before}", f"+1,+2={after}|{far_after}")

    def _readings(self, number: int) -> Iterator[str]:
        patterns = [_at(self.patterns, number + step) for step in (-1, 0, 1)]
        goods = [_at(self.goods, number + step) for step in (-1, 0, 1, 2)]
        yield from (f"pattern={patterns[1]}", f"pattern-1={patterns[0]}", f"pattern+1={patterns[2]}")
        yield from (f"goods={goods[1]}", f"goods-1={goods[0]}", f"goods+1={goods[2]}")
        yield f"goods={goods[1]},+1={goods[2]},+2={goods[3]}"
        if self.misspelt[number] and not goods[1]:
            yield from (f"misspelt={self.misspelt[number]}", f"misspelt={self.misspelt[number]},intent={self.intent}")
            yield f"misspelt={self.misspelt[number]},lead={self._lead(number)}"

    def _form(self, number: int) -> Iterator[str]:
        piece, place = self.pieces[number], self.word_of[number]
        if piece.shape == "han" and place is not None:
            word = self.words[place]
            inside = "S" if len(word.text) == 1 else "B" if piece.start == word.start else "I"
            yield from ("han", f"word={word.text}", f"in={inside}")
            yield from self._words_around(place)
        elif piece.shape == "digits":
            yield f"digits={min(len(piece.text), 6)}"
        else:
            yield piece.shape
        if piece.shape == "letters":
            yield from (f"ends={piece.text[-3:]}", f"ends2={piece.text[-2:]}", f"begins={piece.text[:3]}")

    def _words_around(self, place: int) -> Iterator[str]:
        """Two characters to either side seldom hold two words."""
        before, here = self._word(place - 1), self._word(place)
        yield from (f"word-1={before}", f"word-1,0={before}|{here}")
        yield from (f"word-2={self._word(place - 2)}", f"word+1={self._word(place + 1)}")

    def _wanted(self, number: int) -> Iterator[str]:
        yield f"intent={self.intent}"
        yield f"intent={self.intent},pattern={self.patterns[number]}"
        yield f"intent={self.intent},goods={self.goods[number]}"

    def _led_up_to(self, number: int) -> Iterator[str]:
        lead = self._lead(number)
        yield from (f"lead={lead}", f"lead={lead},goods={self.goods[number]}", f"lead={lead},intent={self.intent}")

    def _lead(self, number: int) -> str:
        """The nearest word before it that tells whether one thing is meant or any, within the clause."""
        for piece in reversed(self.pieces[max(0, number - _FARTHEST_LEAD) : number]):
            if piece.shape == "other":
                break
            if piece.text in (_HAN_LEADS if piece.shape == "han" else _ENGLISH_LEADS):
                return piece.text
            if _is_numeral(piece):
                return "numeral"
        return ""

    def _counted(self, number: int) -> Iterator[str]:
        ahead = self._goods_ahead(number)
        if not self.goods[number]:
            yield f"goods ahead={ahead}"
        else:
            many = min(self.nth[-1], _MOST_COUNTED)
            nth = f"{min(self.nth[number], _MOST_COUNTED)} of {many}"
            yield from (f"nth={nth}", f"nth={nth},intent={self.intent}")
        if _is_numeral(self.pieces[number]):
            yield from ("numeral", f"numeral,goods ahead={ahead}", f"numeral,+1={self._text(number + 1)}")
            yield f"numeral,goods ahead={ahead},intent={self.intent}"

    def _goods_ahead(self, number: int) -> int:
        """In how many pieces goods begin, 0 if not soon."""
        soon = self.goods[number + 1 : number + 1 + _FARTHEST_GOODS]
        return next((steps for steps, mark in enumerate(soon, 1) if mark.startswith("B")), 0)

    def _text(self, number: int) -> str:
        if number < 0:
            return "<" * -number
        return self.pieces[number].text if number < len(self.pieces) else ">" * (number - len(self.pieces) + 1)

    def _word(self, number: int) -> str:
        return self.words[number].text if 0 <= number < len(self.words) else "<" if number < 0 else ">"


def marks(pieces: Sequence[Piece], found: Iterable[tuple[str, int, int]]) -> list[str]:
    """B-kind where something begins, I-kind inside of it, "" elsewhere; `found` is (kind, start, end)."""
    named = {
        place: f"{'B' if place == start else 'I'}-{kind}" for kind, start, end in found for place in range(start, end)
    }
    return [named.get(piece.start, "") for piece in pieces]


def _at(sequence: Sequence[str], number: int) -> str:
    return sequence[number] if 0 <= number < len(sequence) else ""


def _is_numeral(piece: Piece) -> bool:
    return piece.shape == "digits" or piece.text in _NUMERALS
