"""marks of what the service said, and what a list of every conversation is found by

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STANDS = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_address_last_in", "address", ["last_in_at", "id", "kind", "language"])
    op.add_column("inbox", sa.Column("because", sa.LargeBinary(), nullable=True))
    op.add_column("inbox", sa.Column("bundle_id", sa.Integer(), nullable=True))
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=24), nullable=False),
        sa.Column("inbox_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("texts", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("said_level", sa.String(length=8), nullable=False),
        sa.Column("said_because", sa.LargeBinary(), nullable=False),
        sa.Column("said_bundle", sa.Integer(), nullable=True),
        sa.Column("says", sa.String(length=12), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("why", sa.String(length=24), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_review_address_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_review_case_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name=op.f("fk_review_ended_by")),
        sa.ForeignKeyConstraint(["handled_by"], ["staff.id"], name=op.f("fk_review_handled_by")),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_review_inbox_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_review_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    for column in ("address_id", "case_id", "inbox_id", "staff_id", "subject"):
        op.create_index(op.f(f"ix_review_{column}"), "review", [column])
    op.create_index(
        "uq_review_standing", "review", ["subject"], unique=True, sqlite_where=STANDS, postgresql_where=STANDS
    )


def downgrade() -> None:
    op.drop_table("review")
    op.drop_column("inbox", "bundle_id")
    op.drop_column("inbox", "because")
    op.drop_index("ix_address_last_in", "address")
