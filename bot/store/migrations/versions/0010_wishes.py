"""how families asked to be texted: a break until a date, fewer texts

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("address", sa.Column("paused_until", sa.Date(), nullable=True))
    op.add_column("address", sa.Column("every_days", sa.Integer(), nullable=True))
    op.create_table(
        "wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("wish", sa.String(8), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("every_days", sa.Integer(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_wish_address_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
    )
    op.create_index(op.f("ix_wish_address_id"), "wish", ["address_id"])


def downgrade() -> None:
    op.drop_table("wish")
    op.drop_column("address", "every_days")
    op.drop_column("address", "paused_until")
