"""A trained assistant as it is served: without the graph that trained it."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

_METADATA = "metadata.json"


def write_served(trained: Path, served: Path) -> None:
    """Copies Rasa's archive with an empty training graph. Raises OSError or tarfile.TarError.

    Rasa imports every class of both graphs when it loads one, and what checks a training imports TensorFlow.
    """
    with tarfile.open(trained) as source, tarfile.open(served, "w:gz", compresslevel=6) as target:
        for member in source:
            content = source.extractfile(member)
            written = content.read() if content else b""
            if Path(member.name) == Path(_METADATA):
                written = _without_training(written)
                member.size = len(written)
            target.addfile(member, io.BytesIO(written) if content else None)


def _without_training(metadata: bytes) -> bytes:
    return json.dumps({**json.loads(metadata), "train_schema": {"nodes": {}}}).encode()
