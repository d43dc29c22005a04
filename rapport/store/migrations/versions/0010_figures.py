"""What the figures count is found by its day.

Revision: 0010
Revises: 0009
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_conversations_opened_at", "conversations", ["opened_at"])
    op.create_index("ix_handoffs_requested_at", "handoffs", ["requested_at"])


def downgrade() -> None:
    op.drop_index("ix_handoffs_requested_at", table_name="handoffs")
    op.drop_index("ix_conversations_opened_at", table_name="conversations")
