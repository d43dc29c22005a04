"""Telegram: chats, taken updates, the bot's pace, buttons by reference, messages by theirs.

Revision: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CHAT, CONVERSATION = "telegram_chats.chat_id", "conversations.id"


def upgrade() -> None:
    op.create_table(
        "telegram_chats",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sent_seq", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.Double(), nullable=False),
        sa.Column("held_by", sa.String(length=64), nullable=True),
        sa.Column("held_until", sa.Double(), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('private', 'group')", name=op.f("ck_telegram_chats_kind")),
        _foreign("telegram_chats", "conversation_id", CONVERSATION),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_telegram_chats")),
        sa.UniqueConstraint("conversation_id", name=op.f("uq_telegram_chats_conversation_id")),
    )
    op.create_table(
        "telegram_updates",
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("update_id", name=op.f("pk_telegram_updates")),
    )
    op.create_index("ix_telegram_updates_at", "telegram_updates", ["at"])
    op.create_table(
        "telegram_pace",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telegram_pace")),
    )
    op.create_table(
        "telegram_buttons",
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        _foreign("telegram_buttons", "chat_id", CHAT),
        _foreign("telegram_buttons", "conversation_id", CONVERSATION),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_telegram_buttons")),
    )
    op.create_index("ix_telegram_buttons_chat_id", "telegram_buttons", ["chat_id"])
    op.create_index("ix_telegram_buttons_conversation_id", "telegram_buttons", ["conversation_id"])
    op.create_table(
        "telegram_messages",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        _foreign("telegram_messages", "chat_id", CHAT),
        _foreign("telegram_messages", "conversation_id", CONVERSATION),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name=op.f("pk_telegram_messages")),
    )
    op.create_index("ix_telegram_messages_conversation_id", "telegram_messages", ["conversation_id", "seq"])


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [target], name=op.f(name), ondelete="CASCADE")


def downgrade() -> None:
    for table in ("telegram_messages", "telegram_buttons", "telegram_pace", "telegram_updates", "telegram_chats"):
        op.drop_table(table)
