"""`python -m nlu.kept_meanings [FOLDER]`: keeps the meanings of our own lines, so that training is short."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from nlu.examples import read_examples
from nlu.meaning import SIZE, Meanings, encode

KEPT = Path(__file__).with_name("meanings.npy")
# Sorted by the text's key, and not packed: a new line moves bytes in git, and changes few.
_ROW = np.dtype([("text", "<u8"), ("meaning", "i1", (SIZE,))])
_AT_ONCE = 100


def meanings_of(texts: Sequence[str], kept: Path = KEPT) -> Meanings:
    """Texts × 384; what is not kept is encoded."""
    keys = np.array([_key(text) for text in texts], dtype=np.uint64)
    rows = np.load(kept, allow_pickle=False) if kept.exists() else np.empty(0, _ROW)
    there = np.isin(keys, rows["text"])
    found = np.empty((len(texts), SIZE), np.int8)
    found[there] = rows["meaning"][np.searchsorted(rows["text"], keys[there])]
    found[~there] = _encoded([text for text, known in zip(texts, there, strict=True) if not known])
    return found


def keep(texts: Sequence[str], kept: Path = KEPT) -> int:
    """Keeps the meanings of these texts and of no others; returns how many had to be encoded."""
    unique = {_key(text): text for text in texts}
    keys = np.array(sorted(unique), dtype=np.uint64)
    before = np.load(kept, allow_pickle=False)["text"] if kept.exists() else np.empty(0, np.uint64)
    rows = np.empty(len(keys), _ROW)
    rows["text"] = keys
    rows["meaning"] = meanings_of([unique[int(key)] for key in keys], kept)
    new = kept.with_suffix(".new.npy")
    np.save(new, rows, allow_pickle=False)
    os.replace(new, kept)
    return int(np.count_nonzero(~np.isin(keys, before)))


def _encoded(texts: Sequence[str]) -> Meanings:
    """On all cores, for nobody is being answered while lines are learned."""
    parts = [texts[start : start + _AT_ONCE] for start in range(0, len(texts), _AT_ONCE)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.concatenate([encode([]), *pool.map(encode, parts)])


def _key(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "ignore"), digest_size=8).digest(), "little")


def main(arguments: Sequence[str]) -> int:
    """Keeps the meaning of every training line below a folder."""
    folder = Path(arguments[0]) if arguments else Path("data/nlu")
    lines = [example.text for example in read_examples(folder)]
    print(f"{keep(lines)} of {len(lines)} lines were new.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
