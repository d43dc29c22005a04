"""What a conversation's messages are in Telegram: formatted text, keys, pictures, and the calls that carry them."""
