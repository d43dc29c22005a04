from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rapport.chat.inbox import Inbox
from rapport.store.conversations import Utterance

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def said(*numbers: int) -> list[Utterance]:
    return [Utterance(number, "assistant", str(number), NOW) for number in numbers]


@pytest.fixture
def inbox() -> Inbox:
    """One whose stream has read everything up to number 4."""
    inbox = Inbox()
    inbox.take(after=0)
    return inbox


async def test_at_first_everything_is_to_be_read() -> None:
    assert Inbox().take(after=0) is None


async def test_what_is_handed_over_need_not_be_read(inbox: Inbox) -> None:
    inbox.wake(said(5))
    inbox.wake(said(6, 7))
    assert inbox.take(after=4) == said(5, 6, 7)
    assert inbox.take(after=7) == []


async def test_what_was_shown_is_not_shown_again(inbox: Inbox) -> None:
    inbox.wake(said(4, 5))
    assert inbox.take(after=4) == said(5)


@pytest.mark.parametrize("numbers", [(6,), (6, 5), (5, 7)])
async def test_a_gap_is_read(inbox: Inbox, numbers: tuple[int, ...]) -> None:
    inbox.wake(said(*numbers))
    assert inbox.take(after=4) is None
    assert inbox.take(after=7) == []


async def test_a_change_made_elsewhere_is_read(inbox: Inbox) -> None:
    inbox.wake(said(5))
    inbox.wake(None)
    assert inbox.take(after=4) is None


async def test_typing_is_no_reason_to_read(inbox: Inbox) -> None:
    inbox.wake(())
    assert await inbox.wait(9) is True
    assert inbox.take(after=4) == []


async def test_waiting_in_vain_is_no_reason_to_read(inbox: Inbox) -> None:
    assert await inbox.wait(0.001) is False
    assert inbox.take(after=4) == []
