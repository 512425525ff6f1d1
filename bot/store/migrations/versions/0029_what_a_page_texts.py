"""what somebody at a page asked to be texted: codes to carry on elsewhere, and what was found

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "phone_ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("phone_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.Integer(), nullable=True),
        sa.Column("ask", sa.String(64), nullable=False),
        sa.Column("code", sa.String(64), nullable=True),
        sa.Column("at", AT, nullable=False),
        sa.Column("expires_at", AT, nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("used_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["phone_id"], ["address.id"], name=op.f("fk_phone_ask_phone_id")),
        sa.ForeignKeyConstraint(["chat_id"], ["address.id"], name=op.f("fk_phone_ask_chat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_ask")),
        sa.UniqueConstraint("ask", name=op.f("uq_phone_ask_ask")),
    )
    for column in ("phone_id", "chat_id", "at"):
        op.create_index(op.f(f"ix_phone_ask_{column}"), "phone_ask", [column])


def downgrade() -> None:
    op.drop_table("phone_ask")
