"""`thrive tell`: a fact of a family, as an operator tells it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store import keeping, people
from bot.store.casework import inbox_cases
from bot.store.database import Database, Tx
from bot.store.touches import touches_of
from tests.bot.cli.conftest import Operator, sheet
from tests.houses import KEYS


@contextmanager
def opened(thrive: Operator) -> Iterator[Tx]:
    """The operator's database, to read."""
    database = Database(thrive.settings["DATABASE_URL"], KEYS)
    try:
        with database.read() as tx:
            yield tx
    finally:
        database.close()


def known(thrive: Operator) -> tuple[str, str]:
    """The references of the mother and her child of the sheet's first row."""
    with opened(thrive) as tx:
        mother = people.find_person_by_source(tx, "R-1")
        assert mother is not None
        assert mother.household_id is not None
        child = next(member for member in people.household_of(tx, mother.household_id) if member.child)
    return mother.ref, child.ref


@pytest.fixture
def family(thrive: Operator, tmp_path: Path) -> tuple[str, str]:
    assert thrive("enrol", str(sheet(tmp_path / "f.csv", rows=1))).code == 0
    return known(thrive)


def test_what_followed_is_told_and_is_in_the_ledger(thrive: Operator, family: tuple[str, str]) -> None:
    """One enrolment ends, and each of its touches is in the ledger with the reason; told again, nothing more ends."""
    mother, _ = family
    told = thrive("tell", mother, "moved-away", "--json")
    assert (told.code, told.json["ended"], told.json["case"]) == (0, 1, None)
    reasons = {line["reason"] for line in thrive("ledger", "--person", mother, "--json").lines}
    assert reasons == {"The family moved away."}
    assert thrive("tell", mother, "moved-away", "--json").json["ended"] == 0


def test_a_month_of_birth_is_corrected(thrive: Operator, family: tuple[str, str]) -> None:
    """The child's own record has the right month."""
    mother, child = family
    assert born(thrive, child) != "2020-04"
    assert thrive("tell", mother, "birth-month-corrected", "--child", child, "--born", "2020-04").code == 0
    assert born(thrive, child) == "2020-04"


def born(thrive: Operator, child: str) -> str | None:
    with opened(thrive) as tx:
        found = people.find_person(tx, child)
    assert found is not None
    return found.born


TOMORROW = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("AAAAAAAA", "moved-away"), 1, "reference"),
        (("MOTHER", "child-died"), 1, "child"),
        (("MOTHER", "moved-away", "--on", "soon"), 1, "soon"),
        (("MOTHER", "moved-away", "--on", TOMORROW), 1, "still to come"),
        (("MOTHER", "birth-month-corrected", "--child", "CHILD"), 1, "born"),
        (("MOTHER", "gone"), 2, "invalid choice"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    thrive: Operator, family: tuple[str, str], arguments: tuple[str, ...], code: int, told: str
) -> None:
    """Exit 1 for what is not so, 2 for what is no command; nothing changes."""
    mother, child = family
    given = [{"MOTHER": mother, "CHILD": child}.get(argument, argument) for argument in arguments]
    before = standing(thrive, mother, child)
    found = thrive("tell", *given)
    assert found.code == code
    assert told in found.err
    assert standing(thrive, mother, child) == before


def standing(thrive: Operator, mother: str, child: str) -> tuple[object, ...]:
    """All that telling a change can change: the enrolments, their touches, the child, the cases."""
    with opened(thrive) as tx:
        person = people.find_person(tx, mother)
        assert person is not None
        enrolments = keeping.enrolments_of(tx, [person.id])
        assert [one.state for one in enrolments] == ["active"]
        touches = touches_of(tx, [one.id for one in enrolments])
        return enrolments, touches, people.find_person(tx, child), inbox_cases(tx)
