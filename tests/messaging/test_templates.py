"""Templates compile once per version, and a broken edit never reaches a customer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rapport.messaging.errors import RenderError, TemplateError
from rapport.messaging.sandbox import fill, sandbox
from rapport.messaging.templates import TemplateFolder

SHIPPED = Path(__file__).parents[2] / "rules" / "templates"
CARD = "kind: marketing\nsubject: {en: {default: Hi, warm: Dear}}\npreheader: {en: {default: pre}}\n"
MJML = "<mjml><mj-body><mj-section><mj-column><mj-text>{{ name }}</mj-text></mj-column></mj-section></mj-body></mjml>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    hello = tmp_path / "hello"
    hello.mkdir()
    (hello / "template.yml").write_text(CARD, encoding="utf-8")
    (hello / "en.mjml").write_text(MJML, encoding="utf-8")
    (hello / "en.txt").write_text("{{ name }}", encoding="utf-8")
    return tmp_path


def edit(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    later = path.stat().st_mtime_ns + 10_000_000
    os.utime(path, ns=(later, later))


@pytest.mark.parametrize("name", TemplateFolder(SHIPPED).names())
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_shipped_template_compiles_in_both_languages(name: str, language: str) -> None:
    template = TemplateFolder(SHIPPED).get(name, language)
    assert (template.name, template.language, "default" in template.subjects) == (name, language, True)


def test_get_compiles_once_per_version(folder: Path) -> None:
    templates = TemplateFolder(folder)
    first = templates.get("hello", "en")
    assert templates.get("hello", "en") is first
    edit(folder / "hello" / "en.txt", "Dear {{ name }}")
    second = templates.get("hello", "en")
    assert fill(second.text, {"name": "Mei"}, at_most=99) == "Dear Mei"
    assert second.version != first.version


def test_a_broken_edit_leaves_the_last_good_version(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    templates = TemplateFolder(folder)
    good = templates.get("hello", "en")
    edit(folder / "hello" / "en.txt", "{% if %}")
    assert templates.get("hello", "en") is good
    assert templates.get("hello", "en") is good
    assert [record.message for record in caplog.records] == ["template hello (en) keeps its last good version"]


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("en.txt", "one\n{{ }}", "en.txt:2: "),
        ("en.mjml", "<mjml><mj-body>", "en.mjml: "),
        ("en.mjml", '<mjml><mj-body><mj-include path="_x.mjml" /></mj-body></mjml>', "'_x.mjml' to include"),
        ("en.mjml", "x" * 70_000, "at most 65,536"),
        ("template.yml", "kind: spam\nsubject: {}\npreheader: {}", "template.yml: kind: "),
        ("template.yml", "kind: [", "template.yml: "),
        ("template.yml", CARD + "extra: 1", "extra: "),
        ("template.yml", "kind: marketing\nsubject: {en: {warm: x}}\npreheader: {en: {default: x}}", "`default`"),
        ("template.yml", "kind: marketing\nsubject: {zh: {default: x}}\npreheader: {en: {default: x}}", "in en"),
    ],
)
def test_a_template_that_is_wrong_says_where(folder: Path, file: str, text: str, complaint: str) -> None:
    edit(folder / "hello" / file, text)
    with pytest.raises(TemplateError) as refused:
        TemplateFolder(folder).get("hello", "en")
    assert complaint in str(refused.value)


@pytest.mark.parametrize(
    ("name", "language"), [("../hello", "en"), ("hello", "fr"), ("Hello", "en"), ("", "en"), ("no", "en")]
)
def test_names_are_fixed(folder: Path, name: str, language: str) -> None:
    with pytest.raises(TemplateError):
        TemplateFolder(folder).get(name, language)


@pytest.mark.parametrize(
    "text",
    [
        "{{ unknown }}",
        "{{ name.__class__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ 'a' * 100000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%0999999999d' % 1 }}",
        "{{ range(10) }}",
        "{{ name|center(99999999) }}",
        "{{ items.append(1) }}",
        "{{ cycler }}",
        "{% for a in items %}{% for b in items %}{% for c in items %}{{ name }}{% endfor %}{% endfor %}{% endfor %}",
        "{% include 'secrets' %}",
        "{{ name.format(name) }}{{ items[9] }}",
    ],
)
def test_the_sandbox_refuses(text: str) -> None:
    try:
        template = sandbox(autoescape=False).from_string(text)
    except Exception as error:
        assert type(error).__name__ == "TemplateAssertionError"  # noqa: PT017  an unknown filter, known at once
        return
    with pytest.raises(RenderError):
        fill(template, {"name": "Mei", "items": list(range(9))}, at_most=1000)
