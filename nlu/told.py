"""`python -m nlu.told FOLDER`: whether conversations go as they are told, from what `rasa test core` wrote there.

A model learned anew reads one line or another its own way, so what is asked of it is a share, not every line.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

# Of whole conversations: one wrong word in one of its turns counts against all of it.
LEAST = 0.9


def main(arguments: Sequence[str]) -> int:
    """0 at least `LEAST` of the conversations went as told, 1 fewer did or nothing was written."""
    parser = argparse.ArgumentParser(prog="python -m nlu.told", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args(arguments).folder
    try:
        told = json.loads((folder / "story_report.json").read_text(encoding="utf-8"))["conversation_accuracy"]
        wrong = (folder / "failed_test_stories.yml").read_text(encoding="utf-8")
    except (OSError, ValueError, KeyError) as error:
        print(f"{folder}: no report of stories ({error}); run `make stories`", file=sys.stderr)
        return 1
    print(wrong)
    print(f"{told['correct']} of {told['total']} conversations went as told; at least {LEAST:.0%} must")
    return 0 if told["correct"] >= LEAST * told["total"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
