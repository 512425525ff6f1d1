"""What a sheet may change of who is known, and what it may not: an empty cell, a moved event, what staff told since."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from bot.clock import local_date
from bot.people.changes import Fact, tell
from bot.people.enrol import Report, enrol_sheet
from bot.people.planning import undecided
from bot.store import keeping, people, touches
from bot.store.keeping import Enrolment
from scheduler.changes import Change
from scheduler.enrolment_sheet import COLUMNS
from scheduler.schoolyear import BirthMonth
from tests.houses import Home
from tests.turn.families import check_in, touches_of

A, B, C = "+447700900431", "+447700900432", "+447700900433"


def today(home: Home) -> date:
    return local_date(home.clock.now())


def cells(home: Home, **given: object) -> str:
    on = (today(home) - timedelta(days=28)).isoformat()
    row = {
        "reference": "P1", "first_name": "Ana", "mobile": A, "programme": "after-early-help", "event_on": on,
        "told_on": on, "told_by": "Sam", "safe_to_text": "yes", **given,
    }  # fmt: skip
    return ",".join(str(row.get(name, "")) for name in COLUMNS)


def enrol(home: Home, *rows: str, dry_run: bool = False) -> Report:
    return enrol_sheet(home.house, [",".join(COLUMNS), *rows], dry_run=dry_run)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, len(report.refused)


def person(home: Home, reference: str = "P1") -> people.Person:
    with home.house.db.read() as tx:
        found = people.find_person_by_source(tx, reference)
    assert found is not None
    return found


def household(home: Home, reference: str = "P1") -> Sequence[people.Person]:
    who = person(home, reference)
    assert who.household_id is not None
    with home.house.db.read() as tx:
        return people.household_of(tx, who.household_id)


def enrolments(home: Home, reference: str = "P1") -> list[Enrolment]:
    with home.house.db.read() as tx:
        return keeping.enrolments_of(tx, [person(home, reference).id])


def first_due(home: Home, enrolment: Enrolment) -> date:
    with home.house.db.read() as tx:
        return undecided(tx, home.house.live.snapshot(tx), enrolment)[0].due_on


def told(home: Home, change: Change, reference: str = "P1", **more: object) -> object:
    fact = Fact(change=change, ref=person(home, reference).ref, on=today(home), **more)  # type: ignore[arg-type]
    return tell(home.house, fact, by="Sam")


FULL = {
    "last_name": "Nowak", "email": "ana@example.org", "postcode": "SW18 2PU", "relation": "mother", "team": "North",
    "language": "pl", "household": "H1", "child_first_name": "Kit", "child_born": "2022-09",
    "programme": "key-transitions",
}  # fmt: skip


def test_an_empty_cell_says_nothing_of_who_is_known(home: Home) -> None:
    """Name, email, postcode, relation, team, language, month of birth and household all stay as they stood."""
    enrol(home, cells(home, **FULL))
    before, lived_with = person(home), household(home)
    emptied = {name: "" for name in FULL if name not in {"child_first_name", "child_born", "programme"}}
    assert counts(enrol(home, cells(home, **{**FULL, **emptied}))) == (0, 0, 1, 0)
    assert person(home) == before
    assert (before.last_name, before.team, before.language) == ("Nowak", "North", "pl")
    assert household(home) == lived_with
    assert home.address(A).language == "pl"
    assert counts(enrol(home, cells(home, child_first_name="KIT"))) == (1, 0, 0, 0)  # another programme, the same Kit
    assert household(home) == lived_with


def test_a_household_that_is_named_later_moves_them_with_their_children(home: Home) -> None:
    """The same child is the same person, with one enrolment; the other parent's row finds that child too."""
    alone = {**FULL, "household": ""}
    enrol(home, cells(home, **alone), cells(home, **{**alone, "child_first_name": "Ama", "child_born": "2020-01"}))
    kids = {member.id for member in household(home) if member.child}
    enrolled = {e.id for e in enrolments(home)}
    assert len(kids) == len(enrolled) == 2
    assert counts(enrol(home, cells(home, **FULL))) == (0, 1, 0, 0)
    assert {member.id for member in household(home) if member.child} == kids
    assert {e.id for e in enrolments(home)} == enrolled
    assert counts(enrol(home, cells(home, **{**FULL, "reference": "P2", "mobile": B, "first_name": "Bo"}))) == (
        1,
        0,
        0,
        0,
    )
    assert {member.id for member in household(home, "P2") if member.child} == kids
    assert enrolments(home, "P2")[0].child_id in kids


def test_a_parent_who_moves_out_takes_the_child_the_row_names(home: Home) -> None:
    """The other parent stays, with the other child; what both are enrolled about is the same child still."""
    father = {**FULL, "reference": "P2", "mobile": B, "first_name": "Bo", "last_name": "", "email": ""}
    kit: dict[str, str] = {}
    ama = {"child_first_name": "Ama", "child_born": "2020-01"}
    sheet = [cells(home, **{**who, **child}) for who in (FULL, father) for child in (kit, ama)]
    assert counts(enrol(home, *sheet)) == (4, 0, 0, 0)
    before = {(e.id, e.child_id) for e in (*enrolments(home), *enrolments(home, "P2"))}
    assert counts(enrol(home, cells(home, **{**FULL, "household": "H2"}))) == (0, 1, 0, 0)
    assert [m.first_name for m in household(home)] == ["Ana", "Kit"]
    assert [m.first_name for m in household(home, "P2")] == ["Bo", "Ama"]
    assert counts(enrol(home, *sheet[2:])) == (0, 0, 2, 0)
    assert {(e.id, e.child_id) for e in (*enrolments(home), *enrolments(home, "P2"))} == before


def test_a_look_over_several_batches_tells_what_taking_tells(home: Home) -> None:
    """Who holds a number and which child is meant is known by id: a person met in a later batch is not told anew."""
    shared = [cells(home, reference=f"S{n}", household="H", mobile=C) for n in range(2)]
    kids = [cells(home, **{**FULL, "reference": f"S{n}", "mobile": C, "household": "H", "language": "", "last_name": "",
                           "email": "", "postcode": "", "relation": "", "team": ""}) for n in range(2)]  # fmt: skip
    others = [cells(home, reference=f"F{n}", mobile=f"+447700900{500 + n}") for n in range(8)]
    sheet = [shared[0], *others, shared[1], kids[0], *others, kids[1]]
    enrol(home, *sheet)
    looked = enrol(home, *sheet, dry_run=True)
    assert counts(looked) == (0, 0, len(sheet), 0)
    new = [cells(home, reference=f"N{n}", mobile=C) for n in range(2)]
    mixed = [shared[0], *others, new[0], kids[1], *others, new[1], shared[1]]
    looked = enrol(home, *mixed, dry_run=True)
    assert counts(looked) == counts(enrol(home, *mixed))


# What ended begins again.


def test_who_was_ended_begins_again_when_told_of_us_on_a_later_day(home: Home) -> None:
    """Moved away, and back: the touches that still fit are planned again, what is over keeps its reason, and the
    check-ins go. The old row brings nothing back."""
    old = cells(home, event_on="2026-10-26")
    enrol(home, old)
    told(home, "moved-away")
    assert counts(enrol(home, old)) == (0, 0, 1, 0)
    assert {t.outcome for t in touches_of(home, "P1")} == {"suppressed"}
    home.later(days=21)
    again = cells(home, told_on=today(home).isoformat(), event_on="2026-10-26")
    assert counts(enrol(home, again, dry_run=True)) == (0, 1, 0, 0)
    assert counts(enrol(home, again)) == (0, 1, 0, 0)
    assert [(t.touch, t.reason) for t in touches_of(home, "P1")] == [("four-weeks", "The family moved away.")]
    assert counts(enrol(home, again)) == (0, 0, 1, 0)
    (enrolment,) = enrolments(home)
    assert (enrolment.state, enrolment.ended_for) == ("active", None)
    home.later(days=7)
    check_in(home)
    assert [(t.touch, t.outcome) for t in touches_of(home, "P1")][1:] == [("eight-weeks", "sent")]
    assert home.out(sender=A)


def test_told_of_us_before_it_ended_is_refused_by_name(home: Home) -> None:
    """A newer row whose family was told of us before they moved says so, and brings nothing back."""
    enrol(home, cells(home))
    told(home, "moved-away")
    report = enrol(home, cells(home, told_on=today(home).isoformat()))
    assert counts(report) == (0, 0, 0, 1)
    assert report.refused[0].reasons[0].startswith("told_on: it ended on 23 November 2026 (moved away)")
    (enrolment,) = enrolments(home)
    assert (enrolment.state, enrolment.ended_for) == ("ended", "moved-away")
    moved_event = cells(home, event_on=(today(home) - timedelta(days=30)).isoformat())
    assert counts(enrol(home, moved_event)) == (0, 0, 0, 1)
    assert counts(enrol(home, cells(home, programme="house-move"))) == (0, 0, 0, 1)


@pytest.mark.parametrize(
    ("change", "row", "reason"),
    [
        ("person-died", {"programme": "house-move"}, "reference: the team was told that this person has died"),
        ("child-died", FULL, "child_first_name: the team was told that this child has died"),
        ("pregnancy-lost", {"programme": "pregnancy-to-two"}, "programme: it ended for a loss"),
    ],
)
def test_no_sheet_brings_back_what_a_loss_ended(home: Home, change: Change, row: dict[str, str], reason: str) -> None:
    """However late the family is said to have been told of us; nothing is planned, and the row says why not."""
    row = {"event_on": "2026-10-26", **row}
    enrol(home, cells(home, **row))
    kit = next((member for member in household(home) if member.child), None)
    told(home, change, child=kit.ref if kit is not None else None)
    home.later(days=3)
    report = enrol(home, cells(home, **row, told_on=today(home).isoformat()))
    assert [one[: len(reason)] for r in report.refused for one in r.reasons] == [reason]
    assert {e.state for e in enrolments(home)} == {"ended"}


def test_a_due_date_corrected_by_an_old_sheet_brings_no_lost_pregnancy_back(home: Home) -> None:
    """Another day for the same pregnancy, told of before the loss, is refused; a new one told of since is taken."""
    row = {"programme": "pregnancy-to-two", "event_on": "2027-03-01"}
    enrol(home, cells(home, **row))
    told(home, "pregnancy-lost")
    late = enrol(home, cells(home, **{**row, "event_on": "2027-03-09"}))
    assert counts(late) == (0, 0, 0, 1)
    home.later(days=100)
    new = cells(home, **{**row, "event_on": "2027-11-01", "told_on": today(home).isoformat()})
    assert counts(enrol(home, new)) == (1, 0, 0, 0)


# The day of an event.


def test_a_corrected_day_moves_the_plan_that_stands(home: Home) -> None:
    """One plan, its dates moved; what was sent is not sent again, and the same sheet changes nothing more."""
    due = {"programme": "pregnancy-to-two", "event_on": "2027-03-01"}
    enrol(home, cells(home, **due))
    born = cells(home, **{**due, "event_on": "2027-02-20", "told_on": "2026-11-20"})
    assert counts(enrol(home, born, dry_run=True)) == (0, 1, 0, 0)
    assert counts(enrol(home, born)) == (0, 1, 0, 0)
    assert counts(enrol(home, born)) == (0, 0, 1, 0)
    (enrolment,) = enrolments(home)
    assert enrolment.event_on == date(2027, 2, 20)
    # the sheet of before the correction says nothing against it
    assert counts(enrol(home, cells(home, **due))) == (0, 0, 1, 0)
    assert enrolments(home) == [enrolment]


def test_what_happened_again_takes_the_place_of_the_plan_before(home: Home) -> None:
    """One plan goes on, from the newer day; each touch of the older one has its reason; the sheet of both rows, in
    either order, changes nothing the second time."""
    first = {"programme": "exclusion", "event_on": "2026-10-20", "told_on": "2026-10-21"}
    again = {"programme": "exclusion", "event_on": "2026-11-17", "told_on": "2026-11-18"}
    enrol(home, cells(home, **first))
    assert counts(enrol(home, cells(home, **again))) == (1, 0, 0, 0)
    old, new = enrolments(home)
    assert [(old.state, old.ended_for), (new.state, new.ended_for)] == [("ended", None), ("active", None)]
    with home.house.db.read() as tx:
        reasons = {t.reason for t in touches.touches_of(tx, [old.id])}
    assert reasons == {"It happened again on 17 November 2026: the plan that counts from then takes its place."}
    both = [cells(home, **first), cells(home, **again)]
    assert counts(enrol(home, *both)) == counts(enrol(home, *both[::-1])) == (0, 0, 2, 0)
    other = [cells(home, **one, reference="P2", mobile=B) for one in (first, again)]
    assert counts(enrol(home, *other)) == (2, 0, 0, 0)
    assert [e.state for e in enrolments(home, "P2")] == ["ended", "active"]
    assert counts(enrol(home, *other)) == (0, 0, 2, 0)


def test_two_days_told_of_on_one_day_cannot_both_be_right(home: Home) -> None:
    """In one sheet the first stands, and the other names its line."""
    report = enrol(home, cells(home), cells(home, event_on=today(home).isoformat()))
    assert [r.reasons for r in report.refused] == [("event_on: line 2 says otherwise of this programme",)]


# A month of birth.


def test_a_month_put_right_at_the_desk_stands_over_the_next_sheet(home: Home) -> None:
    """The sheet still has the wrong month: nothing moves back. Told of on a later day, the sheet's month counts."""
    enrol(home, cells(home, **FULL))
    kit = next(member for member in household(home) if member.child)
    told(home, "birth-month-corrected", child=kit.ref, born=BirthMonth(year=2021, month=9))
    (enrolment,) = enrolments(home)
    assert enrolment.event_on == date(2021, 9, 1)
    due = first_due(home, enrolment)
    assert counts(enrol(home, cells(home, **FULL))) == (0, 0, 1, 0)
    assert [m.born for m in household(home) if m.child] == ["2021-09"]
    assert enrolments(home) == [enrolment]
    home.later(days=2)
    newer = cells(home, **{**FULL, "child_born": "2023-09", "told_on": today(home).isoformat()})
    assert counts(enrol(home, newer)) == (0, 1, 0, 0)
    (moved,) = enrolments(home)
    assert moved.event_on == date(2023, 9, 1)
    assert first_due(home, moved) > due


def test_a_sheets_month_moves_every_parents_plan(home: Home) -> None:
    """One parent's row corrects it: the other's enrolment about the child has its next touch from the right month."""
    father = {**FULL, "reference": "P2", "mobile": B, "first_name": "Bo", "last_name": "", "email": ""}
    enrol(home, cells(home, **FULL), cells(home, **father))
    corrected = {**FULL, "child_born": "2023-09"}
    assert counts(enrol(home, cells(home, **corrected))) == (0, 1, 0, 0)
    (hers,), (his,) = enrolments(home), enrolments(home, "P2")
    assert hers.event_on == his.event_on == date(2023, 9, 1)
    assert hers.next_at == his.next_at
    assert counts(enrol(home, cells(home, **{**father, "child_born": "2023-09"}))) == (0, 0, 1, 0)


# A young person.


def young(home: Home, **more: object) -> str:
    return cells(home, **{
        "reference": "Y1", "first_name": "Kit", "mobile": C, "household": "H1", "relation": "Young person",
        "programme": "key-transitions", "child_born": "2010-10", **more,
    })  # fmt: skip


@pytest.mark.parametrize("parent_first", [True, False])
def test_a_young_person_is_the_child(home: Home, parent_first: bool) -> None:
    """Their own row makes them the recipient: only what is for a young person of the age the council sets. The parent's
    row means the same child, whichever came first; and the same rows again change nothing."""
    rows = [cells(home, **{**FULL, "child_born": "2010-10"}), young(home)]
    rows = rows if parent_first else rows[::-1]
    for one in rows:
        assert counts(enrol(home, one)) == (1, 0, 0, 0)
    assert counts(enrol(home, *rows)) == (0, 0, 2, 0)
    kit = person(home, "Y1")
    assert kit.child
    assert [m.id for m in household(home) if m.child] == [kit.id]
    (own,), (hers,) = enrolments(home, "Y1"), enrolments(home)
    assert own.child_id == own.person_id == hers.child_id == kit.id
    with home.house.db.read() as tx:
        left = undecided(tx, home.house.live.snapshot(tx), own)
    assert [touch.touch.id for touch in left] == ["after-year-eleven", "turning-eighteen"]
    assert own.next_at == left[0].window[0]


def test_a_young_persons_row_names_no_other_child(home: Home) -> None:
    report = enrol(home, young(home, child_first_name="Ama"))
    assert [r.reasons for r in report.refused] == [
        ("child_first_name: leave it empty for a young person, who is the child of their own row",)
    ]


def test_a_young_persons_death_ends_both_plans_and_no_row_brings_them_back(home: Home) -> None:
    enrol(home, cells(home, **{**FULL, "child_born": "2010-10"}), young(home))
    told(home, "child-died", "Y1", child=person(home, "Y1").ref)
    assert {e.ended_for for e in (*enrolments(home), *enrolments(home, "Y1"))} == {"child-died"}
    home.later(days=2)
    on = today(home).isoformat()
    report = enrol(home, young(home, told_on=on), young(home, told_on=on, programme="new-school", child_born=""))
    assert len(report.refused) == 2
