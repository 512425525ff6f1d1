"""Of several numbers of one person the one told last is texted and telephoned, and a day counts for its own number."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bot.clock import local_date
from bot.people import person_form
from bot.store import people, schema
from bot.store.database import Database
from scheduler.confirmed import TELEPHONE_FIRST
from tests.houses import KEYS, Home
from tests.turn.families import check_in, enrol, four_weeks_ago, row, touches_of
from tests.turn.test_telephoning import confirm, days_pass, today

A, B = "+447700900491", "+447700900492"


def told(home: Home, mobile: str, days_ago: int, *, to_first: int = 0) -> None:
    """A sheet whose family was told of us so many days ago, with this number."""
    closed = four_weeks_ago(home) + timedelta(days=to_first)
    assert not enrol(home, row("P1", mobile, closed, told_on=today(home) - timedelta(days=days_ago))).refused


def told_on(home: Home, mobile: str) -> date | None:
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, "P1")
        assert person is not None
        return people.own_tenures(tx, person.id)[home.address(mobile).id].told_on


def texted(home: Home) -> set[str]:
    return {out.to for out in home.pigeon.carried}


@pytest.mark.parametrize(("old", "new"), [(A, B), (B, A)])
def test_a_new_number_is_texted_and_the_old_one_is_not(home: Home, old: str, new: str) -> None:
    """Whichever of the two wrote to us first, and so was known first."""
    home.text("hello", sender=A)
    home.text("hello", sender=B)
    home.send()
    home.later(hours=1)
    home.pigeon.carried.clear()
    told(home, old, 20)
    told(home, new, 10)
    check_in(home)
    assert texted(home) == {new}


def test_told_of_the_old_number_again_it_is_texted(home: Home) -> None:
    """They went back to it; a sheet from before, taken again, changes nothing of that."""
    told(home, A, 20)
    told(home, B, 10)
    told(home, A, 5)
    told(home, B, 10)
    check_in(home)
    assert texted(home) == {A}
    assert (told_on(home, A), told_on(home, B)) == (today(home) - timedelta(days=5), today(home) - timedelta(days=10))


def test_a_row_that_names_a_new_number_confirms_it_alone(home: Home) -> None:
    """The new one stopped us, so the old one is left, told over a year ago and a stranger's perhaps: a person
    telephones first, though the newest row is of this week."""
    told(home, A, 400)
    told(home, B, 3)
    home.text("STOP", sender=B)
    home.send()
    home.pigeon.carried.clear()
    check_in(home)
    assert texted(home) == set()
    # Telephoned first as the old one too; off the list while the new one was good.
    assert [(one.touch, one.listed) for one in touches_of(home, "P1")] == [
        (TELEPHONE_FIRST, False), (TELEPHONE_FIRST, True),
    ]  # fmt: skip
    (one,) = person_form.to_telephone(home.house).listed
    assert one.number == A


def test_the_number_that_was_telephoned_is_the_number_that_is_texted(home: Home) -> None:
    """The first of two by age stopped us: the other is shown, and "It is their number" confirms that one alone."""
    told(home, A, 420)
    told(home, B, 380)
    home.text("STOP", sender=A)
    home.send()
    home.pigeon.carried.clear()
    (one,) = person_form.to_telephone(home.house).listed
    assert one.number == B
    assert confirm(home)
    assert (told_on(home, A), told_on(home, B)) == (today(home) - timedelta(days=420), today(home))
    days_pass(home, 2)
    assert texted(home) == {B}


def test_whose_number_was_never_told_to_a_worker_is_known_since_they_wrote(home: Home) -> None:
    """A yes by text is as good as a worker's word on that day, and a year later no more."""
    for words in ("KEEP IN TOUCH", "a child growing up", "march 2021", "yes"):
        home.talk(words, sender=A)
    with home.house.db.read() as tx:
        (person,) = people.people_at(tx, home.address(A).id)
        tenure = people.own_tenures(tx, person.id)[home.address(A).id]
    assert (tenure.told_on, local_date(tenure.since)) == (None, today(home))


def test_numbers_of_before_are_taken_as_told_by_their_age(database_url: str) -> None:
    """Upgraded: the newest has the newest day of any of their programmes, an older one the oldest, a web chat none of
    its own; whom nobody told of has none."""
    database = Database(database_url, KEYS)
    schema.upgrade(database)
    schema.downgrade(database, "0021")
    seal = "x''" if database.is_sqlite else "''"
    with database.write() as tx:
        for key in (1, 2):
            tx.execute(
                sa.text(
                    "INSERT INTO person (id, ref, child, language, worrying, created_at)"
                    " VALUES (:id, :ref, :no, 'en', :no, '2024-01-01 10:00:00+00:00')"
                ),
                {"id": key, "ref": f"REF0000{key}", "no": False},
            )
        for key, kind in ((1, "sms"), (2, "sms"), (3, "web"), (4, "sms")):
            tx.execute(
                sa.text(
                    "INSERT INTO address (id, kind, fingerprint, value, consent, asked_since_stop, language, safe,"
                    f" shared, watched, created_at) VALUES (:id, :kind, :print, {seal}, 'given', :no, 'en', 'safe',"
                    " :no, :no, '2024-01-01 10:00:00+00:00')"
                ),
                {"id": key, "kind": kind, "print": f"p{key}", "no": False},
            )
        for person, address, since in ((1, 1, "2024-02"), (1, 2, "2026-02"), (1, 3, "2026-03"), (2, 4, "2026-04")):
            tx.execute(
                sa.text("INSERT INTO person_address (person_id, address_id, since) VALUES (:person, :address, :at)"),
                {"person": person, "address": address, "at": f"{since}-01 10:00:00+00:00"},
            )
        for told in ("2024-01-31", "2026-01-31"):
            tx.execute(
                sa.text(
                    "INSERT INTO enrolment (person_id, programme, child_id, event_on, told_on, told_by, state,"
                    f" created_at) VALUES (1, 'p', 0, :told, :told, {seal}, 'ended', '2024-01-01 10:00:00+00:00')"
                ),
                {"told": told},
            )
    schema.upgrade(database)
    with database.read() as tx:
        found = {number: tenure.told_on for who in (1, 2) for number, tenure in people.own_tenures(tx, who).items()}
    assert found == {1: date(2024, 1, 31), 2: date(2026, 1, 31), 3: date(2026, 1, 31), 4: None}
    database.close()
