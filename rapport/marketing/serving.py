"""The model of one kind that serves in this process: the newest good one, looked for again at every use."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from models import shelf
from models.errors import ModelError, ModelFileError
from models.interface import Model

logger = logging.getLogger(__name__)
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Serving(Generic[M]):
    """A loaded model and its version."""

    model: M
    version: str


class Slot(Generic[M]):
    """Loads `kind` from its shelf in `folder`, and again when another version becomes current.

    A file that is cut, changed or not signed with `key` is logged once, and what served before goes on serving; a
    process that starts on a damaged version takes the newest whole one before it.
    """

    def __init__(self, folder: Path, kind: type[M], *, key: str) -> None:
        self._folder = folder
        self._kind = kind
        self._key = key
        self._seen: tuple[int, int] | None = None
        self._serving: Serving[M] | None = None

    def get(self) -> Serving[M] | None:
        """The model to ask now; None where there has never been a good one. Costs one look at a file's time."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen = stamp
            self._reload()
        return self._serving

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = (self._folder / self._kind.name / shelf.CURRENT).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino

    def _reload(self) -> None:
        try:
            version = shelf.current_version(self._folder, self._kind.name)
            if version and (self._serving is None or version != self._serving.version):
                self._serving = self._load(version)
        except ModelError as error:
            self._serving = self._serving or self._load_earlier()
            held = self._serving.version if self._serving else "nothing"
            logger.error("the current %s model cannot be used, %s goes on serving: %s", self._kind.name, held, error)

    def _load(self, version: str) -> Serving[M]:
        saved = shelf.read(self._folder, self._kind.name, version, key=self._key)
        return Serving(self._kind.from_files(saved.files), version)

    def _load_earlier(self) -> Serving[M] | None:
        for version in shelf.earlier_versions(self._folder, self._kind.name):
            try:
                return self._load(version)
            except ModelFileError:
                continue
        return None
