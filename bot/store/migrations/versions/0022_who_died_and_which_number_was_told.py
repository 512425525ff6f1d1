"""the day on which somebody died, whatever was planned for them; and of each number the day a worker was last told it

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# Told until now only by what ended: the day it was told is the nearest that is known.
DIED = """
    UPDATE person SET died_on = (
        SELECT MAX(COALESCE(corrected_on, told_on)) FROM enrolment
        WHERE (ended_for = 'person-died' AND person_id = person.id)
        OR (ended_for = 'child-died' AND CASE child_id WHEN 0 THEN person_id ELSE child_id END = person.id)
    )
    WHERE id IN (
        SELECT CASE WHEN ended_for = 'person-died' OR child_id = 0 THEN person_id ELSE child_id END FROM enrolment
        WHERE ended_for IN ('person-died', 'child-died')
    )
"""
# Of several numbers the newest is taken for the one that was told last; the others were told at least once.
TOLD = """
    UPDATE person_address SET told_on = (
        SELECT {newest}(told_on) FROM enrolment WHERE enrolment.person_id = person_address.person_id
    )
    WHERE {which} EXISTS (
        SELECT 1 FROM person_address AS later JOIN address ON address.id = later.address_id
        WHERE later.person_id = person_address.person_id AND later.since > person_address.since AND address.kind = 'sms'
    )
"""


def upgrade() -> None:
    op.add_column("person", sa.Column("died_on", sa.Date(), nullable=True))
    op.add_column("person_address", sa.Column("told_on", sa.Date(), nullable=True))
    op.execute(DIED)
    op.execute(TOLD.format(newest="MAX", which="NOT"))
    op.execute(TOLD.format(newest="MIN", which=""))


def downgrade() -> None:
    op.drop_column("person_address", "told_on")
    op.drop_column("person", "died_on")
