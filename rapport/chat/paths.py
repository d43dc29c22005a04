"""Addresses that stay in the shop."""

from __future__ import annotations


def is_path(address: str) -> bool:
    """True for a path of the shop's own host: never javascript:, never another host."""
    return address.startswith("/") and not address.startswith(("//", "/\\"))
