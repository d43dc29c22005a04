"""Order numbers: behind a #, behind the word order, or standing alone as only an order number does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.entity import Entity

_ID = r"(?:[a-z]{1,4}-?)?\d{3,16}(?:-\d{2,8})?"
_CUE = r"(?:order(?:ed)?|purchase|invoice|订单|单号|单子|编号|订购号|订单号)"
_GLUE = (
    r"(?:\s*(?:number|num|no\.?|nr\.?|id|code|ref(?:erence)?|编号|号码|号))?"
    r"(?:\s*(?:is|was|=|:|是|为))?\s*(?:no\.?\s*)?#?\s*"
)
_PATTERNS = (
    re.compile(rf"#\s?(?P<id>{_ID})(?![\w])"),
    re.compile(rf"{_CUE}{_GLUE}(?P<id>{_ID})(?![a-z\d.])"),
    re.compile(rf"(?<![\w@#.\-])(?P<id>{_ID})\s*(?:号|这个|那个|这)?(?:的)?(?:订单|单子)"),
    re.compile(r"(?<![a-z\d@#.\-])(?P<id>[a-z]{1,4}-?\d{4,12}(?:-\d{2,8})?)(?![\w@])"),
    re.compile(r"(?<![a-z\d@#.,/$¥€£+\-])(?P<id>\d{5,16})(?![a-z\d.,/@%\-]*\d|\s*(?:元|块|rmb|usd|dollars?))"),
    re.compile(rf"^\W*(?P<id>{_ID})\W*$"),
)


def order_ids(text: str) -> Iterator[Entity]:
    """Every order number without its #; a number may be found twice."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield Entity("order_id", match["id"], match.start("id"), match.end("id"))
