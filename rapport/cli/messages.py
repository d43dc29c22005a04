"""`rapport preview` and `rapport send-test`: what a customer would get, on the screen or in a mailbox."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from rapport.cli.output import FINDING, AsJson, console, print_json, refuse
from rapport.clock import utc_now
from rapport.messaging.compose import Composed, Composer, products_wanted
from rapport.messaging.errors import MessagingError
from rapport.messaging.mime import make_mail
from rapport.messaging.senders.email import EmailSender, Relay
from rapport.messaging.templates import TemplateFolder
from rapport.settings import Language, Settings
from rapport.store.customers import Customer
from rapport.store.database import Database
from rapport.store.messages import Message
from rapport.store.products import active_products, products_by_sku

SHOWN_PRODUCTS = 3
app = typer.Typer(help="What customers would get.")
TemplateName = Annotated[str, typer.Argument(metavar="TEMPLATE", help="A folder in RULES_DIR/templates.")]
InLanguage = Annotated[Language | None, typer.Option(help="Instead of the customer's own language.")]
Skus = Annotated[list[str] | None, typer.Option("--product", help="Show these instead.")]


@app.command()
def preview(
    template: TemplateName,
    customer: Annotated[int, typer.Option(help="The customer's number.")],
    *,
    language: InLanguage = None,
    product: Skus = None,
    html: Annotated[Path | None, typer.Option(help="Write the HTML part to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Shows the letter as this customer would get it now. Nothing is queued or sent."""
    settings = Settings()
    composed = _composed(settings, template, language, customer=customer, products=product or [])
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
    to: Annotated[str, typer.Option(help="Where to send it.")],
    *,
    language: InLanguage = None,
    product: Skus = None,
) -> None:
    """Sends the letter to one address, at once and past the outbox. Its links say kindly that they lead nowhere."""
    settings = Settings()
    composed = _composed(settings, template, language, customer=None, products=product or [])
    message_id = f"<test-{secrets.token_hex(8)}@{urlsplit(settings.public_url).hostname}>"
    try:
        mail = make_mail(
            composed.letter, sender=settings.mail_from, recipient=to, message_id=message_id, date=utc_now()
        )
        sender = EmailSender(Relay.from_url(settings.smtp_url.get_secret_value()))
    except (MessagingError, ValueError) as error:
        refuse(str(error))

    async def run() -> None:
        outcome = await sender.send(mail)
        await sender.close()
        if outcome.kind != "sent":
            refuse(f"Not sent ({outcome.kind}): {outcome.code or ''} {outcome.text}", code=FINDING)

    asyncio.run(run())
    console.print(f"Sent to {to} as {message_id}", markup=False, highlight=False)


def _composed(
    settings: Settings, template: str, language: Language | None, *, customer: int | None, products: list[str]
) -> Composed:
    try:
        return asyncio.run(_compose(settings, template, language, customer=customer, products=products))
    except (MessagingError, LookupError) as error:
        refuse(str(error))


async def _compose(
    settings: Settings, template: str, language: Language | None, *, customer: int | None, products: list[str]
) -> Composed:
    database = Database(settings.database_url)
    try:
        async with database.reading() as session:
            reader = Customer(name="") if customer is None else await session.get(Customer, customer)
            if reader is None:
                raise LookupError(f"There is no customer {customer}.")
            on_sale = [found.sku for found in await active_products(session) if found.stock > 0]
            message = Message(
                template=template,
                language=language or reader.language or settings.default_language,
                purpose="recommendations",
                channel="email",
                variant="default",
                context={
                    "products": products or on_sale[:SHOWN_PRODUCTS],
                    "confirm": {"channel": "email", "purpose": "recommendations"},
                },
                queued_at=utc_now(),
            )
            composer = Composer(TemplateFolder(settings.rules_dir / "templates"), settings, key=settings.key())
            shown = await products_by_sku(session, products_wanted(message))
            return composer.compose(message, reader, shown)
    finally:
        await database.close()
