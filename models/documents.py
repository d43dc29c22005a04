"""Small JSON documents beside a graph: written the same way every time, read with a word on what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from models.errors import ModelFileError


def write(content: Mapping[str, Any]) -> bytes:
    """Sorted and indented: equal contents are equal bytes."""
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def read(files: Mapping[str, bytes], name: str, *, keys: Iterable[str]) -> dict[str, Any]:
    """The document `name` with at least these keys. Raises ModelFileError."""
    try:
        content = json.loads(part(files, name))
    except ValueError as error:
        raise ModelFileError(f"{name} is not JSON: {error}") from error
    missing = [key for key in keys if not isinstance(content, dict) or key not in content]
    if missing:
        raise ModelFileError(f"{name} says nothing of {missing[0]!r}")
    return dict(content)


def part(files: Mapping[str, bytes], name: str) -> bytes:
    """The file `name` among a model's files. Raises ModelFileError."""
    if name not in files:
        raise ModelFileError(f"{name} is missing")
    return files[name]
