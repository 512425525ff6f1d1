"""the steps of a referral's pathway

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pathway_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.String(40), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(24), nullable=True),
        sa.Column("team", sa.String(80), nullable=True),
        sa.Column("offer", sa.String(24), nullable=True),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.Column("next_step", sa.String(16), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_pathway_step_case_id")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_pathway_step_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pathway_step")),
        sa.UniqueConstraint("form_id", name=op.f("uq_pathway_step_form_id")),
    )
    op.create_index(op.f("ix_pathway_step_case_id"), "pathway_step", ["case_id"])
    op.create_index(op.f("ix_pathway_step_next_on"), "pathway_step", ["next_on"])


def downgrade() -> None:
    op.drop_table("pathway_step")
