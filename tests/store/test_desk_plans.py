"""The desk's long lists are read by an index, never sorted whole: a council's years do not slow a page."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from bot.store import desk, touch_lists
from bot.store.database import Tx
from bot.store.restricting import NOTHING
from bot.store.touch_lists import LedgerFilter
from tests.houses import AT, ON_SQLITE, Home

LISTS: Mapping[str, Callable[[Tx], object]] = {
    "ix_touch_decided": lambda tx: touch_lists.ledger(tx, LedgerFilter(), offset=0, limit=50),
    "ix_touch_waits": lambda tx: touch_lists.no_replies(tx, limit=50, closed=NOTHING),
    "ix_touch_seen": lambda tx: touch_lists.seen_since(tx, AT, closed=NOTHING),
    "ix_cases_closed": lambda tx: desk.list_cases(tx, "closed", 1, offset=0, limit=50, closed=NOTHING),
}


@pytest.mark.parametrize("index", list(LISTS))
@ON_SQLITE
def test_a_long_list_is_read_by_its_index(home: Home, index: str) -> None:
    """Claim: the statement that a page sends is planned by the index made for it, partial ones too."""
    asked: list[tuple[str, Any]] = []

    def keep(_c: object, _cursor: object, statement: str, parameters: object, _x: object, _many: object) -> None:
        asked.append((statement, parameters))

    with home.house.db.read() as tx:
        sa.event.listen(home.house.db.engine, "before_cursor_execute", keep)
        LISTS[index](tx)
        sa.event.remove(home.house.db.engine, "before_cursor_execute", keep)
        plans = [_plan(tx, statement, parameters) for statement, parameters in asked if "SELECT" in statement]
    assert any(index in plan for plan in plans), plans


def _plan(tx: Tx, statement: str, parameters: object) -> str:
    rows = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
    return " ".join(str(row) for row in rows)
