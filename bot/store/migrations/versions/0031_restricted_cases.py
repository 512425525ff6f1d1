"""cases that are open to named people alone

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
STANDS = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "restriction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("put_by", sa.Integer(), nullable=False),
        sa.Column("put_at", AT, nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_restriction_case_id")),
        sa.ForeignKeyConstraint(["put_by"], ["staff.id"], name=op.f("fk_restriction_put_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name=op.f("fk_restriction_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction")),
    )
    op.create_index(op.f("ix_restriction_case_id"), "restriction", ["case_id"])
    _one("uq_restriction_standing", "restriction", ["case_id"])
    op.create_table(
        "restriction_named",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("restriction_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("glass", sa.LargeBinary(), nullable=True),
        sa.Column("seen_by", sa.Integer(), nullable=True),
        sa.Column("seen_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["restriction_id"], ["restriction.id"], name=op.f("fk_restriction_named_restriction_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_restriction_named_staff_id")),
        sa.ForeignKeyConstraint(["seen_by"], ["staff.id"], name=op.f("fk_restriction_named_seen_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction_named")),
    )
    for column in ("restriction_id", "staff_id"):
        op.create_index(op.f(f"ix_restriction_named_{column}"), "restriction_named", [column])
    _one("uq_restriction_named_standing", "restriction_named", ["restriction_id", "staff_id"])


def downgrade() -> None:
    op.drop_table("restriction_named")
    op.drop_table("restriction")


def _one(name: str, table: str, columns: list[str]) -> None:
    """One that stands at a time."""
    op.create_index(name, table, columns, unique=True, sqlite_where=STANDS, postgresql_where=STANDS)
