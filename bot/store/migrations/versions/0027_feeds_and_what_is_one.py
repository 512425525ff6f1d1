"""each import with its report, which entries are one and the same, and what families say is wrong with an entry

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "feed_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("fault", sa.String(500), nullable=True),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_run")),
    )
    op.create_index("ix_feed_run_source", "feed_run", ["source", "id"])
    op.create_table(
        "same_entry",
        sa.Column("service_id", sa.String(80), nullable=False),
        sa.Column("other_id", sa.String(80), nullable=False),
        sa.Column("ruling", sa.String(8), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_same_entry_service_id")),
        sa.ForeignKeyConstraint(["other_id"], ["service.id"], name=op.f("fk_same_entry_other_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_same_entry_staff_id")),
        sa.PrimaryKeyConstraint("service_id", "other_id", name=op.f("pk_same_entry")),
    )
    op.create_index(op.f("ix_same_entry_other_id"), "same_entry", ["other_id"])
    op.create_table(
        "entry_wrong",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.String(80), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("settled_at", AT, nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_entry_wrong_service_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["staff.id"], name=op.f("fk_entry_wrong_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_wrong")),
    )
    op.create_index(op.f("ix_entry_wrong_service_id"), "entry_wrong", ["service_id"])
    op.create_index(op.f("ix_entry_wrong_settled_at"), "entry_wrong", ["settled_at"])


def downgrade() -> None:
    op.drop_table("entry_wrong")
    op.drop_table("same_entry")
    op.drop_table("feed_run")
