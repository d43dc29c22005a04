"""Events are found by their conversation.

Revision: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Most events have no conversation: of those the index knows nothing.
HAS_ONE = sa.text("conversation_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_events_conversation_id", "events", ["conversation_id"], sqlite_where=HAS_ONE, postgresql_where=HAS_ONE
    )


def downgrade() -> None:
    op.drop_index("ix_events_conversation_id", table_name="events")
