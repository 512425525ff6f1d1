"""indexes of the desk's long lists: closed cases, the ledger, silences that wait

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

WAITS = sa.text("listed AND seen_by IS NULL")
WAITS_IN_SQLITE = sa.text("listed = 1 AND seen_by IS NULL")
WAS_SEEN = sa.text("seen_at IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_cases_closed", "cases", ["state", "closed_at", "id"])
    op.create_index("ix_touch_decided", "touch", ["decided_at", "id"])
    op.create_index(
        "ix_touch_waits", "touch", ["decided_at"], sqlite_where=WAITS_IN_SQLITE, postgresql_where=WAITS
    )  # fmt: skip
    op.create_index("ix_touch_seen", "touch", ["seen_at"], sqlite_where=WAS_SEEN, postgresql_where=WAS_SEEN)


def downgrade() -> None:
    for name, table in (("waits", "touch"), ("seen", "touch"), ("decided", "touch"), ("closed", "cases")):
        op.drop_index(f"ix_{table}_{name}", table)
