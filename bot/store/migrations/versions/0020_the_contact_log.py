"""the contact log, with the days on which each contact is looked at again

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "contact_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(8), nullable=False),
        sa.Column("form_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("organisation", sa.LargeBinary(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("next_step", sa.LargeBinary(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_log_person_id")),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_contact_log_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_log")),
        sa.UniqueConstraint("ref", name=op.f("uq_contact_log_ref")),
        sa.UniqueConstraint("form_id", name=op.f("uq_contact_log_form_id")),
    )
    op.create_index(op.f("ix_contact_log_on"), "contact_log", ["on"])
    op.create_index(op.f("ix_contact_log_person_id"), "contact_log", ["person_id"])
    op.create_table(
        "contact_review",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", AT, nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact_log.id"], name=op.f("fk_contact_review_contact_id")),
        sa.ForeignKeyConstraint(["done_by"], ["staff.id"], name=op.f("fk_contact_review_done_by")),
        sa.PrimaryKeyConstraint("contact_id", "due_on", name=op.f("pk_contact_review")),
    )
    op.create_index("ix_contact_review_due", "contact_review", ["done_at", "due_on"])


def downgrade() -> None:
    op.drop_table("contact_review")
    op.drop_table("contact_log")
