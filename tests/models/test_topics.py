"""The search by meaning: paraphrases without a word of the policy, a shop's own topics, nothing for nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.topics import Topic, TopicSearch, known_questions, known_topics
from models.words import STOP_WORDS, fold, words
from rapport.marketing.policy_reader import read_policies
from rapport.settings import Settings

POLICIES = Path("rules/policies.yml")
PARAPHRASES = Path(__file__).parent / "paraphrases"
RECALL = 0.85
_LINES = (PARAPHRASES / "empty_words.txt").read_text(encoding="utf-8").splitlines()
EMPTY = frozenset(word for line in _LINES if not line.startswith("#") for word in line.split())


def read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)


@cache
def topics() -> Mapping[str, Mapping[str, str]]:
    read_topics = read_policies(POLICIES, Settings(_env_file=None).promised).topics
    return {name: topic.texts for name, topic in read_topics.items()}


@cache
def search() -> TopicSearch:
    return TopicSearch(Topic(name, (one["zh"], one["en"]), known_questions(name)) for name, one in topics().items())


def paraphrases(language: str) -> Iterator[tuple[str, str]]:
    asked = read(PARAPHRASES / f"{language}.yml")
    return ((topic, question) for topic, questions in asked.items() for question in questions)


def content(text: str) -> set[str]:
    return {word for word in words(text) if word not in STOP_WORDS | EMPTY and not word.replace(".", "").isdigit()}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_paraphrases_are_many_and_of_every_topic(language: str) -> None:
    asked = list(paraphrases(language))
    assert {topic for topic, _ in asked} == set(topics())
    assert len({question for _, question in asked}) == len(asked) >= 100


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_paraphrase_shares_a_content_word_with_its_policy(language: str) -> None:
    shared = {
        question: both
        for topic, question in paraphrases(language)
        if (both := content(question) & content(topics()[topic][language]))
    }
    assert shared == {}
    assert [question for _, question in paraphrases(language) if not content(question)] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_paraphrase_is_an_example(language: str) -> None:
    def letters(text: str) -> str:
        return re.sub(r"\W", "", fold(text))

    known = {letters(question) for name in topics() for question in known_questions(name)}
    assert [question for _, question in paraphrases(language) if letters(question) in known] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_recall_at_one(language: str, record_property: Any) -> None:
    asked = list(paraphrases(language))
    wrong = [(question, topic) for topic, question in asked if search().rank(question)[0].name != topic]
    recall = 1 - len(wrong) / len(asked)
    record_property(f"recall@1, {language}", f"{recall:.3f} of {len(asked)}")
    assert recall >= RECALL, f"{recall:.3f} of {len(asked)}: {wrong}"


def test_every_topic_has_examples_in_both_languages() -> None:
    assert set(known_topics()) == set(topics())
    assert [name for name in topics() if len(known_questions(name)) < 40] == []


@pytest.mark.parametrize(
    "question",
    [
        "今天天气怎么样",
        "给我讲个故事",
        "你觉得谁会赢",
        "what's the weather",
        "who painted this",
        "sing me a song",
        "",
    ],
)
def test_nothing_is_sure_of_what_no_policy_answers(question: str) -> None:
    assert [one.name for one in search().rank(question) if one.sure] == []


@pytest.mark.parametrize(
    ("texts", "examples", "asked"),
    [
        (
            (
                "每周六下午在门店教泡茶，免费，需要预约。",
                "We teach tea brewing on Saturdays; book a place.",
            ),
            ("你们有茶艺课吗", "想学泡茶", "do you run tea classes"),
            ("有没有教人泡茶的课程", "可以报名学茶艺吗", "are there any classes about tea"),
        ),
        (
            ("旧壶可以寄来补，锔瓷 80 元起。", "We mend old pots with staples, from ¥80."),
            ("壶盖碎了能补吗", "会锔瓷吗", "can you mend my old teapot"),
            ("可以帮我锔一把壶吗", "could you mend an old pot"),
        ),
        (
            ("宠物可以进店，请牵好绳。", "Pets are welcome; please keep them on a lead."),
            ("能带狗进去吗", "are dogs allowed"),
            ("我可以带我的狗一起来吗", "is my dog allowed inside"),
        ),
    ],
)
def test_a_topic_of_the_shop_s_own_is_found_from_a_few_examples(
    texts: tuple[str, str], examples: tuple[str, ...], asked: tuple[str, ...]
) -> None:
    known = [Topic(name, (one["zh"], one["en"]), known_questions(name)) for name, one in topics().items()]
    ours = TopicSearch([*known, Topic("ours", texts, examples)])
    assert [ours.rank(question)[0].name for question in asked] == ["ours"] * len(asked)


def test_an_edited_text_is_found_by_its_new_words() -> None:
    known = {name: Topic(name, (one["zh"], one["en"]), known_questions(name)) for name, one in topics().items()}
    edited = known | {"pick_up": Topic("pick_up", ("无人机送到阳台。", "A drone lands on your balcony."))}
    assert TopicSearch(edited.values()).rank("drone on the balcony")[0].name == "pick_up"


def test_the_same_topics_rank_the_same_every_time() -> None:
    again = TopicSearch(Topic(name, (one["zh"], one["en"]), known_questions(name)) for name, one in topics().items())
    assert again.rank("运费多少钱") == search().rank("运费多少钱")


def test_without_topics_nothing_is_found() -> None:
    assert TopicSearch(()).rank("运费多少钱") == []
