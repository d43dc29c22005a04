"""What the trained components depend on beside their training data."""

from __future__ import annotations

import hashlib
from pathlib import Path


def fingerprint() -> str:
    """A hash over this package's code and lexicons."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for file in sorted([*folder.glob("*.py"), *folder.glob("*.yml")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()
