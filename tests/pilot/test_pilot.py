"""The simulated fortnight: a day of it for real, and that its account would find what is wrong."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.pilot.account import level_of
from tests.pilot.fortnight import HOURS, slots_of
from tests.pilot.households import ASK, KNOWN, MOST, invented
from tests.pilot.picture import MARKS, draw
from tests.pilot.report import page
from tests.pilot.runner import Pilot, run
from tests.pilot.sheet import written

MONDAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    return run(tmp_path_factory.mktemp("pilot"), seed="a day", days=1, families=30, database="postgres")


@pytest.mark.fault
@pytest.mark.slow
@pytest.mark.xdist_group("pilot")
def test_a_day_is_accounted_for(pilot: Pilot) -> None:
    """Claim: texts, web chats, an import, a publish, new keys, a backup, kills and a restarted database in one day:
    nothing lost, nothing doubled, no post of the web chat missing, nobody's words in the log, a reason for each
    touch."""
    found = pilot.found
    assert found.kept, pilot.report
    assert found.came_in > 30
    assert found.web_kept == found.web_posts > 0
    assert found.ledger["answered"] > 0
    assert pilot.lived.upsets.kills == 2
    assert {name for marks in pilot.lived.marks.values() for name in marks} == set(MARKS)
    assert pilot.lived.office.closed > 0


@pytest.mark.fault
@pytest.mark.slow
@pytest.mark.xdist_group("pilot")
def test_the_page_tells_what_was_not_kept(pilot: Pilot) -> None:
    """Claim: one broken promise, one leak or one message lost is on the page, and the command would fail."""
    found = pilot.found
    for spoilt in (
        replace(found, broken=["something"]),
        replace(found, leaks=["a name of 1 families stands in the log"]),
        replace(found, undecided=1),
        replace(found, counts=replace(found.counts, lost=1)),
    ):
        assert not spoilt.kept
        told = page(pilot.lived, spoilt, database="SQLite", seed="1", minutes=1)
        assert "NOT everything is accounted for" in told
    assert "Everything is accounted for." in pilot.report


@pytest.mark.fault
@pytest.mark.slow
@pytest.mark.xdist_group("pilot")
def test_the_page_has_each_thing_that_a_council_asks_for(pilot: Pilot) -> None:
    """Claim: messages in and out and what became of each; cases by level against the promise; dangers by label and the
    words of those missed; the ledger, with nothing left out; what the log gave away; the pages' 95th percentile, those
    of the web chat too; and a picture."""
    told = pilot.report
    found = pilot.found
    for words in (
        f"| texts that families sent | {found.came_in:,} |",
        f"| our own messages | {found.purposes.total():,} |",
        "| lost | 0 |",
        "| doubled | 0 |",
        "| level | cases | looked at in time | late | not yet | median minutes | slowest |",
        "| label | urgent | concern | nothing seen |",
        f"{found.ledger.total()} touches, 0 without a reason, 0 whose day passed",
        "the log was searched for every number, name and line: 0 kinds found",
        "95th percentile ms",
        "| `POST /chat` |",
        "| `/desk` |",
        "times `kill -9`",
        "(pilot.svg)",
    ):
        assert words in told, words
    assert sum(found.states.values()) == found.purposes.total()
    assert found.ledger.total() > 0
    assert all(words in told for words in found.missed)
    ET.fromstring(pilot.picture)


def test_the_families_are_of_every_kind(tmp_path: Path) -> None:
    """Claim: the shares are those that are told, numbers are nobody's, and the sheet has a row a child."""
    slots = [slot.number for slot in slots_of(MONDAY, 14)]
    people = invented(MOST, slots, 14, random.Random(1))
    assert Counter(family.kind for family in people) == {**ASK, **KNOWN}
    numbers = [family.number for family in people if family.number is not None]
    assert len(set(numbers)) == len(numbers)
    assert all("+447700900100" <= number < "+447700900900" for number in numbers)
    assert people == invented(MOST, slots, 14, random.Random(1))
    rows = written(tmp_path / "families.csv", people, MONDAY)
    assert rows == sum(KNOWN.values()) + KNOWN["has twins"]
    pairs = Counter(family.household for family in people if family.kind == "are two parents")
    assert set(pairs.values()) == {2}


def test_a_promise_is_late_by_a_minute() -> None:
    """Claim: in time, late and not yet looked at are told apart."""
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)

    class Case:
        def __init__(self, looked_at: datetime | None) -> None:
            self.opened_at, self.look_by, self.looked_at = at, at + timedelta(minutes=15), looked_at

    told = level_of([Case(at + timedelta(minutes=15)), Case(at + timedelta(minutes=16)), Case(None)])
    assert (told.cases, told.in_time, told.late, told.not_looked) == (3, 1, 1, 1)
    assert told.slowest_minutes == 16


def test_the_picture_is_one_document_with_a_row_a_day() -> None:
    """Claim: it parses, each slot is a square, and each upset's letter stands in it."""
    slots = slots_of(MONDAY, 2)
    drawn = ET.fromstring(draw(slots, {3: 5, 40: 1}, {3: ["kill"], 40: ["restart"]}))
    boxes = drawn.findall("{http://www.w3.org/2000/svg}rect")
    assert len(boxes) == 1 + 2 * len(HOURS)
    words = [one.text for one in drawn.findall("{http://www.w3.org/2000/svg}text")]
    assert words.count("K") == words.count("R") == 1
