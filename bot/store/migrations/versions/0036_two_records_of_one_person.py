"""two records of one person, made one and taken apart again

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
STANDS = sa.text("undone_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "person_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.String(60), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("away_id", sa.Integer(), nullable=False),
        sa.Column("with_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", AT, nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["kept_id"], ["person.id"], name=op.f("fk_person_merge_kept_id")),
        sa.ForeignKeyConstraint(["away_id"], ["person.id"], name=op.f("fk_person_merge_away_id")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_person_merge_by_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["staff.id"], name=op.f("fk_person_merge_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
        sa.UniqueConstraint("form_id", name=op.f("uq_person_merge_form_id")),
    )
    for column in ("kept_id", "away_id"):
        op.create_index(op.f(f"ix_person_merge_{column}"), "person_merge", [column])
    op.create_index(
        "uq_person_merge_standing", "person_merge", ["away_id"], unique=True, sqlite_where=STANDS,
        postgresql_where=STANDS,
    )  # fmt: skip
    op.create_table(
        "person_merge_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(8), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(48), nullable=True),
        sa.Column("was", sa.LargeBinary(), nullable=True),
        sa.Column("now", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["merge_id"], ["person_merge.id"], name=op.f("fk_person_merge_change_merge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge_change")),
    )
    op.create_index(op.f("ix_person_merge_change_merge_id"), "person_merge_change", ["merge_id"])


def downgrade() -> None:
    op.drop_table("person_merge_change")
    op.drop_table("person_merge")
