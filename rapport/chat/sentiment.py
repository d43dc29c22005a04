"""How content a customer's message sounds, by the model that serves; whatever is wrong with it, no turn fails."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Self

from models.grams import prepare
from models.sentiment import TEXT, Sentiment
from rapport.marketing.serving import Slot

log = logging.getLogger(__name__)
# Whoever pastes a novel has said how she feels by then, and nobody else shall wait for the rest.
LONGEST = 2000


class SentimentOf:
    """Called with a text: 0 dissatisfied, 0.5 neither, 1 content; None without a model that can be asked.

    Takes up a newer model as it appears.
    """

    def __init__(self, slot: Slot[Sentiment]) -> None:
        self._slot = slot

    @classmethod
    def load(cls, models_dir: Path, *, key: str) -> Self:
        """The model below `models_dir` that was signed with `key`, and the words it needs: two seconds, so that the
        first customer does not wait for them."""
        prepare()
        slot = Slot(models_dir, Sentiment, key=key)
        slot.get()
        return cls(slot)

    def __call__(self, text: str) -> float | None:
        try:
            serving = self._slot.get()
            return float(serving.model.predict({TEXT: [text[:LONGEST]]})[0]) if serving else None
        except Exception:  # a turn goes on without it
            log.exception("The sentiment of a message could not be told.")
            return None
