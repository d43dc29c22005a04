"""The peer, `URL TOKEN`: python-telegram-bot's echo bot, as bare as its documentation has it."""

from __future__ import annotations

import sys

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """The very words that were written."""
    if update.message:
        await update.message.reply_text(f"You said: {update.message.text}")


def main() -> None:
    """Until it is stopped."""
    url, token = sys.argv[1:]
    application = Application.builder().token(token).base_url(f"{url}/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling(timeout=20, allowed_updates=[Update.MESSAGE])


if __name__ == "__main__":
    main()
