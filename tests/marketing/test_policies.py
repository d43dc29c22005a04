from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from rapport.marketing.errors import RuleError
from rapport.marketing.newest_policies import PolicyFile
from rapport.marketing.policies import Policies, Policy, TopicPolicy
from rapport.marketing.policy_reader import read_policies
from rapport.settings import LANGUAGES, Language, Settings

SHIPPED = Path("rules/policies.yml")
PROMISED = Settings(_env_file=None).promised
GOOD = """\
answers:
  greet:
    zh: 您好
    en: Hello from {shop}
    known: {zh: "{name}您好", en: "Hello {name}, {points} points"}
    buttons: [recommend]
topics:
  dogs:
    intents: [contact_info]
    zh: 可以带狗进店。
    en: Dogs are welcome at {shop}.
    questions: {zh: [能带狗吗]}
buttons:
  recommend: {zh: 推荐, en: Suggest}
"""


def write(path: Path, text: str, *, at: int = 0) -> Path:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (1_700_000_000 + at, 1_700_000_000 + at))
    return path


def test_read_policies_gives_answers_and_titles(tmp_path: Path) -> None:
    greet = Policy(
        {"zh": "您好", "en": "Hello from {shop}"},
        {"zh": "{name}您好", "en": "Hello {name}, {points} points"},
        ("recommend",),
    )
    titles = {"recommend": {"zh": "推荐", "en": "Suggest"}}
    dogs = TopicPolicy(
        {"zh": "可以带狗进店。", "en": "Dogs are welcome at {shop}."}, ("contact_info",), ("能带狗吗",)
    )
    assert read_policies(write(tmp_path / "p.yml", GOOD), PROMISED) == Policies(
        {"greet": greet}, titles, {"dogs": dogs}
    )


@pytest.mark.parametrize(
    ("change", "line", "problem"),
    [
        (("    en: Hello from {shop}\n", ""), 2, "en is missing"),
        (
            ("from {shop}", "from {town}"),
            4,
            "{town} means nothing here; what may stand here: {delivery_days}, {return_days}, {shop}",
        ),
        (("from {shop}", "{name}"), 4, "{name} means nothing here"),
        (("from {shop}", "{shop.__class__}"), 4, "{shop.__class__} means nothing here"),
        (("from {shop}", "{shop!r:>999999999}"), 4, "{shop!r:>999999999} means nothing here"),
        (("from {shop}", "{shop"), 4, "expected '}' before end of string; write a brace that is meant as one twice"),
        (("    zh: 您好", "    zh: 8"), 3, "must be a text"),
        (("[recommend]", "[recomend]"), 6, "no button 'recomend'; did you mean \"recommend\"?"),
        (("[recommend]", "recommend"), 6, "must be a list of intents"),
        (("  greet:", "  great:"), 2, "unknown word 'great'; did you mean \"greet\"?"),
        (("    known:", "    knwon:"), 5, "unknown word 'knwon'; did you mean \"known\"?"),
        (("    en:", "    zh:"), 4, 'says "zh" twice'),
        (("您好", "&a 您好"), 3, "uses an anchor or alias"),
        (("您好", "[您好"), 4, "is not YAML"),
        (("  dogs:", "  Dogs!:"), 8, "'Dogs!' is no name of a topic; write small letters, digits and _"),
        (("[contact_info]", "[contact]"), 9, "no intent 'contact'; did you mean \"contact_info\"?"),
        (("    zh: 可以带狗进店。\n", ""), 8, "zh is missing"),
        (
            ("at {shop}.", "at {name}."),
            11,
            "{name} means nothing here; what may stand here: {delivery_days}, {return_days}, {shop}",
        ),
        (("{zh: [能带狗吗]}", "[能带狗吗]"), 12, "must be a mapping"),
        (("{zh: [能带狗吗]}", "{fr: [能带狗吗]}"), 12, "unknown word 'fr'"),
        (("[能带狗吗]", "能带狗吗"), 12, "must be a list of questions"),
        (("[能带狗吗]", "[7]"), 12, "must be a text of up to 200 letters"),
        (("    questions:", "    question:"), 12, "unknown word 'question'; did you mean \"questions\"?"),
    ],
)
def test_read_policies_names_file_and_line(tmp_path: Path, change: tuple[str, str], line: int, problem: str) -> None:
    path = write(tmp_path / "p.yml", GOOD.replace(*change, 1))
    with pytest.raises(RuleError) as caught:
        read_policies(path, PROMISED)
    assert (caught.value.file, caught.value.line) == (str(path), line)
    assert problem in caught.value.problem


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a list\n", "answers: {}\n---\nbuttons: {}\n"])
def test_read_policies_refuses_what_is_no_policy(tmp_path: Path, text: str) -> None:
    with pytest.raises(RuleError):
        read_policies(write(tmp_path / "p.yml", text), PROMISED)


def test_a_text_names_what_the_settings_promise(tmp_path: Path) -> None:
    text = GOOD.replace("您好\n", "可退 {return_days} 天，{{{delivery_days}}}\n", 1)
    text = text.replace("Dogs are", "All {delivery_days} dogs, {{return_days}}, are")
    policies = read_policies(write(tmp_path / "p.yml", text), {"return_days": 30, "delivery_days": 9})
    assert (policies.answers["greet"].texts["zh"], policies.topics["dogs"].texts["en"]) == (
        "可退 30 天，{{9}}",
        "All 9 dogs, {{return_days}}, are welcome at {shop}.",
    )


def test_a_button_promises_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "p.yml", GOOD.replace("en: Suggest", "en: 'In {return_days} days'"))
    with pytest.raises(RuleError) as caught:
        read_policies(path, PROMISED)
    assert str(caught.value) == f"{path}:14: {{return_days}} means nothing here; what may stand here: none"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_file_takes_its_days_from_the_settings(language: Language) -> None:
    policies = read_policies(SHIPPED, {"return_days": 41, "delivery_days": 43})
    texts = {name: answer.texts[language] for name, answer in policies.answers.items()}
    texts |= {name: topic.texts[language] for name, topic in policies.topics.items()}
    assert {name for name, text in texts.items() if "41" in text} == {
        "return_request", "exchange_request", "return_policy", "return_window", "sale_goods",
    }  # fmt: skip
    assert {name for name, text in texts.items() if "43" in text} == {"delivery_options", "delivery_time"}


def test_policy_file_picks_up_an_edit(tmp_path: Path) -> None:
    path = write(tmp_path / "p.yml", GOOD)
    policies = PolicyFile(path, PROMISED)
    before = policies.current().answers["greet"].texts["zh"]
    write(path, GOOD.replace("您好", "早上好"), at=1)
    assert (before, policies.current().answers["greet"].texts["zh"]) == ("您好", "早上好")


def test_policy_file_keeps_the_last_good_version_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write(tmp_path / "p.yml", GOOD)
    policies = PolicyFile(path, PROMISED)
    good = policies.current()
    write(path, GOOD.replace("    en: Hello from {shop}\n", ""), at=1)
    with caplog.at_level(logging.ERROR):
        assert [policies.current(), policies.current()] == [good, good]
    assert caplog.messages == [f"{path}:2: en is missing; the answers before this edit stay in use"]


def test_policy_file_survives_its_own_disappearance(tmp_path: Path) -> None:
    path = write(tmp_path / "p.yml", GOOD)
    policies = PolicyFile(path, PROMISED)
    good = policies.current()
    path.unlink()
    assert policies.current() == good


def test_the_shipped_file_answers_in_real_chinese() -> None:
    policies = read_policies(SHIPPED, PROMISED)
    answers = [policy.texts["zh"] for policy in policies.answers.values()]
    topics = [topic.texts["zh"] for topic in policies.topics.values()]
    assert [text for text in answers + topics if "," in text] == []


def test_the_example_of_the_docs_is_good(tmp_path: Path) -> None:
    page = Path("docs/policies.md").read_text(encoding="utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    policies = read_policies(write(tmp_path / "p.yml", example), PROMISED)
    assert (list(policies.answers), list(policies.topics)) == (
        ["delivery_options", "loyalty_points"],
        ["weekend_delivery", "tea_class"],
    )
