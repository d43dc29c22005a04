from __future__ import annotations

from itertools import pairwise

import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.tokenizer import BilingualTokenizer


@pytest.fixture(scope="module")
def tokenizer() -> BilingualTokenizer:
    return BilingualTokenizer(BilingualTokenizer.get_default_config())


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Where's my order?", ["where", "'s", "my", "order", "?"]),
        ("我想退货", ["我", "想", "退货"]),
        ("买２个iPhone手机壳 谢谢", ["买", "2", "个", "iphone", "手机", "壳", "谢谢"]),
        ("a@b.com  订单", ["a@b.com", "订单"]),
        ("   ", []),
        ("👍 好", ["👍", "好"]),
    ],
)
def test_tokens_are_folded_words_without_blanks(tokenizer: BilingualTokenizer, text: str, tokens: list[str]) -> None:
    assert [token.text for token in tokenizer.tokenize(Message({TEXT: text}), TEXT)] == tokens


@pytest.mark.parametrize("text", ["退款ＡＢＣ什么时候 到？", "Ｈello，世界 ok", "㎏ price 多少"])
def test_offsets_are_those_of_the_original(tokenizer: BilingualTokenizer, text: str) -> None:
    tokens = tokenizer.tokenize(Message({TEXT: text}), TEXT)
    assert all(before.end <= after.start for before, after in pairwise(tokens))
    covered = "".join(text[token.start : token.end] for token in tokens)
    assert covered == text.replace(" ", "")


def test_language_is_part_of_the_parse_result(tokenizer: BilingualTokenizer) -> None:
    message = Message({TEXT: "有没有杯子"})
    tokenizer.process([message])
    assert message.as_dict(only_output_properties=True)["language"] == "zh"
