"""What a database's refusal means for what we do next: its disk is full, it is away or held, or it gave us up.

SQLite by its result codes (https://www.sqlite.org/rescode.html), PostgreSQL by SQLSTATE (appendix A of its manual).
"""

import re
import sqlite3
from collections.abc import Mapping
from typing import Final, Literal

import psycopg
import sqlalchemy as sa

Trouble = Literal["disk", "away", "locked", "slow", "again"]

# What SQLite says when a write does not reach the disk: no room, a quota or a limit, a disk that became read-only.
_DISK_SQLITE: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY,
                                 sqlite3.SQLITE_CANTOPEN})  # fmt: skip
_LOCKED_SQLITE: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_POSTGRES: Final[Mapping[str, Trouble]] = {
    "53100": "disk",  # disk_full
    "58030": "disk",  # io_error
    "57014": "slow",  # query_canceled: statement_timeout, or an operator
    "55P03": "locked",  # lock_not_available
    "40001": "again",  # serialization_failure
    "40P01": "again",  # deadlock_detected
}
_TAKEN: Final = "23505"  # unique_violation
_REFERENCES: Final = re.compile(r"UNIQUE constraint failed: \w+\.ref|uq_\w+_ref")
_AWAY_CLASSES: Final = ("08", "53", "57")  # connection exception, insufficient resources, operator intervention


def trouble_of(fault: BaseException) -> Trouble | None:
    """What stands behind a fault. None: it is not the database's but of what was asked of it, or none of its at all.

    `disk`: it cannot write. `away`: no connection, or one that broke; nothing of its transaction was kept, unless it
    broke at the commit. `locked`: another held what we needed for too long, and will go on holding it for whatever else
    this transaction tries. `slow`: a statement took too long; the transaction can go on from its savepoint. `again`: it
    gave this transaction up for another's sake (a deadlock), and the same once more will do; or a reference was drawn
    that somebody has already (among 150,000 people, two times in five two of them), and another will be drawn.
    """
    if isinstance(fault, sa.exc.TimeoutError):  # the pool's, and a writer's who waited for another of this process
        return "locked"
    if not isinstance(fault, sa.exc.DBAPIError):
        return None
    if isinstance(fault.orig, sqlite3.Error):
        return _of_sqlite(fault.orig)
    return _of_postgres(fault)


def lost_transaction(fault: BaseException) -> bool:
    """Nothing can be saved in this transaction, not even from a savepoint, or not in time: it is given up whole."""
    return trouble_of(fault) not in {None, "slow"}


def _of_sqlite(fault: sqlite3.Error) -> Trouble | None:
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF  # the primary code of an extended one
    if code in _DISK_SQLITE:
        return "disk"
    if code == sqlite3.SQLITE_CONSTRAINT and _REFERENCES.fullmatch(str(fault)):
        return "again"
    return "locked" if code in _LOCKED_SQLITE else None


def _of_postgres(fault: sa.exc.DBAPIError) -> Trouble | None:
    state: str | None = getattr(fault.orig, "sqlstate", None)
    if state is not None and state in _POSTGRES:
        return _POSTGRES[state]
    if state == _TAKEN and isinstance(fault.orig, psycopg.Error):
        return "again" if _REFERENCES.fullmatch(fault.orig.diag.constraint_name or "") else None
    gone = state is None and isinstance(fault, sa.exc.OperationalError | sa.exc.InterfaceError)
    return "away" if fault.connection_invalidated or gone or (state or "").startswith(_AWAY_CLASSES) else None
