"""The mailbox page: a list, one mail at a time, and the same as JSON. A mail's own HTML can do nothing here."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from demo.mailbox import Mail, Mailbox
from demo.mailbox_words import WORDS, language_of

PAGES = Path(__file__).parent / "mailbox_page"
FILES = {"mailbox.css": "text/css", "mailbox.js": "text/javascript"}
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Pictures may come from the shop on this machine only; links open a page of their own, scripts never run.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: http://127.0.0.1:* http://localhost:*; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def mailbox_app(mailbox: Mailbox, *, zone: str) -> Starlette:
    """The application; times are shown in `zone`."""
    pages = MailboxPages(mailbox, ZoneInfo(zone))
    return Starlette(
        routes=[
            Route("/mailbox", pages.list),
            Route("/mailbox.json", pages.list_json),
            Route("/mailbox/{name}.json", pages.mail_json),
            Route("/mailbox/{name}/html", pages.html),
            Route("/mailbox/{name}/source", pages.source),
            Route("/mailbox/{name}", pages.mail),
        ]
    )


class MailboxPages:
    """The answers, over one mailbox."""

    def __init__(self, mailbox: Mailbox, zone: ZoneInfo) -> None:
        self._mailbox = mailbox
        self._zone = zone
        self._pages = Environment(loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined)

    def list(self, request: Request) -> Response:
        return self._page(request, "list.html", mails=self._mailbox.list())

    def list_json(self, request: Request) -> Response:
        return JSONResponse([summary.as_json() for summary in self._mailbox.list()])

    def mail(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name in FILES:
            return FileResponse(PAGES / name, media_type=FILES[name])
        mail = self._mailbox.read(name)
        return self._page(request, "mail.html", mail=mail) if mail else self._missing(request)

    def mail_json(self, request: Request) -> Response:
        mail = self._mail(request)
        return JSONResponse(mail.as_json()) if mail else JSONResponse({"title": "Not Found", "status": 404}, 404)

    def html(self, request: Request) -> Response:
        mail = self._mail(request)
        if mail is None:
            return self._missing(request)
        headers = {"Content-Security-Policy": MAIL_POLICY, "X-Content-Type-Options": "nosniff"}
        return HTMLResponse('<base target="_blank">' + mail.html, headers=headers)

    def source(self, request: Request) -> Response:
        source = self._mailbox.source(request.path_params["name"])
        if source is None:
            return self._missing(request)
        headers = {"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"}
        return Response(source, media_type="text/plain", headers=headers)

    def _mail(self, request: Request) -> Mail | None:
        return self._mailbox.read(request.path_params["name"])

    def _missing(self, request: Request) -> Response:
        return self._page(request, "missing.html", status=404)

    def _page(self, request: Request, template: str, *, status: int = 200, **values: object) -> Response:
        language = language_of(request.query_params.get("lang"), request.headers.get("accept-language", ""))

        def when(at: datetime) -> str:
            locale = "zh_CN" if language == "zh" else "en_GB"
            return str(format_datetime(at.astimezone(self._zone), "medium", locale=locale))

        page = self._pages.get_template(template)
        other = "en" if language == "zh" else "zh"
        text = page.render(words=WORDS[language], language=language, other=other, when=when, **values)
        headers = {"Content-Security-Policy": PAGE_POLICY, "X-Content-Type-Options": "nosniff"}
        return HTMLResponse(text, status, headers=headers)
