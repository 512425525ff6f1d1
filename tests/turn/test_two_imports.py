"""Two imports of the same families at once, their rows in opposite orders: both end, and nobody is enrolled twice."""

import threading

from bot.people.enrol import Report, enrol_sheet
from bot.store import keeping, people
from tests.houses import Home
from tests.turn.families import HEADING, four_weeks_ago, row

FAMILIES = 60


def test_opposite_orders_lock_nobody_out(home: Home) -> None:
    """Every row is taken by one of the two and unchanged for the other; the next file finds nothing to change."""
    monday = four_weeks_ago(home)
    lines = [row(f"P{n}", f"+4477009005{n:02}", monday, household=f"H{n % 7}") for n in range(FAMILIES)]
    done: list[Report] = []
    faults: list[BaseException] = []

    def take(rows: list[str]) -> None:
        try:
            done.append(enrol_sheet(home.house, [HEADING, *rows]))
        except BaseException as fault:  # noqa: BLE001 - told by the test
            faults.append(fault)

    threads = [threading.Thread(target=take, args=(rows,)) for rows in (lines, lines[::-1], lines[20:] + lines[:20])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert [report.refused for report in done] == [[], [], []]
    assert sum(report.added for report in done) == FAMILIES
    with home.house.db.read() as tx:
        known = [people.find_person_by_source(tx, f"P{n}") for n in range(FAMILIES)]
        enrolled = [len(keeping.enrolments_of(tx, [p.id])) for p in known if p is not None]
    assert enrolled == [1] * FAMILIES
    again = enrol_sheet(home.house, [HEADING, *lines])
    assert (again.unchanged, again.added, again.changed) == (FAMILIES, 0, 0)
