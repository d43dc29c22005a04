"""How a Chinese character sounds, without its tone."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable


@functools.lru_cache(maxsize=16384)
def sound(character: str) -> str:
    """The syllable; what is no Chinese character sounds as it is written."""
    return str(_pinyin()(character)[0])


@functools.cache
def _pinyin() -> Callable[[str], list[str]]:
    # Read when it is imported: single characters need neither its 47,000 phrases nor copies of its tables (50 MB).
    os.environ |= {"PYPINYIN_NO_PHRASES": "true", "PYPINYIN_NO_DICT_COPY": "true"}
    from pypinyin import lazy_pinyin

    return lazy_pinyin
