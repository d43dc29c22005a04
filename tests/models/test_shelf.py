from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.errors import ModelFileError
from models.shelf import (
    SavedModel,
    current_version,
    earlier_versions,
    make_current,
    publish,
    read,
    version_of,
)

KEY = "a key of the tests"
AT = datetime(2026, 3, 1, 10, tzinfo=UTC)
FILES = {"model.onnx": b"graph", "model.json": b"{}"}


def saved(content: bytes = b"graph", *, days: int = 0) -> SavedModel:
    files = {**FILES, "model.onnx": content}
    return SavedModel("tiny", version_of(files, at=AT + timedelta(days=days)), files)


def test_published_model_is_current_and_reads_back(tmp_path: Path) -> None:
    publish(tmp_path, saved(), key=KEY, beside={"card.md": b"# card"})
    version = current_version(tmp_path, "tiny")
    assert version == saved().version
    assert read(tmp_path, "tiny", version, key=KEY) == saved()
    assert (tmp_path / "tiny" / version / "card.md").read_bytes() == b"# card"


def test_shelf_without_models_is_empty(tmp_path: Path) -> None:
    assert current_version(tmp_path, "tiny") is None
    assert earlier_versions(tmp_path, "tiny") == []


def test_versions_sort_by_time_and_tell_contents_apart() -> None:
    assert saved(b"one").version < saved(b"two", days=1).version
    assert saved(b"one").version != saved(b"two").version


@pytest.mark.parametrize("name", ["model.onnx", "model.json", "manifest.json"])
@pytest.mark.parametrize("damage", [lambda content: content[:-1], lambda content: content + b" x", lambda _: b""])
def test_damaged_file_is_refused(tmp_path: Path, name: str, damage: object) -> None:
    publish(tmp_path, saved(), key=KEY)
    path = tmp_path / "tiny" / saved().version / name
    assert callable(damage)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ModelFileError):
        read(tmp_path, "tiny", saved().version, key=KEY)


@pytest.mark.parametrize("name", ["model.onnx", "manifest.json"])
def test_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    publish(tmp_path, saved(), key=KEY)
    (tmp_path / "tiny" / saved().version / name).unlink()
    with pytest.raises(ModelFileError):
        read(tmp_path, "tiny", saved().version, key=KEY)


def test_manifest_signed_with_another_key_is_refused(tmp_path: Path) -> None:
    publish(tmp_path, saved(), key="somebody else's")
    with pytest.raises(ModelFileError, match="not signed with our key"):
        read(tmp_path, "tiny", saved().version, key=KEY)


def test_manifest_without_signature_is_refused(tmp_path: Path) -> None:
    publish(tmp_path, saved(), key=KEY)
    path = tmp_path / "tiny" / saved().version / "manifest.json"
    content = json.loads(path.read_bytes())
    del content["signature"]
    path.write_text(json.dumps(content))
    with pytest.raises(ModelFileError, match="no signed manifest"):
        read(tmp_path, "tiny", saved().version, key=KEY)


def test_model_moved_to_another_name_is_refused(tmp_path: Path) -> None:
    publish(tmp_path, saved(), key=KEY)
    (tmp_path / "tiny").rename(tmp_path / "other")
    with pytest.raises(ModelFileError, match="belongs to tiny"):
        read(tmp_path, "other", saved().version, key=KEY)


@pytest.mark.parametrize("line", ["", "../../etc", "latest", "20260301T100000-XYZ"])
def test_current_that_names_no_version_is_refused(tmp_path: Path, line: str) -> None:
    publish(tmp_path, saved(), key=KEY)
    (tmp_path / "tiny" / "current").write_text(line)
    with pytest.raises(ModelFileError, match="does not name a version"):
        current_version(tmp_path, "tiny")


def test_publishing_the_same_twice_changes_nothing(tmp_path: Path) -> None:
    publish(tmp_path, saved(), key=KEY)
    before = sorted(path.stat().st_mtime_ns for path in (tmp_path / "tiny" / saved().version).iterdir())
    publish(tmp_path, saved(), key=KEY)
    after = sorted(path.stat().st_mtime_ns for path in (tmp_path / "tiny" / saved().version).iterdir())
    assert after == before


def test_last_three_versions_are_kept(tmp_path: Path) -> None:
    for day in range(5):
        publish(tmp_path, saved(days=day), key=KEY)
    assert earlier_versions(tmp_path, "tiny") == [saved(days=day).version for day in (4, 3, 2)]


def test_going_back_to_an_earlier_version(tmp_path: Path) -> None:
    publish(tmp_path, saved(b"old"), key=KEY)
    publish(tmp_path, saved(b"new", days=1), key=KEY)
    make_current(tmp_path, "tiny", saved(b"old").version)
    assert current_version(tmp_path, "tiny") == saved(b"old").version


# Publishes again and again, a new model each time, until it is killed.
TRAINER = """
import itertools, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from models.shelf import SavedModel, publish, version_of
for step in itertools.count():
    files = {"model.onnx": bytes([step % 256]) * 200_000, "model.json": b"{}"}
    version = version_of(files, at=datetime(2026, 4, 1, tzinfo=UTC) + timedelta(seconds=step))
    publish(Path(sys.argv[1]), SavedModel("tiny", version, files), key=sys.argv[2])
    print(version, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 2, 3, 5, 8])
def test_trainer_killed_at_any_moment_leaves_a_whole_model_serving(tmp_path: Path, lines: int) -> None:
    command = [sys.executable, "-c", TRAINER, str(tmp_path), KEY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as trainer:
        assert trainer.stdout
        published = [trainer.stdout.readline().strip() for _ in range(lines)]
        trainer.send_signal(signal.SIGKILL)
    version = current_version(tmp_path, "tiny")
    assert version is not None
    assert version >= published[-1]
    assert read(tmp_path, "tiny", version, key=KEY).version == version
    publish(tmp_path, saved(days=365), key=KEY)
    assert [path.name for path in (tmp_path / "tiny").glob(".*") if path.is_dir()] == []
