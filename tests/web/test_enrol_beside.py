"""What only the form can tell of an enrolment: who signs its check-ins, and which service they were told of."""

import pytest
import sqlalchemy as sa

from bot.people import person_form
from bot.people.enrol import By, take_all
from bot.store import keeping, people
from bot.store.beside import Beside, beside_of
from bot.store.database import DatabaseError
from scheduler.enrolment_sheet import COLUMNS, SheetRow
from tests.houses import Home
from tests.web.test_desk_enrol import form
from tests.web.worker import Worker

PAGE = "/desk/enrol/person"


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def kept(home: Home) -> list[Beside]:
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, "F-1")
        theirs = [] if person is None else keeping.enrolments_of(tx, [person.id])
        return [beside_of(tx, enrolment.id) for enrolment in theirs]


def test_a_form_keeps_who_signs_and_the_service(home: Home, bo: Worker) -> None:
    """Each service of the directory can be chosen; sent again, what is told then stands, sealed as any name."""
    service, title = next(iter(person_form.services(home.house).items()))
    assert f'<option value="{service}"' in bo.get(PAGE).text
    told = form(home, programme="signposted", signed_by="Ann", service=service)
    assert bo.post(PAGE, PAGE, **told).headers["Location"].endswith("done=added")
    assert kept(home) == [Beside(signed_by="Ann", listing=service)]
    assert "," in title
    bo.post(PAGE, PAGE, **{**told, "signed_by": "Jean-Luc"})
    assert kept(home) == [Beside(signed_by="Jean-Luc", listing=service)]
    bo.post(PAGE, PAGE, **form(home, programme="signposted"))
    assert kept(home) == [Beside(signed_by="Jean-Luc", listing=service)]


def test_what_is_no_first_name_and_no_service_enrols_nobody(home: Home, bo: Worker) -> None:
    """Each fault stands beside its field, with those of the sheet's own; alone, it still enrols nobody."""
    told = form(home, programme="signposted", signed_by="Ann Smith, social worker", service="svc-nowhere")
    for answer, faults in (
        (bo.post(PAGE, PAGE, **told), {"signed_by", "service"}),
        (bo.post(PAGE, PAGE, **{**told, "mobile": "1"}), {"signed_by", "service", "mobile"}),
    ):
        assert answer.status_code == 400
        assert {name for name in told if f'id="{name}-error"' in answer.text} == faults
    assert kept(home) == []


def test_what_is_told_beside_is_kept_with_the_plan_of_that_child(home: Home, bo: Worker) -> None:
    """Of two children on one programme, the one that the form names: not whichever plan is the newest."""
    on = {"programme": "key-transitions", "event_on": "2026-11-01"}
    for child, born in (("Kit", "2022-09"), ("Ola", "2023-05")):
        bo.post(PAGE, PAGE, **form(home, **on, child_first_name=child, child_born=born))
    bo.post(PAGE, PAGE, **form(home, **on, child_first_name="Kit", child_born="2022-09", signed_by="Ann"))
    assert kept(home) == [Beside(signed_by="Ann"), Beside()]


def test_who_is_enrolled_and_what_was_told_beside_are_one_transaction(home: Home) -> None:
    """Where the one cannot be written, neither is: no check-in ever goes out without the name it was promised."""
    with home.house.db.write() as tx:
        tx.execute(
            sa.text(
                "CREATE TRIGGER no_more BEFORE INSERT ON enrolment_beside BEGIN SELECT RAISE(ABORT, 'not today'); END"
            )
        )
    cells = dict.fromkeys(COLUMNS, "") | form(home, programme="signposted")
    row = SheetRow(line=1, cells={name: str(cells[name]) for name in COLUMNS})
    with pytest.raises(DatabaseError):
        list(take_all(home.house, [row], dry_run=False, by=By(), beside=Beside(signed_by="Ann")))
    assert kept(home) == []
    with home.house.db.read() as tx:
        assert people.find_person_by_source(tx, "F-1") is None
