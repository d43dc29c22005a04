"""The application: every route behind the same layers, for given settings and a given clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from rapport import __version__
from rapport.clock import Clock, utc_now
from rapport.messaging.telegram_bot import open_bot
from rapport.settings import Settings
from rapport.store.database import Database
from rapport.store.signals import listening
from rapport.web import health, links, metrics, static_files
from rapport.web.api import (
    agent_parts,
    audit,
    canned_replies,
    conversations,
    customers,
    docs,
    figures,
    stream,
    suggestions,
)
from rapport.web.api import review as api_review
from rapport.web.api.suggestions import reply_memory
from rapport.web.body_limit import BodyLimit
from rapport.web.chat import files as chat_files
from rapport.web.chat import routes as chat
from rapport.web.chat import stream as chat_stream
from rapport.web.chat.desk import open_desk
from rapport.web.console import board, customer, desk, review
from rapport.web.console.insight import Insight
from rapport.web.console.watch import watching
from rapport.web.headers import SecurityHeaders
from rapport.web.metrics import Metrics
from rapport.web.origins import Origins
from rapport.web.problems import install_problems
from rapport.web.request_log import RequestLog
from rapport.web.services import Services
from rapport.web.shop import mailbox
from rapport.web.shop import page as shop
from rapport.web.staff import account, log_in
from rapport.web.staff.caller import install_sign_in
from rapport.web.staff.door import Door
from rapport.web.streams import Streams
from rapport.web.telegram import door as telegram
from rapport.web.telegram import links as telegram_links
from rapport.web.telegram.speaker import speaking

ROUTERS = (
    chat.router,
    chat_files.router,
    chat_stream.router,
    telegram.router,
    conversations.router,
    log_in.router,
    account.router,
    audit.router,
    suggestions.router,
    figures.router,
    api_review.router,
    agent_parts.router,
    canned_replies.router,
    customers.router,
    stream.router,
    desk.router,
    board.router,
    review.router,
    customer.router,
    links.router,
    health.router,
    metrics.router,
    shop.router,
    telegram_links.router,
    static_files.router,
    mailbox.router,
    docs.router,
)


def create_app(settings: Settings, *, clock: Clock = utc_now) -> FastAPI:
    """The FastAPI application. Its database must be migrated; it is opened when the application starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = Database(settings.database_url)
        try:
            async with listening(database) as signals:
                app.state.services = Services(settings, database, signals, clock)
                async with (
                    open_desk(app.state.services, app.state.metrics) as app.state.desk,
                    watching(app.state.services, app.state.desk.typing) as app.state.watch,
                    open_bot(settings) as app.state.telegram_bot,
                    speaking(app.state.services, app.state.desk, app.state.telegram_bot) as app.state.speaker,
                    telegram.open_telegram(
                        app.state.services, app.state.desk, app.state.telegram_bot, app.state.speaker
                    ) as app.state.telegram,
                ):
                    app.state.insight = Insight(settings)
                    yield
        finally:
            await database.close()

    # The generated pages load scripts from another host; `/docs` is our own.
    app = FastAPI(
        title="Rapport", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    app.state.metrics, app.state.door = Metrics(), Door()
    app.state.replies, app.state.streams = reply_memory(settings), Streams()
    install_problems(app)
    install_sign_in(app)
    for router in ROUTERS:
        app.include_router(router)
    # The layer added last is the outermost.
    app.add_middleware(BodyLimit)
    app.add_middleware(Origins, settings=settings)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestLog, metrics=app.state.metrics)
    return app
