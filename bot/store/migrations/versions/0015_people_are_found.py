"""what a person is found by: a keyed fingerprint of the postcode, and when their row last changed

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

from bot.store.columns import keyring_of
from bot.store.sealed import SealError

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("postcode_print", sa.String(64), nullable=True))
    op.add_column("person", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_person_postcode_print", "person", ["postcode_print"])
    op.create_index("ix_person_changed_at", "person", ["changed_at"])
    _find_those_who_stand()


def _find_those_who_stand() -> None:
    """Whoever is here already is found like those who come; a postcode whose key is lost is found by nobody."""
    connection = op.get_bind()
    keys = keyring_of(connection.dialect)
    person = sa.table("person", sa.column("id"), sa.column("postcode"), sa.column("postcode_print"))
    prints = []
    for person_id, sealed in connection.execute(sa.select(person.c.id, person.c.postcode)):
        if sealed is None:
            continue
        try:
            postcode = keys.unseal("person.postcode", bytes(sealed))
        except SealError:
            continue
        letters = "".join(c for c in postcode.upper() if c.isalnum())
        prints.append({"b_id": person_id, "b_print": keys.index("postcode", letters)})
    if prints:
        change = sa.update(person).where(person.c.id == sa.bindparam("b_id"))
        connection.execute(change.values(postcode_print=sa.bindparam("b_print")), prints)


def downgrade() -> None:
    op.drop_index("ix_person_changed_at", "person")
    op.drop_index("ix_person_postcode_print", "person")
    op.drop_column("person", "changed_at")
    op.drop_column("person", "postcode_print")
