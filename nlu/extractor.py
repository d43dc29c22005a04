"""Rasa's entities of a message: names from the shop's catalogue, and what is named in its words or by its shape."""

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
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    INTENT,
    INTENT_RANKING_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.annotations import Span
from nlu.catalogue import Catalogue
from nlu.entity import Entity
from nlu.finder import EntityFinder
from nlu.folding import Folded, fold
from nlu.sources import fingerprint
from nlu.tagger import Tagger, tag_reader, train_tagger
from nlu.words import Splitter


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class ShopEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Spans are those of the original text: `text[start:end]` is the value as the customer wrote it."""

    def __init__(self, storage: ModelStorage, resource: Resource, finder: EntityFinder) -> None:
        self._storage = storage
        self._resource = resource
        self._finder = finder

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Nothing to set: the catalogue lies in RAPPORT_VAR_DIR, by default the project's `var`."""
        return {}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Rasa trains anew when the code or the lexicon changes, not only when its own data do."""
        return fingerprint()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ShopEntityExtractor:
        """An untrained component: finds what its shape or the catalogue tells."""
        return cls(model_storage, resource, EntityFinder(Catalogue(_catalogue_file())))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> ShopEntityExtractor:
        """A trained one; a damaged file raises ModelFileError."""
        with model_storage.read_from(resource) as folder:
            tagger = Tagger.load(folder, tag_reader(Splitter()))
        return cls(model_storage, resource, EntityFinder(Catalogue(_catalogue_file()), tagger))

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the annotations of every training line."""
        messages = [message for message in training_data.nlu_examples if message.get(TEXT)]
        lines = [(message.get(TEXT), message.get(INTENT) or "", _spans(message)) for message in messages]
        with self._storage.write_to(self._resource) as folder:
            train_tagger(lines, folder, tag_reader(Splitter()))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the found entities to every message that has a text."""
        for message in messages:
            if message.get(TEXT):
                found = self.add_extractor_name(self._extract(message.get(TEXT), _likeliest(message)))
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _extract(self, text: str, intent: str) -> list[dict[str, Any]]:
        folded = fold(text)
        return [_as_rasa(entity, folded, text) for entity in self._finder.find(folded.text, intent)]


def _catalogue_file() -> Path:
    return Path(os.environ.get("RAPPORT_VAR_DIR", "../var")) / "catalogue.json"


def _likeliest(message: Message) -> str:
    """The intent as the classifier before us ranked it, believed or not."""
    names = [entry["name"] for entry in message.get(INTENT_RANKING_KEY) or ()]
    return next((name for name in names if name != DEFAULT_NLU_FALLBACK_INTENT_NAME), "")


def _spans(message: Message) -> list[Span]:
    return [
        Span(found[ENTITY_ATTRIBUTE_TYPE], found[ENTITY_ATTRIBUTE_START], found[ENTITY_ATTRIBUTE_END])
        for found in message.get(ENTITIES, [])
    ]


def _as_rasa(entity: Entity, folded: Folded, text: str) -> dict[str, Any]:
    start, end = folded.span(entity.start, entity.end)
    written = text[start:end]
    # Only names and numbers mean something other than their letters; an order number keeps its capitals.
    as_written = entity.kind in ("order_id", "date") or not entity.known
    value = unicodedata.normalize("NFKC", written) if as_written else entity.value
    found = {"entity": entity.kind, "start": start, "end": end, "value": value}
    return {**found, **({"role": entity.role} if entity.role else {}), **({} if entity.known else {"known": False})}
