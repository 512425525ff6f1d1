"""what came beside a message's words, and what the provider's own keyword handling does

Revision ID: 0005
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("media", sa.String(length=400), nullable=True))
    op.create_table(
        "carrier_account",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("learnt_by", sa.String(length=16), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_carrier_account")),
    )
    op.create_table(
        "carrier_block",
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_carrier_block_address_id")),
        sa.PrimaryKeyConstraint("address_id", name=op.f("pk_carrier_block")),
    )


def downgrade() -> None:
    op.drop_table("carrier_block")
    op.drop_table("carrier_account")
    op.drop_column("inbox", "media")
