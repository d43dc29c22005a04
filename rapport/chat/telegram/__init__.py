"""Telegram's end of a conversation: what comes in. What goes out is `rapport.messaging.telegram`."""
