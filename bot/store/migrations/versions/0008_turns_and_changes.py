"""whose turn it is among those that are due, texts that say two touches, and what holds or ended a family's plan

Revision ID: 0008
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0005"
branch_labels = None
depends_on = None

IS_JOINED = sa.text("joined_id IS NOT NULL")
STANDS = sa.text("lifted_at IS NULL")


def upgrade() -> None:
    op.add_column("enrolment", sa.Column("next_priority", sa.Integer(), nullable=True))
    op.add_column("enrolment", sa.Column("next_due_on", sa.Date(), nullable=True))
    op.add_column("enrolment", sa.Column("ended_for", sa.String(length=24), nullable=True))
    # No foreign key: SQLite cannot add one to a table that stands, and rows are never removed.
    op.add_column("touch", sa.Column("joined_id", sa.Integer(), nullable=True))
    op.create_index("ix_touch_joined_id", "touch", ["joined_id"], sqlite_where=IS_JOINED, postgresql_where=IS_JOINED)
    op.add_column("person", sa.Column("deferred", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hold_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(
        "ix_hold_person_kind", "hold", ["person_id", "kind"], unique=True, sqlite_where=STANDS, postgresql_where=STANDS
    )
    op.create_table(
        "sending_hour",
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("starts_at", name=op.f("pk_sending_hour")),
    )


def downgrade() -> None:
    op.drop_table("sending_hour")
    op.drop_index("ix_hold_person_kind", "hold")
    op.drop_table("hold")
    op.drop_column("person", "deferred")
    op.drop_index("ix_touch_joined_id", "touch")
    op.drop_column("touch", "joined_id")
    op.drop_column("enrolment", "ended_for")
    op.drop_column("enrolment", "next_due_on")
    op.drop_column("enrolment", "next_priority")
