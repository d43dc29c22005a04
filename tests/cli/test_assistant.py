"""When the assistant is trained anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.cli import assistant


def test_a_tools_cache_does_not_have_it_trained_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(assistant, "ROOT", tmp_path)
    monkeypatch.setattr(assistant, "PROJECT", tmp_path / "rasa")
    for folder in ("rasa/domain", "rasa/data", "nlu/.ruff_cache", "nlu/__pycache__"):
        (tmp_path / folder).mkdir(parents=True)
    source = tmp_path / "nlu" / "words.py"
    source.write_text("one")
    before = assistant.fingerprint()
    for cache in ("nlu/.ruff_cache/CACHEDIR.TAG", "nlu/__pycache__/words.cpython-310.pyc"):
        (tmp_path / cache).write_text("left by a tool")
    assert assistant.fingerprint() == before
    source.write_text("two")
    assert assistant.fingerprint() != before
