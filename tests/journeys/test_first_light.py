"""From a customer's question to the follow-up e-mail, through every real part, in both languages."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from rapport.cli import assistant

ROOT = Path(__file__).parents[2]
RAPPORT = ROOT / ".venv" / "bin" / "rapport"


@pytest.fixture(scope="module")
def rehearsal() -> dict[str, object]:
    """What `rapport demo --once --json` said."""
    if not assistant.PYTHON.exists():
        pytest.fail("the assistant's environment is missing: run `make setup`")
    finished = subprocess.run(
        [RAPPORT, "demo", "--once", "--json"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr + finished.stdout
    said: dict[str, object] = json.loads(finished.stdout)
    return said


def test_everything_that_should_happen_happened(rehearsal: dict[str, object]) -> None:
    assert rehearsal["complete"] is True


@pytest.mark.parametrize(("number", "language", "letters"), [(0, "zh", "您"), (1, "en", "you")])
def test_each_customer_is_answered_and_written_to_in_her_language(
    rehearsal: dict[str, object], number: int, language: str, letters: str
) -> None:
    scene = rehearsal["scenes"][number]  # type: ignore[index]
    answers = " ".join(text for author, text in scene["transcript"] if author == "assistant")
    assert (scene["language"], scene["missing"]) == (language, [])
    assert (letters in answers, letters in scene["mail"]["text"]) == (True, True)


def test_each_link_leads_to_a_product_of_the_shop(rehearsal: dict[str, object]) -> None:
    clicked = [scene["clicked"] for scene in rehearsal["scenes"]]  # type: ignore[attr-defined]
    assert ["/products/" in link for link in clicked] == [True, True]
