"""Rasa's entities of a message: names from the shop's catalogue, and all that can be told by its shape."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.catalogue import Catalogue
from nlu.entities import PATTERNS, merge
from nlu.entity import Entity
from nlu.folding import Folded, fold


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ShopEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Spans are those of the original text: `text[start:end]` is the value as the customer wrote it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ShopEntityExtractor:
        """The catalogue lies in RAPPORT_VAR_DIR (by default the project's `var`, seen from `rasa/`)."""
        return cls(Catalogue(Path(os.environ.get("RAPPORT_VAR_DIR", "../var")) / "catalogue.json"))

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the found entities to every message that has a text."""
        for message in messages:
            if message.get(TEXT):
                found = self.add_extractor_name(self._extract(message.get(TEXT)))
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _extract(self, text: str) -> list[dict[str, Any]]:
        folded = fold(text)
        names = self._catalogue.find(folded.text)
        shapes = [finder(folded.text) for finder in PATTERNS]
        return [_as_rasa(entity, folded, text) for entity in merge([shapes[0], names, *shapes[1:]])]


def _as_rasa(entity: Entity, folded: Folded, text: str) -> dict[str, Any]:
    start, end = folded.span(entity.start, entity.end)
    written = text[start:end]
    # Only names and numbers mean something other than their letters; an order number keeps its capitals.
    value = unicodedata.normalize("NFKC", written) if entity.kind in ("order_id", "date") else entity.value
    found = {"entity": entity.kind, "start": start, "end": end, "value": value}
    return {**found, "role": entity.role} if entity.role else found
