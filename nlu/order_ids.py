"""Order numbers: behind a #, behind the word order, or standing alone as only an order number does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entity import Entity

# Letters and digits in one to four pieces: 20418, A1029, KL20-9981, 4471-K, PO_88213, 112-7749302-1183456.
_CODE = r"(?=[a-z\-_]*\d)[a-z0-9]{1,18}(?:[\-_][a-z0-9]{1,12}){0,3}"
_CUE = r"(?:order(?:ed)?|purchase|invoice|订单|单号|单子|编号|订购号|订单号|这单|那单)"
_GLUE = (
    r"(?:\s*(?:number|num|no\.?|nr\.?|id|code|ref(?:erence)?|编号|号码|号))?"
    r"(?:\s*(?:is|was|=|:|,|是|为))?\s*(?:no\.?\s*)?#?\s*"
)
_BEFORE, _AFTER = r"(?<![a-z0-9@#.,/$¥€£+\-_])", r"(?![a-z0-9_@]|-[a-z0-9]|[.,/%]\d|\s*(?:元|块|rmb|usd|dollars?))"
_CUED = (
    re.compile(rf"#\s?(?P<id>{_CODE}){_AFTER}"),
    re.compile(rf"{_CUE}{_GLUE}(?P<id>{_CODE}){_AFTER}"),
    re.compile(rf"{_BEFORE}(?P<id>{_CODE})\s*(?:号|这个|那个|这)?(?:的)?(?:订单|单子)"),
    re.compile(rf"^\W*(?P<id>{_CODE})\W*$"),
)
_ALONE = re.compile(rf"{_BEFORE}(?P<id>{_CODE}){_AFTER}")
_DATE = re.compile(r"(?:19|20)\d\d-\d{1,2}(?:-\d{1,2})?|\d{1,2}-\d{1,2}(?:-\d{2,4})?")
_LEAST_CUED, _LEAST_MIXED, _LEAST_PLAIN = 3, 4, 5
_LONGEST_WORD = re.compile(r"[a-z]{5,}")


def order_ids(text: str) -> Iterator[Entity]:
    """Every order number without its #; a number may be found twice."""
    for pattern in _CUED:
        for match in pattern.finditer(text):
            if _digits(match["id"]) >= _LEAST_CUED and not _LONGEST_WORD.search(match["id"]):
                yield _entity(match)
    for match in _ALONE.finditer(text):
        if _stands_alone(match["id"]):
            yield _entity(match)


def _stands_alone(code: str) -> bool:
    if _DATE.fullmatch(code) or _LONGEST_WORD.search(code):
        return False
    mixed = not code.isdigit()
    return _digits(code) >= (_LEAST_MIXED if mixed else _LEAST_PLAIN)


def _digits(code: str) -> int:
    return sum(character.isdigit() for character in code)


def _entity(match: re.Match[str]) -> Entity:
    return Entity("order_id", match["id"], match.start("id"), match.end("id"))
