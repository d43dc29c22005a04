"""Each channel of the outbox is worked off by itself.

Revision: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OF_MESSAGE = (
    "UPDATE deliveries SET channel = (SELECT channel FROM messages WHERE messages.id = deliveries.message_id)"
)


def upgrade() -> None:
    op.drop_index("ix_deliveries_due", table_name="deliveries")
    with op.batch_alter_table("deliveries") as table:
        table.add_column(sa.Column("channel", sa.String(16), nullable=True))
    op.execute(OF_MESSAGE)
    with op.batch_alter_table("deliveries") as table:
        table.alter_column("channel", existing_type=sa.String(16), nullable=False)
    op.create_index("ix_deliveries_due", "deliveries", ["channel", "state", "due_at"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_due", table_name="deliveries")
    with op.batch_alter_table("deliveries") as table:
        table.drop_column("channel")
    op.create_index("ix_deliveries_due", "deliveries", ["state", "due_at"])
