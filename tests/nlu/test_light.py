"""Serving needs no TensorFlow, and who asks for it gets it; in processes of their own, for here all is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.nlu.conftest import ROOT

PROJECT = ROOT / "rasa"
SAYING = """
import asyncio, json, sys
from rasa.core.agent import Agent
agent = Agent.load(sys.argv[1])
parsed = asyncio.run(agent.parse_message("where is my order 10233"))
heavy = sorted(name for name in sys.modules if name.partition(".")[0] in ("tensorflow", "keras"))
print(json.dumps([parsed["intent"]["name"], [one["value"] for one in parsed["entities"]], heavy]))
"""
ASKING = """
from rasa.nlu.classifiers.diet_classifier import DIETClassifier
from rasa.utils.train_utils import rank_and_mask
import numpy, tensorflow
ranked = rank_and_mask(numpy.array([0.2, 0.8]))[0].tolist()
print(issubclass(DIETClassifier.model_class(), tensorflow.keras.Model), ranked)
"""


def light(folder: Path, code: str, *arguments: str) -> str:
    (folder / "asked.py").write_text(code, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{folder}", "PYTHONWARNINGS": "ignore"}
    command = (sys.executable, "-m", "nlu.light", "asked", *arguments)
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_the_shipped_assistant_is_served_without_tensorflow(archive: Path, tmp_path: Path) -> None:
    assert json.loads(light(tmp_path, SAYING, str(archive))) == ["order_status", ["10233"], []]


def test_what_computes_with_tensorflow_still_gets_it(tmp_path: Path) -> None:
    assert light(tmp_path, ASKING) == "True [1, 0]"
