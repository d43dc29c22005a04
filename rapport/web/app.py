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
from rapport.web import (
    account,
    api_agent_parts,
    api_audit,
    api_canned_replies,
    api_conversations,
    api_customers,
    api_docs,
    api_figures,
    api_review,
    api_stream,
    api_suggestions,
    chat,
    chat_files,
    chat_stream,
    console,
    console_board,
    console_customer,
    console_review,
    health,
    links,
    log_in,
    mailbox,
    metrics,
    shop,
    static_files,
    telegram,
    telegram_links,
)
from rapport.web.api_suggestions import reply_memory
from rapport.web.body_limit import BodyLimit
from rapport.web.desk import open_desk
from rapport.web.door import Door
from rapport.web.headers import SecurityHeaders
from rapport.web.insight import Insight
from rapport.web.metrics import Metrics
from rapport.web.origins import Origins
from rapport.web.problems import install_problems
from rapport.web.request_log import RequestLog
from rapport.web.services import Services
from rapport.web.staff import install_sign_in
from rapport.web.streams import Streams
from rapport.web.telegram_speaker import speaking
from rapport.web.watch import watching

ROUTERS = (
    chat.router,
    chat_files.router,
    chat_stream.router,
    telegram.router,
    api_conversations.router,
    log_in.router,
    account.router,
    api_audit.router,
    api_suggestions.router,
    api_figures.router,
    api_review.router,
    api_agent_parts.router,
    api_canned_replies.router,
    api_customers.router,
    api_stream.router,
    console.router,
    console_board.router,
    console_review.router,
    console_customer.router,
    links.router,
    health.router,
    metrics.router,
    shop.router,
    telegram_links.router,
    static_files.router,
    mailbox.router,
    api_docs.router,
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
