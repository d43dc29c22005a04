"""`rapport preview` and `rapport send-test`: what a customer would get, on the screen, in a mailbox or in a chat."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from rapport.cli.drafts import Channel, Draft, composed_letter, composed_post
from rapport.cli.output import FINDING, AsJson, console, print_json, refuse
from rapport.clock import utc_now
from rapport.messaging.bot_post import BotPost
from rapport.messaging.errors import MessagingError
from rapport.messaging.mime import make_mail
from rapport.messaging.senders.base import Sender
from rapport.messaging.senders.email import EmailSender, Relay
from rapport.messaging.senders.telegram import TelegramSender
from rapport.settings import Language, Settings
from rapport.store.database import Database

app = typer.Typer(help="What customers would get.")
TemplateName = Annotated[str, typer.Argument(metavar="TEMPLATE", help="A folder in RULES_DIR/templates.")]
InLanguage = Annotated[Language | None, typer.Option(help="Instead of the customer's own language.")]
ByChannel = Annotated[Channel, typer.Option("--channel", help="By which channel.")]
Skus = Annotated[list[str] | None, typer.Option("--product", help="Show these instead.")]


@app.command()
def preview(
    template: TemplateName,
    customer: Annotated[int, typer.Option(help="The customer's number.")],
    *,
    channel: ByChannel = "email",
    language: InLanguage = None,
    product: Skus = None,
    html: Annotated[Path | None, typer.Option(help="Write the HTML part to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Shows the letter, or the post in Telegram, as this customer would get it now. Nothing is queued or sent."""
    settings = Settings()
    draft = Draft(template, language, customer, product or [])
    if channel == "telegram":
        if html is not None:
            refuse("--html is for e-mail: a post in Telegram has no HTML part.")
        _show_post(composed_post(settings, draft), as_json=as_json)
        return
    composed = composed_letter(settings, draft)
    letter = composed.letter
    if html is not None:
        html.write_text(letter.html, encoding="utf-8")
    if as_json:
        print_json({"subject": letter.subject, "text": letter.text, "html": letter.html, "links": composed.links})
        return
    console.print(f"Subject: {letter.subject}", markup=False, highlight=False, style="bold")
    typer.echo(letter.text)


@app.command("send-test")
def send_test(
    template: TemplateName,
    to: Annotated[str, typer.Option(help="An e-mail address, or the number of a chat with the bot.")],
    *,
    channel: ByChannel = "email",
    language: InLanguage = None,
    product: Skus = None,
) -> None:
    """Sends it to one address or chat, at once and past the outbox. Its links say kindly that they lead nowhere."""
    settings = Settings()
    draft = Draft(template, language, None, product or [])
    if channel == "telegram":
        _send_post(settings, composed_post(settings, draft, chat=to))
        return
    composed = composed_letter(settings, draft)
    message_id = f"<test-{secrets.token_hex(8)}@{urlsplit(settings.public_url).hostname}>"
    try:
        mail = make_mail(
            composed.letter, sender=settings.mail_from, recipient=to, message_id=message_id, date=utc_now()
        )
        sender = EmailSender(Relay.from_url(settings.smtp_url.get_secret_value()))
    except (MessagingError, ValueError) as error:
        refuse(str(error))

    asyncio.run(_sent(sender, mail))
    console.print(f"Sent to {to} as {message_id}", markup=False, highlight=False)


def _show_post(post: BotPost, *, as_json: bool) -> None:
    picture = post.picture.name if post.picture else None
    if as_json:
        print_json({"text": post.text, "keys": [list(key) for key in post.keys], "picture": picture})
        return
    console.print(f"Picture: {picture or '–'}", markup=False, highlight=False, style="bold")
    typer.echo(post.text)
    for title, url in post.keys:
        typer.echo(f"[{title}] {url}")


def _send_post(settings: Settings, post: BotPost) -> None:
    """In a chat that has a conversation the post stands there, too, as any other: who answers it is understood."""
    if not settings.telegram_token.get_secret_value():
        refuse("RAPPORT_TELEGRAM_TOKEN is empty: there is no bot that could send.")
    if not post.recipient.lstrip("-").isdecimal():
        refuse(f"--to {post.recipient} is no number of a chat.")
    database = Database(settings.database_url)

    async def run() -> None:
        try:
            await _sent(TelegramSender(settings, database, utc_now), post)
        finally:
            await database.close()

    asyncio.run(run())
    console.print(f"Sent to chat {post.recipient}", markup=False, highlight=False)


async def _sent(sender: Sender[Any], mail: object) -> None:
    outcome = await sender.send(mail)
    await sender.close()
    if outcome.kind != "sent":
        refuse(f"Not sent ({outcome.kind}): {outcome.code or ''} {outcome.text}", code=FINDING)
