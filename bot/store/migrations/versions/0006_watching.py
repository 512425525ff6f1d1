"""what operators' metrics are counted from, so that no scrape reads a whole table

Revision ID: 0006
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

NOT_DONE = sa.text("state <> 'done'")
HAS_CODE = sa.text("error_code IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_receipt_at", "receipt", ["at"])
    op.create_index("ix_inbox_open", "inbox", ["state"], sqlite_where=NOT_DONE, postgresql_where=NOT_DONE)
    op.create_index("ix_outbox_code", "outbox", ["claimed_at"], sqlite_where=HAS_CODE, postgresql_where=HAS_CODE)


def downgrade() -> None:
    op.drop_index("ix_outbox_code", "outbox")
    op.drop_index("ix_inbox_open", "inbox")
    op.drop_index("ix_receipt_at", "receipt")
