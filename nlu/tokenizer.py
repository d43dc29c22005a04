"""Rasa's tokens for a bilingual message, and the message's language."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.folding import fold
from nlu.language import language_of
from nlu.words import Splitter

LANGUAGE = "language"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class BilingualTokenizer(Tokenizer):
    """Tokens are lower-cased and folded; their offsets are those of the original text."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._splitter = Splitter()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> BilingualTokenizer:
        """As Rasa's graph wants it; nothing is stored."""
        return cls(config)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's base class asks for these; intents are never split."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_"}

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The tokens of one attribute; for the text, the message is told its language too."""
        folded = fold(message.get(attribute))
        if attribute == TEXT:
            message.set(LANGUAGE, language_of(folded.text), add_to_output=True)
        spans = ((word.text, folded.span(word.start, word.end)) for word in self._splitter.split(folded.text))
        return [Token(text, start, end) for text, (start, end) in spans]
