"""Secrets kept in the database so that the database alone does not tell them: AES-256-GCM under a derived key."""

from __future__ import annotations

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12


class BrokenSealError(Exception):
    """This was not sealed by us, for this purpose, with this key."""


def seal(text: str, *, key: str, purpose: str) -> str:
    """The text sealed, URL-safe. `purpose` says what it is and whose: moved to another row, it does not open."""
    nonce = secrets.token_bytes(NONCE)
    sealed = AESGCM(_derived(key)).encrypt(nonce, text.encode(), purpose.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(sealed: str, *, key: str, purpose: str) -> str:
    """The text of `seal`. Raises BrokenSealError."""
    try:
        raw = base64.urlsafe_b64decode(sealed.encode())
        return AESGCM(_derived(key)).decrypt(raw[:NONCE], raw[NONCE:], purpose.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise BrokenSealError(BrokenSealError.__doc__) from error


def _derived(key: str) -> bytes:
    # RFC 5869; the key itself is random and long, so that no salt is needed.
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"rapport sealing").derive(key.encode())
