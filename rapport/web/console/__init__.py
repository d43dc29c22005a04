"""The pages staff work in: the desk, the board, review."""
