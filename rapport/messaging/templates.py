"""Message templates: a folder each, compiled once per version; a broken edit leaves the last good version serving."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import jinja2
import mrml
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from rapport.messaging.errors import TemplateError
from rapport.messaging.sandbox import sandbox
from rapport.settings import LANGUAGES, Language

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
INCLUDE = re.compile(r'<mj-include path="(_[a-z][a-z0-9_-]*\.mjml)" */>')
MOST_BYTES = 64 * 1024
# Channels by which a message is said in a few words.
SAID = ("web", "telegram")
log = logging.getLogger(__name__)


class _Card(BaseModel):
    """`template.yml`: whether the mail is owed to the customer; subjects and preheaders by language and variant."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["marketing", "transactional"]
    subject: Mapping[Language, Mapping[str, str]]
    preheader: Mapping[Language, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Template:
    """One language of a template, compiled. Subjects and preheaders are by variant, one of them `default`.

    `lines` is what is said of it by a channel (web, telegram), where the template has words for that.
    """

    name: str
    language: Language
    version: str
    transactional: bool
    subjects: Mapping[str, jinja2.Template]
    preheaders: Mapping[str, jinja2.Template]
    html: jinja2.Template
    text: jinja2.Template
    lines: Mapping[str, jinja2.Template] = field(default_factory=dict)

    def subject(self, variant: str) -> jinja2.Template:
        return self.subjects.get(variant, self.subjects["default"])

    def preheader(self, variant: str) -> jinja2.Template:
        return self.preheaders.get(variant, self.preheaders["default"])


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: tuple[object, ...]
    template: Template


class TemplateFolder:
    """The templates of a rules folder: `templates/NAME/{template.yml,zh.mjml,zh.txt,en.mjml,en.txt}`,
    and `zh.web.txt`, `en.web.txt`, `zh.telegram.txt`, `en.telegram.txt` for what may also be said there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: dict[tuple[str, str], _Kept] = {}

    def names(self) -> list[str]:
        """Every template there is."""
        return sorted(path.parent.name for path in self.folder.glob("*/template.yml"))

    def get(self, name: str, language: str) -> Template:
        """The newest version that compiles. Raises TemplateError where there is none."""
        files = self._files(name, language)
        stamp = tuple(_stamp(path) for path in files)
        kept = self._kept.get((name, language))
        if kept and kept.stamp == stamp:
            return kept.template
        try:
            template = _compile(name, language, files)
        except TemplateError:
            if kept is None:
                raise
            log.exception("template %s (%s) keeps its last good version", name, language)
            template = kept.template
        self._kept[name, language] = _Kept(stamp, template)
        return template

    def _files(self, name: str, language: str) -> list[Path]:
        if not NAME.fullmatch(name) or language not in LANGUAGES:
            raise TemplateError(f"There is no template {name[:64]!r} in {language[:8]!r}")
        own = self.folder / name
        shared = sorted(self.folder.glob("_*.mjml"))
        said = [path for channel in SAID if (path := own / f"{language}.{channel}.txt").is_file()]
        return [own / "template.yml", own / f"{language}.mjml", own / f"{language}.txt", *said, *shared]


def _stamp(path: Path) -> object:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _compile(name: str, language: str, files: list[Path]) -> Template:
    card_file, mjml_file, text_file, *others = files
    said = [path for path in others if path.suffix == ".txt"]
    texts = {path: _read(path) for path in files}
    card = _card(card_file, texts[card_file])
    partials = {path.name: texts[path] for path in others if path not in said}
    if language not in card.subject or language not in card.preheader:
        raise TemplateError(f"{card_file}: no subject or preheader in {language}")
    html = _mjml(mjml_file, texts[mjml_file], partials)
    return Template(
        name=name,
        language=_as(language),
        version=hashlib.sha256("\0".join(texts.values()).encode()).hexdigest()[:12],
        transactional=card.kind == "transactional",
        subjects=_variants(card_file, card.subject, language),
        preheaders=_variants(card_file, card.preheader, language),
        html=_jinja(mjml_file, html, autoescape=True),
        text=_jinja(text_file, texts[text_file], autoescape=False),
        lines={path.name.split(".")[1]: _jinja(path, texts[path], autoescape=False) for path in said},
    )


def _read(path: Path) -> str:
    try:
        content = path.read_bytes()
        if len(content) > MOST_BYTES:
            raise TemplateError(f"{path}: {len(content):,} bytes; a template has at most {MOST_BYTES:,}")
        return content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path}: {error}") from error


def _card(path: Path, text: str) -> _Card:
    try:
        return _Card.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise TemplateError(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise TemplateError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _variants(
    path: Path, texts: Mapping[Language, Mapping[str, str]], language: str
) -> Mapping[str, jinja2.Template]:
    found = {variant: _jinja(path, text, autoescape=False) for variant, text in texts[_as(language)].items()}
    if "default" not in found:
        raise TemplateError(f"{path}: the {language} texts need a variant named `default`")
    return found


def _as(language: str) -> Language:
    return "zh" if language == "zh" else "en"


def _mjml(path: Path, text: str, partials: Mapping[str, str]) -> str:
    """HTML from MJML. Partials are put in as text: mrml does not size a section that it includes itself."""
    try:
        whole = INCLUDE.sub(lambda found: partials[found.group(1)], text)
        # MJML's own default fonts would be fetched from another host whenever the mail is opened.
        return mrml.to_html(whole, None, mrml.RenderOptions(disable_comments=True, fonts={})).content
    except KeyError as error:
        raise TemplateError(f"{path}: there is no {error} to include") from error
    except OSError as error:
        raise TemplateError(f"{path}: {error}") from error


def _jinja(path: Path, text: str, *, autoescape: bool) -> jinja2.Template:
    try:
        template = sandbox(autoescape=autoescape).from_string(text)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(f"{path}:{error.lineno}: {error.message}") from error
    template.name = str(path)
    return template
