"""who was erased, by keyed fingerprints alone; legal holds; when a worker last gave the password again

Revision ID: 0024
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "erased",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erased")),
        sa.UniqueConstraint("kind", "fingerprint", name=op.f("uq_erased_kind")),
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("put_at", AT, nullable=False),
        sa.Column("put_by", sa.Integer(), nullable=True),
        sa.Column("lifted_at", AT, nullable=True),
        sa.Column("lifted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_legal_hold_person_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_legal_hold_case_id")),
        sa.ForeignKeyConstraint(["put_by"], ["staff.id"], name=op.f("fk_legal_hold_put_by")),
        sa.ForeignKeyConstraint(["lifted_by"], ["staff.id"], name=op.f("fk_legal_hold_lifted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_person_id"), "legal_hold", ["person_id"])
    op.create_index(op.f("ix_legal_hold_case_id"), "legal_hold", ["case_id"])
    op.add_column("staff_session", sa.Column("confirmed_at", AT, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("staff_session") as batch:
        batch.drop_column("confirmed_at")
    op.drop_table("legal_hold")
    op.drop_table("erased")
