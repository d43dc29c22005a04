"""The customer's side of a conversation in Telegram."""
