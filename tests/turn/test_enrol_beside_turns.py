"""A sheet is thought through while others write: what they wrote in between is never written over or lost."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
import sqlalchemy as sa

from bot.people.enrol import enrol_sheet
from bot.store import addresses, people, published
from bot.store.database import Database, Tx
from tests.houses import KEYS, Home, bare_home
from tests.turn.families import HEADING, four_weeks_ago, row

NUMBER = "+447700900641"
LOCK_TAKEN = "DELETE FROM version WHERE 0"  # how a transaction that looked comes to write


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@contextmanager
def before_writing(database: Database, happens: Callable[[], object]) -> Iterator[None]:
    """Once, when an import has thought and is about to take the lock."""
    done: list[object] = []

    @sa.event.listens_for(database.engine, "before_cursor_execute")
    def _happen(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement == LOCK_TAKEN and not done:
            done.append(True)
            happens()

    yield
    sa.event.remove(database.engine, "before_cursor_execute", _happen)
    assert done


def test_a_stop_between_thinking_and_writing_stands(home: Home, furnished_url: str) -> None:
    """Nobody knew the number when the rows were thought through; the family texts STOP just then, to another process of
    the service. They are enrolled, at the number that stopped, and the row gives no consent to it."""
    other = bare_home(furnished_url)
    rows = [row(f"P{n}", f"+4477009006{40 + n}", four_weeks_ago(home)) for n in range(3)]
    with before_writing(home.house.db, lambda: other.text("STOP", sender=NUMBER)):
        report = enrol_sheet(home.house, [HEADING, *rows])
    assert (report.added, report.refused) == (3, [])
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, "P1")
        assert person is not None
        (address,) = people.addresses_of(tx, person.id)
        assert address.consent == "stopped"
        asked = addresses.newest_consent(tx, address.id, "text")
        assert asked is not None
        assert asked[0] is False
    other.house.db.close()


def _bump(tx: Tx, _seen: object = None) -> str:
    published.bump(tx, "trial")
    return "written"


def _trials(tx: Tx) -> int:
    return published.versions(tx).get("trial", 0)


def test_who_looked_first_writes_where_nobody_else_did(migrated_url: str) -> None:
    """It is committed, by what was seen; what the writing raises takes all of it back, and the next may write."""
    database = Database(migrated_url, KEYS)
    assert database.look_then_write(_trials, lambda tx, seen: (_bump(tx), seen)) == ("written", 0)

    def fails(tx: Tx, _seen: int) -> None:
        _bump(tx)
        raise ValueError("after writing")

    with pytest.raises(ValueError, match="after writing"):
        database.look_then_write(_trials, fails)
    assert database.look_then_write(_trials, lambda tx, seen: (_bump(tx), seen)) == ("written", 1)
    with database.write() as tx:
        assert _trials(tx) == 2
    database.close()


def test_what_was_seen_and_is_so_no_longer_is_not_written(migrated_url: str) -> None:
    """Another process wrote since, or writes just now: nothing is written, nobody is waited for, the lock is free."""
    database, other = Database(migrated_url, KEYS), Database(migrated_url, KEYS)

    def meanwhile(tx: Tx) -> int:
        seen = _trials(tx)
        with other.write() as its:
            _bump(its)
        return seen

    assert database.look_then_write(meanwhile, _bump) is None
    path = database.url.database
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as writing:
        writing.execute("BEGIN IMMEDIATE")
        assert database.look_then_write(_trials, _bump) is None
        writing.execute("ROLLBACK")
    with database.write() as tx:
        assert _trials(tx) == 1
    assert database.standing is None
    database.close()
    other.close()
