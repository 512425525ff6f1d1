"""What stood in an older database is what the newer code reads of it, on both databases."""

import sqlalchemy as sa

from bot.store import entries, providers, schema
from bot.store.database import Database
from tests.houses import KEYS

EARLY, LATE = "2026-11-01 09:00:00+00:00", "2026-11-02 09:00:00+00:00"
BEFORE_0021 = (
    *(f"INSERT INTO service (id, document, source, updated_at) VALUES ('{of}', '{{\"id\":\"{of}\"}}', 's', '{EARLY}')"
      for of in ("off", "shown", "looked", "new")),
    "INSERT INTO entry (service_id, taken_off) VALUES ('off', ''), ('shown', NULL)",
    (f"INSERT INTO proposal (service_id, organisation_id, at, document, state)"
    f" VALUES ('shown', 'org', '{EARLY}', '{{}}', 'waiting')"),
    *(f"INSERT INTO audit (at, action, target, detail) VALUES ('{at}', 'directory.flagged', '{of}', 'not-reached')"
      for at, of in ((EARLY, "shown"), (LATE, "shown"), (EARLY, "looked"), (LATE, "new"), (LATE, "nosuch"))),
    (f"INSERT INTO entry_change (service_id, at, how, withdrawn_before)"
    f" VALUES ('looked', '{LATE}', 'checked', false), ('shown', '{LATE}', 'import', false)"),
)  # fmt: skip


def test_what_an_organisation_asked_for_and_what_families_did_not_reach_is_kept(database_url: str) -> None:
    """Claim: through 0021 what staff took off stays off and nothing else is; what waits is taken as written over the
    entry as it stands; the flags that nobody has looked at since stand beside their entries, with their number."""
    database = Database(database_url, KEYS)
    schema.upgrade(database, "0020")
    with database.engine.begin() as connection:
        for statement in BEFORE_0021:
            connection.execute(sa.text(statement.replace(":", "\\:")))
    schema.upgrade(database, "0021")
    schema.downgrade(database, "0020")
    schema.upgrade(database)
    with database.read() as tx:
        beside = entries.entries(tx)
        (asked,) = providers.waiting(tx)
    assert {of for of, entry in beside.items() if entry.taken_off} == {"off"}
    assert {of: entry.flag.times for of, entry in beside.items() if entry.flag} == {"shown": 2, "new": 1}
    flag = beside["shown"].flag
    assert flag is not None
    assert flag.last_at.isoformat() == "2026-11-02T09:00:00+00:00"
    assert (asked.before, asked.words) == ('{"id":"shown"}', None)
    database.close()
