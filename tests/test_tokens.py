"""A token opens what it was issued for and nothing else."""

from __future__ import annotations

import pytest

from rapport.tokens import InvalidTokenError, sign, sign_for_a_while, verify, verify_within

KEY = "a key"


def test_a_token_carries_its_value() -> None:
    assert verify(sign({"id": 7}, key=KEY, purpose="click"), key=KEY, purpose="click") == {"id": 7}


@pytest.mark.parametrize(
    ("key", "purpose", "token"),
    [
        ("another", "click", sign(7, key=KEY, purpose="click")),
        (KEY, "unsubscribe", sign(7, key=KEY, purpose="click")),
        (KEY, "click", sign(7, key=KEY, purpose="click")[:-1] + "x"),
        (KEY, "click", ""),
        (KEY, "click", "\x00é.…"),
    ],
)
def test_another_key_purpose_or_letter_is_refused(key: str, purpose: str, token: str) -> None:
    with pytest.raises(InvalidTokenError):
        verify(token, key=key, purpose=purpose)


def test_a_token_for_a_while_expires() -> None:
    token = sign_for_a_while(7, key=KEY, purpose="ticket")
    assert verify_within(token, key=KEY, purpose="ticket", seconds=60) == 7
    with pytest.raises(InvalidTokenError):
        verify_within(token, key=KEY, purpose="ticket", seconds=-1)
