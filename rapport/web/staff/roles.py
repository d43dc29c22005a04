"""Who may do what: one table of roles. Whether a conversation is hers to act on, `chat.changes` asks."""

from __future__ import annotations

from typing import Literal, get_args

from rapport.store.agents import Role

Permission = Literal[
    "account.change",
    "audit.read",
    "canned_replies.change",
    "conversations.answer",
    "conversations.read",
    "customers.read",
    "figures.read",
    "review.decide",
    "studio.change",
]
ALL: frozenset[Permission] = frozenset(get_args(Permission))
# A viewer sees figures and no person; a marketer reads what customers say, and says nothing herself.
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    "admin": ALL,
    "agent": frozenset(
        {
            "account.change",
            "canned_replies.change",
            "conversations.answer",
            "conversations.read",
            "customers.read",
            "review.decide",
        }
    ),
    "marketer": frozenset(
        {
            "account.change",
            "canned_replies.change",
            "conversations.read",
            "customers.read",
            "figures.read",
            "review.decide",
            "studio.change",
        }
    ),
    "viewer": frozenset({"account.change", "figures.read"}),
}
# A program answers like an agent and counts like a marketer; it has no account, and the audit is not its business.
OF_A_KEY: frozenset[Permission] = frozenset(
    {
        "canned_replies.change",
        "conversations.answer",
        "conversations.read",
        "customers.read",
        "figures.read",
        "review.decide",
    }
)
