"""The customer's side of a conversation on a page: what is said, files, and the stream of what happens."""
