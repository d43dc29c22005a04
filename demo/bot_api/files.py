"""Files a bot sent or people sent to it, and whether Telegram takes them for a picture."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import Any

from demo.bot_api.errors import bad

MOST_PHOTO, MOST_DOCUMENT, MOST_DOWNLOAD = 10 * 2**20, 50 * 2**20, 20 * 2**20
MOST_SIDES, MOST_RATIO = 10_000, 20


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as Telegram keeps it; `path` is where it can be downloaded."""

    id: str
    content: bytes
    name: str
    media_type: str
    path: str

    def as_json(self) -> dict[str, Any]:
        unique = hashlib.sha256(self.content).hexdigest()[:16]
        return {"file_id": self.id, "file_unique_id": unique, "file_size": len(self.content)}

    def as_document(self) -> dict[str, Any]:
        return self.as_json() | {"file_name": self.name, "mime_type": self.media_type}

    def as_photo(self) -> list[dict[str, Any]]:
        """The sizes of a photo, the largest last; both are the same bytes here."""
        width, height = size_of(self.content)
        small = max(1, width // 4), max(1, height // 4)
        return [self.as_json() | {"width": w, "height": h} for w, h in (small, (width, height))]


class Files:
    """All files of one server."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}

    def add(self, content: bytes, *, name: str, media_type: str, folder: str) -> StoredFile:
        number = len(self._by_id)
        ending = f".{name.rpartition('.')[2]}" if "." in name else ""
        file = StoredFile(f"AgACAg{number:08d}", content, name, media_type, f"{folder}/file_{number}{ending}")
        self._by_id[file.id] = file
        return file

    def find(self, file_id: str) -> StoredFile | None:
        return self._by_id.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        return next((file for file in self._by_id.values() if file.path == path), None)


def check_photo(content: bytes) -> None:
    """400 for what Telegram does not take for a photo: SVG, text, too large, too long and thin."""
    if not content:
        raise bad("file must be non-empty")
    if len(content) > MOST_PHOTO:
        raise bad(f"file is too big; the maximum is {MOST_PHOTO} bytes")
    width, height = size_of(content)
    if not width or not height:
        raise bad("IMAGE_PROCESS_FAILED")
    if width + height > MOST_SIDES or max(width, height) > MOST_RATIO * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")


def size_of(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG, GIF, JPEG or WebP; (0, 0) for anything else."""
    if content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return width, height
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return 512, 512
    return _jpeg(content) if content[:2] == b"\xff\xd8" else (0, 0)


def _jpeg(content: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        at += 2 + length
    return 0, 0
