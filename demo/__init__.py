"""The demo shop: its catalogue, its simulated past, and its mail server. Nothing imports it."""
