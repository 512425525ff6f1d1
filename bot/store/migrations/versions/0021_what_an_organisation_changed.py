"""what an organisation's change was made of, and its other words; that staff took an entry off is a yes or no; how
often families did not get through stands beside the entry, where no pruning of the audit takes it away

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("proposal") as batch:
        batch.add_column(sa.Column("before", sa.Text(), nullable=True))
        batch.add_column(sa.Column("words", sa.LargeBinary(), nullable=True))
    # What waits was written over the entry as it stands, as near as anybody can tell now.
    op.execute("UPDATE proposal SET before = (SELECT document FROM service WHERE service.id = proposal.service_id)")
    with op.batch_alter_table("proposal") as batch:
        batch.alter_column("before", existing_type=sa.Text(), nullable=False)
    with op.batch_alter_table("entry") as batch:
        batch.alter_column("taken_off", new_column_name="merged_into", existing_type=sa.String(80))
    op.add_column("entry", sa.Column("taken_off", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(sa.text("UPDATE entry SET taken_off = :yes WHERE merged_into IS NOT NULL").bindparams(yes=True))
    with op.batch_alter_table("entry") as batch:
        batch.drop_column("merged_into")
    op.add_column("entry", sa.Column("not_reached_times", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("entry", sa.Column("not_reached_at", sa.DateTime(timezone=True), nullable=True))
    _count_not_reached()


def _count_not_reached() -> None:
    """Since somebody last looked at the entry, as the desk counted them until now."""
    bind, audit = op.get_bind(), sa.table("audit", sa.column("action"), sa.column("target"), sa.column("at"))
    change = sa.table("entry_change", sa.column("service_id"), sa.column("how"), sa.column("at"))
    looked = (
        sa.select(sa.func.max(change.c.at))
        .where(change.c.service_id == audit.c.target)
        .where(change.c.how.in_(["checked", "confirmed", "edited", "provider", "approved"]))
        .scalar_subquery()
    )
    told = (
        sa.select(audit.c.target, sa.func.count(), sa.func.max(audit.c.at))
        .where(audit.c.action == "directory.flagged", sa.or_(looked.is_(None), audit.c.at > looked))
        .where(audit.c.target.in_(sa.select(sa.table("service", sa.column("id")).c.id)))
        .group_by(audit.c.target)
    )
    known = {of for (of,) in bind.execute(sa.select(sa.table("entry", sa.column("service_id")).c.service_id))}
    entry = sa.table("entry", *map(sa.column, ("service_id", "not_reached_times", "not_reached_at", "taken_off")))
    for of, times, last_at in bind.execute(told).all():
        values = {"not_reached_times": times, "not_reached_at": last_at}
        if of in known:
            bind.execute(sa.update(entry).where(entry.c.service_id == of).values(values))
        else:
            bind.execute(sa.insert(entry).values(service_id=of, taken_off=False, **values))


def downgrade() -> None:
    op.drop_column("entry", "not_reached_at")
    op.drop_column("entry", "not_reached_times")
    op.add_column("entry", sa.Column("merged_into", sa.String(80), nullable=True))
    op.execute(sa.text("UPDATE entry SET merged_into = '' WHERE taken_off = :yes").bindparams(yes=True))
    with op.batch_alter_table("entry") as batch:
        batch.drop_column("taken_off")
    with op.batch_alter_table("entry") as batch:
        batch.alter_column("merged_into", new_column_name="taken_off", existing_type=sa.String(80))
    with op.batch_alter_table("proposal") as batch:
        batch.drop_column("words")
        batch.drop_column("before")
