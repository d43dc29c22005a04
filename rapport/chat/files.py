"""Files a customer sends: known kinds by their content, of bounded size, each in its conversation's own folder."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from rapport.chat.errors import RefusedFileError

LARGEST_FILE = 5 * 1024 * 1024
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file, recognised by the bytes it begins with (`marks`: offset, bytes)."""

    media_type: str
    endings: tuple[str, ...]
    marks: tuple[tuple[int, bytes], ...]

    def is_kind_of(self, content: bytes) -> bool:
        return all(content[offset : offset + len(mark)] == mark for offset, mark in self.marks)


# No SVG and no HTML: both can carry script.
KINDS = (
    Kind("image/png", ("png",), ((0, b"\x89PNG\r\n\x1a\n"),)),
    Kind("image/jpeg", ("jpg", "jpeg"), ((0, b"\xff\xd8\xff"),)),
    Kind("image/gif", ("gif",), ((0, b"GIF8"),)),
    Kind("image/webp", ("webp",), ((0, b"RIFF"), (8, b"WEBP"))),
    Kind("application/pdf", ("pdf",), ((0, b"%PDF-"),)),
)
MEDIA_TYPES = {kind.endings[0]: kind.media_type for kind in KINDS}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in its folder. `id` is 128 random bits in hex and the ending of its kind: its name on the disk."""

    id: str
    name: str
    type: str
    size: int

    def as_json(self) -> dict[str, str | int]:
        return asdict(self) | {"url": f"/chat/files/{self.id}"}


def store_file(folder: Path, conversation_id: str, *, name: str, media_type: str, content: bytes) -> StoredFile:
    """Keeps a file under `folder`/conversation. Raises RefusedFileError: too large, unknown, or not what it says."""
    if len(content) > LARGEST_FILE:
        raise RefusedFileError(f"A file may have {LARGEST_FILE} bytes; this one has more.")
    kind = next((kind for kind in KINDS if kind.is_kind_of(content)), None)
    if kind is None:
        raise RefusedFileError("A file must be a PNG, JPEG, GIF or WebP picture or a PDF.")
    if media_type != kind.media_type or Path(name).suffix.casefold().removeprefix(".") not in kind.endings:
        raise RefusedFileError(f"This file is {kind.media_type}, but its name or declared type says otherwise.")
    stored = StoredFile(f"{secrets.token_hex(16)}.{kind.endings[0]}", _clean(name), kind.media_type, len(content))
    path = folder / conversation_id / stored.id
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(content)
    return stored


def _clean(name: str) -> str:
    printable = "".join(character for character in name if character.isprintable())
    return printable.replace("\\", "/").rsplit("/", 1)[-1][-LONGEST_NAME:]
