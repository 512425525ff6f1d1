"""Who has died is never texted, and never texted about: no sheet, step down, text or tick begins or says anything."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bot.clock import local_date
from bot.people.changes import Effects, Fact, tell
from bot.people.enrol import Report, enrol_sheet
from bot.store import holding, keeping, people, schema, touches
from bot.store.database import Database
from bot.store.people import Person
from bot.turn.touches import decide_due
from scheduler.changes import Change
from scheduler.enrolment_sheet import COLUMNS
from tests.houses import KEYS, Home
from tests.turn.families import check_in

A, B = "+447700900421", "+447700900422"
PERSON = "reference: the team was told that this person has died"
CHILD = "child_first_name: the team was told that this child has died"
KIT = {"child_first_name": "Kit", "child_born": "2022-09"}
GROWING = {**KIT, "programme": "key-transitions"}
FATHER = {"reference": "P2", "first_name": "Bo", "mobile": B}


def today(home: Home) -> date:
    return local_date(home.clock.now())


def enrol(home: Home, **given: str) -> Report:
    on = (today(home) - timedelta(days=28)).isoformat()
    row = {
        "reference": "P1", "first_name": "Ana", "mobile": A, "household": "H", "programme": "after-early-help",
        "event_on": on, "told_on": on, "told_by": "Sam", "safe_to_text": "yes", **given,
    }  # fmt: skip
    return enrol_sheet(home.house, [",".join(COLUMNS), ",".join(row.get(name, "") for name in COLUMNS)])


def why_refused(report: Report) -> list[str]:
    return [reason for row in report.refused for reason in row.reasons]


def known(home: Home, reference: str = "P1") -> Person:
    with home.house.db.read() as tx:
        found = people.find_person_by_source(tx, reference)
    assert found is not None
    return found


def kit(home: Home) -> Person:
    with home.house.db.read() as tx:
        (child,) = [one for one in people.household_of(tx, known(home).household_id or 0) if one.child]
    return child


def told(home: Home, change: Change, reference: str = "P1", child: Person | None = None) -> Effects:
    fact = Fact(
        change=change, ref=known(home, reference).ref, on=today(home), child=None if child is None else child.ref
    )  # fmt: skip
    return tell(home.house, fact, by="Sam")


def reviewed(home: Home) -> None:
    """A person has looked, and what is left goes on: no hold hides what is asked here."""
    told(home, "reviewed")
    with home.house.db.read() as tx:
        assert holding.holds_of(tx, known(home).id) == set()


def states(home: Home, reference: str) -> set[str]:
    with home.house.db.read() as tx:
        return {one.state for one in keeping.enrolments_of(tx, [known(home, reference).id])}


def test_the_other_parents_row_about_a_dead_child_is_refused(home: Home) -> None:
    """Nobody had enrolled that parent about the child, so nothing of theirs had ended for the death."""
    enrol(home, **GROWING)
    told(home, "child-died", child=kit(home))
    reviewed(home)
    assert why_refused(enrol(home, **GROWING, **FATHER)) == [CHILD]


def test_a_row_about_a_child_who_died_with_nothing_planned_is_refused(home: Home) -> None:
    """The death leaves its mark with nothing to end; what is not about the child may still be for its parents."""
    enrol(home, **KIT)
    told(home, "child-died", child=kit(home))
    reviewed(home)
    assert kit(home).died_on == today(home)
    assert why_refused(enrol(home, **GROWING, told_on=today(home).isoformat())) == [CHILD]
    assert enrol(home, **KIT, programme="bereavement", event_on=today(home).isoformat()).refused == []


def test_who_died_after_their_plan_had_ended_is_not_begun_again(home: Home) -> None:
    """It ended for another reason, and a row told of later would have begun it anew."""
    enrol(home)
    told(home, "early-help-opened")
    home.later(days=1)
    told(home, "person-died")
    reviewed(home)
    home.later(days=1)
    assert why_refused(enrol(home, told_on=today(home).isoformat())) == [PERSON]
    assert why_refused(enrol(home, programme="house-move", told_on=today(home).isoformat())) == [PERSON]
    assert states(home, "P1") == {"ended"}


def test_a_step_down_begins_nothing_for_the_dead_parent(home: Home) -> None:
    """For the other one it does."""
    enrol(home)
    enrol(home, **FATHER)
    for reference in ("P1", "P2"):
        told(home, "early-help-opened", reference)
    told(home, "person-died", "P2")
    reviewed(home)
    home.later(days=1)
    assert told(home, "stepped-down").started == 1
    assert states(home, "P2") == {"ended"}
    for _ in range(40):
        home.later(days=1)
        check_in(home)
    assert {out.to for out in home.pigeon.carried} == {A}


def test_a_child_told_as_a_person_who_died_ends_what_is_about_them(home: Home) -> None:
    """Whichever of the two words staff choose on the child's page."""
    enrol(home, **GROWING)
    assert tell(home.house, Fact(change="person-died", ref=kit(home).ref, on=today(home)), by="Sam").ended == 1
    assert states(home, "P1") == {"ended"}


def test_who_asks_by_text_about_a_child_who_died_is_answered_by_a_person(home: Home) -> None:
    """Nothing had been planned about the child, by either parent."""
    enrol(home, **KIT)
    enrol(home, **FATHER)
    told(home, "child-died", child=kit(home))
    reviewed(home)
    for words in ("KEEP IN TOUCH", "a child growing up", "september 2022", "yes"):
        home.talk(words, sender=B)
    with home.house.db.read() as tx:
        assert [one.programme for one in keeping.enrolments_of(tx, [known(home, "P2").id])] == ["after-early-help"]
    assert "keep-in-touch" in {case.reason for case in home.cases()}


@pytest.mark.parametrize("whose", ["person", "child"])
def test_the_ticker_sends_nothing_of_a_plan_of_or_about_the_dead(home: Home, whose: str) -> None:
    """However the plan came to be there: the ledger says why not."""
    enrol(home, **KIT)
    dead = known(home) if whose == "person" else kit(home)
    with home.house.db.write() as tx:
        people.change_person(tx, dead.id, died_on=today(home))
        keeping.enrol(
            tx, person_id=known(home).id, programme="after-early-help", child_id=kit(home).id,
            event_on=today(home) - timedelta(days=28), told_on=today(home), told_by="Sam",
            created_at=home.clock.now(), next_at=home.clock.now(),
        )  # fmt: skip
    decide_due(home.house, home.clock.now())
    home.send()
    with home.house.db.read() as tx:
        made = next(one for one in keeping.enrolments_of(tx, [known(home).id]) if one.child_id)
        (touch,) = touches.touches_of(tx, [made.id])
    why = "The person has died." if whose == "person" else "A child of the family has died."
    assert (touch.outcome, touch.reason.startswith(why)) == ("suppressed", True)


def test_who_had_died_before_deaths_were_kept_is_known_by_what_ended(database_url: str) -> None:
    """Upgraded, a database knows them by the word of the plans that their death ended, and nobody else."""
    database = Database(database_url, KEYS)
    schema.upgrade(database)
    schema.downgrade(database, "0021")
    seal, at = "x''" if database.is_sqlite else "''", "'2026-11-01 10:00:00+00:00'"
    with database.write() as tx:
        for key, child in ((1, False), (2, True), (3, False), (4, True), (5, False)):
            tx.execute(
                sa.text(
                    "INSERT INTO person (id, ref, child, language, worrying, created_at)"
                    f" VALUES (:id, :ref, :child, 'en', :no, {at})"
                ),
                {"id": key, "ref": f"REF0000{key}", "child": child, "no": False},
            )
        for who, about, why, corrected in (
            (1, 2, "child-died", "'2026-11-05'"), (3, 0, "person-died", "NULL"), (4, 0, "child-died", "'2026-11-06'"),
            (5, 2, "moved-away", "'2026-11-07'"), (1, 0, None, "NULL"),
        ):  # fmt: skip
            tx.execute(
                sa.text(
                    "INSERT INTO enrolment (person_id, programme, child_id, event_on, told_on, told_by, state,"
                    " ended_for, corrected_on, created_at) VALUES (:who, 'p', :about, '2026-10-01', '2026-10-02',"
                    f" {seal}, 'ended', :why, {corrected}, {at})"
                ),
                {"who": who, "about": about, "why": why},
            )
    schema.upgrade(database)
    with database.read() as tx:
        died = {row.id: row.died_on for row in tx.execute(sa.select(people.person.c.id, people.person.c.died_on))}
    assert died == {1: None, 2: date(2026, 11, 5), 3: date(2026, 10, 2), 4: date(2026, 11, 6), 5: None}
    database.close()
