"""The same file twice changes nothing, whatever is in it; a look tells what taking it does; families go first."""

import threading
import time
from datetime import date, timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import local_date
from bot.people.enrol import Report, enrol_rows, enrol_sheet
from scheduler.enrolment_sheet import COLUMNS, read_sheet
from tests.houses import ON_SQLITE, Home
from tests.turn.families import HEADING, row

TODAY = date(2026, 11, 23)
FILE = count()  # each example has families of its own, on numbers that they all share


def cells(draw_prefix: str) -> st.SearchStrategy[dict[str, str]]:
    days = st.integers(-500, 3).map(lambda n: (TODAY + timedelta(days=n)).isoformat())
    return st.fixed_dictionaries(
        {
            "reference": st.sampled_from(["A", "B", "C", ""]).map(lambda r: f"{draw_prefix}{r}" if r else ""),
            "first_name": st.sampled_from(["Ana", "Bo", ""]),
            "mobile": st.sampled_from(["07700 900001", "+447700900002", "07700900003", "12"]),
            "language": st.sampled_from(["", "pl", "SO", "English"]),
            "household": st.sampled_from(["", "H1", "H2"]).map(lambda h: f"{draw_prefix}{h}" if h else ""),
            "child_first_name": st.sampled_from(["", "Kit", "KIT", "Ama"]),
            "child_born": st.sampled_from(["", "2021-05", "2022-09", "soon"]),
            "programme": st.sampled_from(["after-early-help", "key-transitions", "none-such"]),
            "event_on": st.sampled_from(["2026-10-25", "25/10/2026", "2021-05-02"]),
            "told_on": days,
            "told_by": st.sampled_from(["Sam", ""]),
            "safe_to_text": st.sampled_from(["yes", "no", "maybe"]),
            "team": st.sampled_from(["", "North"]),
        }
    )


@ON_SQLITE
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_same_file_twice_changes_nothing(home: Home, data: st.DataObject) -> None:
    """Added and changed once; the second time every good row is unchanged and the same rows are refused the same way.
    Before it, a look told the same counts."""
    rows = data.draw(st.lists(cells(f"{next(FILE)}-"), min_size=1, max_size=12))
    lines = [",".join(COLUMNS), *(",".join(one.get(name, "") for name in COLUMNS) for one in rows)]
    looked = enrol_sheet(home.house, lines, dry_run=True)
    first = enrol_sheet(home.house, lines)
    assert (looked.added, looked.refused) == (first.added, first.refused)
    again = enrol_sheet(home.house, lines)
    assert (again.added, again.changed, again.refused) == (0, 0, first.refused)
    assert again.unchanged == len(rows) - len(first.refused)


def test_families_are_answered_while_a_sheet_is_taken(home: Home) -> None:
    """A thousand rows are taken while somebody writes again and again: every text is taken in, and while the slowest
    of them waits no more than a tenth of the sheet goes by."""
    on = local_date(home.clock.now())
    lines = [HEADING, *(row(f"L{n}", f"+447{400_000_000 + n}", on) for n in range(1_000))]
    done = threading.Event()
    faults: list[BaseException] = []
    taken = [0]

    def put_down(report: Report) -> None:
        taken[0] = report.added

    def take() -> None:
        try:
            assert enrol_rows(home.house, read_sheet(lines), progress=put_down).added == 1_000
        except BaseException as fault:  # noqa: BLE001 - told by the test
            faults.append(fault)
        finally:
            done.set()

    thread = threading.Thread(target=take)
    thread.start()
    went_by = []
    while not done.is_set():
        before = taken[0]
        assert home.text("hello", sender="+447700900777")
        went_by.append(taken[0] - before)
        time.sleep(0.02)
    thread.join()
    assert faults == []
    assert len(went_by) > 3
    assert max(went_by) <= 100
