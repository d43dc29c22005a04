"""Addresses that lead somewhere on a customer's own device."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_public(url: str) -> bool:
    """Whether somebody else's device may open it: http or https, and a host with a name."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme in ("http", "https") and "." in host and not host.replace(".", "").isdecimal()
