"""the team among themselves: offers of a case, calls to make, absences, who has a case open

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("ended_as", sa.String(12), nullable=True),
        _to("handover", "case_id", "cases"),
        _to("handover", "from_id", "staff"),
        _to("handover", "to_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(op.f("ix_handover_case_id"), "handover", ["case_id"])
    op.create_index(op.f("ix_handover_to_id"), "handover", ["to_id"])
    stands = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_handover_standing", "handover", ["case_id"], unique=True, sqlite_where=stands, postgresql_where=stands
    )
    op.create_table(
        "call_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("due_at", AT, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("done_at", AT, nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("done_as", sa.String(12), nullable=True),
        _to("call_back", "case_id", "cases"),
        _to("call_back", "made_by", "staff"),
        _to("call_back", "done_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back")),
    )
    op.create_index(op.f("ix_call_back_case_id"), "call_back", ["case_id"])
    op.create_index(op.f("ix_call_back_due_at"), "call_back", ["due_at"])
    to_do = sa.text("done_at IS NULL")
    op.create_index(
        "uq_call_back_to_do", "call_back", ["case_id"], unique=True, sqlite_where=to_do, postgresql_where=to_do
    )
    op.create_table(
        "staff_absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("told_by", sa.Integer(), nullable=False),
        sa.Column("told_at", AT, nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        _to("staff_absence", "staff_id", "staff"),
        _to("staff_absence", "told_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_absence")),
    )
    op.create_index(op.f("ix_staff_absence_staff_id"), "staff_absence", ["staff_id"])
    op.create_table(
        "case_viewer",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", AT, nullable=False),
        _to("case_viewer", "case_id", "cases"),
        _to("case_viewer", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("case_id", "staff_id", name=op.f("pk_case_viewer")),
    )


def downgrade() -> None:
    for table in ("case_viewer", "staff_absence", "call_back", "handover"):
        op.drop_table(table)
