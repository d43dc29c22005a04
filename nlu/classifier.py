"""Rasa's intent of a message, or nlu_fallback where no intent is likely enough."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.errors import ModelFileError
from nlu.grams import GramReader
from nlu.intent_model import IntentModel, Ranked
from nlu.kept_meanings import meanings_of
from nlu.learn import Settings, learn
from nlu.meaning import encode
from nlu.sources import fingerprint
from nlu.words import Splitter

# Rasa posts a whole ranking with every event to the action server: five say enough.
_RANKING_LENGTH = 5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LeanIntentClassifier(GraphComponent, IntentClassifier):
    """Owns its features: reads the text itself, so nothing is carried through Rasa's feature containers."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
    ):
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model
        self._reader = GramReader(Splitter())

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`threshold`: what is less sure is nlu_fallback, None for the one learned; `seed`: of the training."""
        return {"threshold": None, "seed": 7}

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
    ) -> LeanIntentClassifier:
        """An untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LeanIntentClassifier:
        """A trained one; a damaged file raises ModelFileError, for a deaf assistant must not start."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, IntentModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from every example that has an intent."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        texts = [example.get(TEXT) for example in examples]
        rows, labels = [self._reader.read(text) for text in texts], [example.get(INTENT) for example in examples]
        self._model = learn(rows, meanings_of(texts), labels, Settings(seed=self._config["seed"]))
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the intent and its ranking on every message that has a text."""
        for message in messages:
            if message.get(TEXT):
                self._classify(message)
        return messages

    def _classify(self, message: Message) -> None:
        if self._model is None:
            raise ModelFileError("the intent model was neither trained nor loaded; train the assistant")
        text = message.get(TEXT)
        ranking = self._model.rank(self._reader.read(text), _RANKING_LENGTH, lambda: encode([text])[0])
        threshold = self._config["threshold"]
        if ranking[0].confidence < (self._model.threshold if threshold is None else threshold):
            ranking.insert(0, Ranked(DEFAULT_NLU_FALLBACK_INTENT_NAME, 1.0 - ranking[0].confidence))
        named = [{"name": entry.intent, "confidence": entry.confidence} for entry in ranking]
        message.set(INTENT, named[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, named, add_to_output=True)
