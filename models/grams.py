"""What tells a text's sentiment: words, what is denied, what follows a "but", glad and sorry words, pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby

from models import tokens as splitting
from models.lexicon import Lexicon
from models.tokens import is_han, tokens

LONGEST = 3
OPENING = 8
# How far a negation reaches, in words, unless its clause ends before.
REACH = 4
HAN_PIECES = (1, 2, 3)
OTHER_PIECES = (3, 4, 5)


def _these(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NEGATIONS = _these("n't nt not no never none nothing nobody nor without hardly barely")
_HAN_NEGATIONS = tuple("不没无未别")
# They begin like a negation and are none.
_NOT_NEGATIONS = _these("不错 不过 不但 不仅 不愧 不禁 不同 别人 别的 无比 无语")
_TURNS = _these("but however although though yet unfortunately except 但 但是 可是 不过 然而 却 可惜 结果")
_CLAUSE_ENDS = frozenset(",.;!?:，。；！？、~…")
_SILENT = _CLAUSE_ENDS - frozenset("!?")
_SENTENCE_ENDS = frozenset(".!?。！？…")


def grams(text: str) -> list[str]:
    """The grams of a text with their repetitions; the first letter names the family: w words, k glad and sorry
    words, c pieces of words."""
    found = tokens(text)
    denied = _denied(found)
    return [*_word_grams(found, denied), *_felt(found, denied), *_pieces(found)]


def prepare() -> None:
    """Loads the splitters and the lexicon (about two seconds, once), which the first text would wait for."""
    splitting.prepare()
    _lexicon()


@cache
def _lexicon() -> Lexicon:
    return Lexicon.load()


def _denied(found: Sequence[str]) -> list[bool]:
    """For each token whether a negation before it, in its clause, reaches it."""
    left, denied = 0, []
    for token in found:
        left = 0 if token in _CLAUSE_ENDS else left
        denied.append(left > 0)
        left = REACH if _denies(token) else max(left - 1, 0)
    return denied


def _denies(token: str) -> bool:
    return token in _NEGATIONS or (token.startswith(_HAN_NEGATIONS) and token not in _NOT_NEGATIONS)


def _word_grams(found: Sequence[str], denied: Sequence[bool]) -> Iterator[str]:
    spoken = [each for each in found if each not in _SILENT]
    for length in range(1, LONGEST + 1):
        yield from ("w" + " ".join(spoken[at : at + length]) for at in range(len(spoken) - length + 1))
    # With any third word between: "not _ good".
    yield from (f"w{first} _ {second}" for first, second in zip(spoken, spoken[2:], strict=False))
    yield from (f"wnot:{token}" for token, is_denied in zip(found, denied, strict=True) if is_denied)
    yield from _placed(found)
    yield from _turned(found)


def _placed(found: Sequence[str]) -> Iterator[str]:
    """A title stands first, and the last sentence says what became of it."""
    yield from (f"wfirst:{token}" for token in found[:OPENING] if token not in _CLAUSE_ENDS)
    sentences = [list(part) for ends, part in groupby(found, key=_SENTENCE_ENDS.__contains__) if not ends]
    yield from (f"wlast:{token}" for token in (sentences[-1] if sentences else ()) if token not in _CLAUSE_ENDS)


def _turned(found: Sequence[str]) -> Iterator[str]:
    turned = False
    for token in found:
        if token in _SENTENCE_ENDS:
            turned = False
        elif turned and token not in _CLAUSE_ENDS:
            yield f"wbut:{token}"
        turned = turned or token in _TURNS


def _felt(found: Sequence[str], denied: Sequence[bool]) -> Iterator[str]:
    """The signs of the lexicon, apart where they are denied or follow a "but"; `k0` for a text of none."""
    turn = next((at for at, token in enumerate(found) if token in _TURNS), len(found))
    signs = [(start, f"{'not' if denied[start] else ''}{sign}") for start, _, sign in _lexicon().find(found)]
    yield from (f"k{sign}" for _, sign in signs)
    yield from (f"kbut{sign}" for start, sign in signs if start > turn)
    if not signs:
        yield "k0"


def _pieces(found: Sequence[str]) -> Iterator[str]:
    """Of Chinese across its words (a splitter's borders waver), of others within the word."""
    for han, part in groupby(found, key=is_han):
        for written in ["".join(part)] if han else [f" {token} " for token in part]:
            for size in HAN_PIECES if han else OTHER_PIECES:
                yield from (f"c{written[at : at + size]}" for at in range(len(written) - size + 1))
