"""Where trained models stand: signed, whole or not at all, the newest good one serving.

FOLDER/NAME/VERSION/    the model's files, its card, its plots, and manifest.json
FOLDER/NAME/current     one line: the version that serves
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.errors import ModelFileError

MANIFEST = "manifest.json"
CURRENT = "current"
PURPOSE = b"rapport model manifest 1\0"
KEPT = 3
_VERSION = re.compile(r"\d{8}T\d{6}-[0-9a-f]{10}")


@dataclass(frozen=True, slots=True)
class SavedModel:
    """A model's files, as they were when they were signed."""

    name: str
    version: str
    files: Mapping[str, bytes]


def version_of(files: Mapping[str, bytes], *, at: datetime) -> str:
    """When it was made, and a hash of what it is: versions sort by time."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S}-{digest.hexdigest()[:10]}"


def publish(folder: Path, model: SavedModel, *, key: str, beside: Mapping[str, bytes] | None = None) -> None:
    """Puts the model on the shelf and makes it current.

    Each step is atomic: whoever is killed between two of them leaves the old model serving. `beside` are files for
    people (card, plots), which nothing reads back. The last three versions are kept.
    """
    shelf = folder / model.name
    shelf.mkdir(parents=True, exist_ok=True)
    target = shelf / model.version
    if not target.exists():
        draft = shelf / f".{model.version}.{os.getpid()}"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        for name, content in {**(beside or {}), **model.files, MANIFEST: _manifest(model, key=key)}.items():
            _write(draft / name, content)
        draft.rename(target)
    make_current(folder, model.name, model.version)
    _tidy(shelf, keep=model.version)


def make_current(folder: Path, name: str, version: str) -> None:
    """Lets this version serve from the next look on."""
    draft = folder / name / f".{CURRENT}.{os.getpid()}"
    _write(draft, f"{version}\n".encode())
    draft.replace(folder / name / CURRENT)
    _sync(folder / name)


def current_version(folder: Path, name: str) -> str | None:
    """The version that should serve; None where nothing was ever published. Raises ModelFileError."""
    try:
        version = (folder / name / CURRENT).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ModelFileError(f"{folder / name / CURRENT} cannot be read: {error}") from error
    if not _VERSION.fullmatch(version):
        raise ModelFileError(f"{folder / name / CURRENT} does not name a version")
    return version


def earlier_versions(folder: Path, name: str) -> list[str]:
    """Every version on the shelf, newest first: where to look when the current one is damaged."""
    return sorted((path.name for path in _versions(folder / name)), reverse=True)


def read(folder: Path, name: str, version: str, *, key: str) -> SavedModel:
    """The files of a version, each checked against the signed manifest. Raises ModelFileError.

    What was checked is what is returned: a file changed between two readings cannot slip in.
    """
    place = folder / name / version
    manifest = _signed(place / MANIFEST, key=key)
    if (manifest["name"], manifest["version"]) != (name, version):
        raise ModelFileError(f"{place / MANIFEST} belongs to {manifest['name']} {manifest['version']}")
    files = {file: _checked(place / file, expected) for file, expected in manifest["files"].items()}
    return SavedModel(name, version, files)


def _manifest(model: SavedModel, *, key: str) -> bytes:
    files = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(model.files.items())}
    content = {"name": model.name, "version": model.version, "files": files}
    return json.dumps({**content, "signature": _signature(content, key=key)}, indent=1).encode()


def _signature(content: Mapping[str, Any], *, key: str) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    return hmac.new(key.encode(), PURPOSE + canonical, hashlib.sha256).hexdigest()


def _signed(path: Path, *, key: str) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
        signature = content.pop("signature")
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise ModelFileError(f"{path} is missing or is no signed manifest") from error
    if not isinstance(signature, str) or not _equal(signature, _signature(content, key=key)):
        raise ModelFileError(f"{path} was not signed with our key; train the model again")
    return dict(content)


def _equal(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode(), right.encode())


def _checked(path: Path, expected: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {error}") from error
    if not _equal(hashlib.sha256(content).hexdigest(), expected):
        raise ModelFileError(f"{path} is not the file that was signed: cut short or changed")
    return content


def _versions(shelf: Path) -> Iterator[Path]:
    return (path for path in shelf.glob("*") if path.is_dir() and _VERSION.fullmatch(path.name))


def _tidy(shelf: Path, *, keep: str) -> None:
    """Old versions, and what a killed trainer left half-written."""
    old = sorted((path for path in _versions(shelf) if path.name != keep), reverse=True)[KEPT - 1 :]
    half_written = [path for path in shelf.glob(".*") if path.is_dir()]
    for path in old + half_written:
        shutil.rmtree(path, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
