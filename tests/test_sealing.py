"""What is sealed opens with its key and for its purpose, and not otherwise."""

from __future__ import annotations

import pytest

from rapport.sealing import BrokenSealError, seal, unseal


def test_what_is_sealed_opens_again_and_shows_nothing() -> None:
    sealed = seal("JBSWY3DP 密钥", key="k", purpose="totp:1")
    assert unseal(sealed, key="k", purpose="totp:1") == "JBSWY3DP 密钥"
    assert sealed != seal("JBSWY3DP 密钥", key="k", purpose="totp:1")
    assert "JBSWY3DP" not in sealed


@pytest.mark.parametrize(("key", "purpose"), [("other", "totp:1"), ("k", "totp:2")])
def test_another_key_or_row_opens_nothing(key: str, purpose: str) -> None:
    sealed = seal("secret", key="k", purpose="totp:1")
    with pytest.raises(BrokenSealError):
        unseal(sealed, key=key, purpose=purpose)


@pytest.mark.parametrize("broken", ["", "x", "é", "AAAA", "A" * 60])
def test_what_is_no_seal_is_refused(broken: str) -> None:
    with pytest.raises(BrokenSealError):
        unseal(broken, key="k", purpose="totp:1")
