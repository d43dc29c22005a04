"""An index for what staff look at: the few conversations that are not with the assistant.

Revision: 0009
Revises: 0008
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_conversations_shelf", "conversations", ["responder", "closed_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_conversations_shelf", table_name="conversations")
