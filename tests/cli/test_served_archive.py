from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

from rapport.cli.served_archive import write_served

GRAPH = {"nodes": {"train": {"uses": "rasa.graph_components.validators.default_recipe_validator.Validator"}}}
METADATA = {"domain": {"intents": ["greet"]}, "train_schema": GRAPH, "predict_schema": GRAPH, "nlu_target": "run"}
FILES = {
    "metadata.json": json.dumps(METADATA).encode(),
    "components/intents/intents.npz": bytes(range(256)) * 500,
    "components/rules/metadata.json": b'{"train_schema": "its own"}',
}


def test_only_the_training_graph_is_left_out(tmp_path: Path) -> None:
    write_served(_trained(tmp_path / "trained.tar.gz"), tmp_path / "served.tar.gz")
    with tarfile.open(tmp_path / "served.tar.gz") as served:
        found = {member.name: served.extractfile(member) for member in served if member.isfile()}
        contents = {name: file.read() for name, file in found.items() if file}
    metadata = json.loads(contents.pop("metadata.json"))
    assert metadata == {**METADATA, "train_schema": {"nodes": {}}}
    assert contents == {name: content for name, content in FILES.items() if name != "metadata.json"}


def test_folders_stay(tmp_path: Path) -> None:
    write_served(_trained(tmp_path / "trained.tar.gz"), tmp_path / "served.tar.gz")
    with tarfile.open(tmp_path / "served.tar.gz") as served:
        assert [member.name for member in served if member.isdir()] == ["components"]


def _trained(file: Path) -> Path:
    with tarfile.open(file, "w:gz") as archive:
        folder = tarfile.TarInfo("components")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in FILES.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file
