"""Pages of the log-in and the account: in whose language, never kept by a cache, and leading nowhere but here."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from rapport.chat.language import language_of_locale
from rapport.settings import Language
from rapport.web.pages import page
from rapport.web.services import Services
from rapport.web.staff.words import WORDS

HOME = "/console"
Typed = Annotated[str, Form(max_length=1024)]
Next = Annotated[str, Query(alias="next", max_length=1024)]
Lang = Annotated[str, Query(max_length=35)]


def staff_page(
    template: str, given: Services, language: Language, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """The page in this language; what it shows is for this browser, now."""
    standing = {"staff": None, "here": "", "zone": given.settings.default_time_zone, "shop": given.settings.shop_name}
    made = page(f"staff/{template}", words=WORDS[language], language=language, **(standing | values))
    made.status_code = status
    made.headers.update({"Cache-Control": "no-store", "Content-Language": language, "X-Robots-Tag": "noindex"})
    return made


def to(path: str) -> Response:
    """To a page after a post: loading it again repeats nothing."""
    return RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})


def language_for(request: Request, given: Services, lang: str = "") -> Language:
    """The language of a page for who has not said who she is."""
    locale = lang or request.headers.get("accept-language")
    return language_of_locale(locale, otherwise=given.settings.default_language)


def own_path(path: str) -> str:
    """The path if it is one of this site, else the console: a log-in is no way to another site."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return HOME
    foreign = parts.scheme or parts.netloc or not path.startswith("/") or path.startswith(("//", "/\\"))
    if foreign or "\\" in path or not path.isprintable() or parts.path.startswith("/log-"):
        return HOME
    return quote(path, safe="/?&=%:@!$'()*+,;~#-._")
