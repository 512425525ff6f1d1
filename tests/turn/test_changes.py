"""Facts that change what is planned: what ends, waits, starts and moves; nothing is lost, and nothing said twice."""

from datetime import date, timedelta

import pytest

from bot.clock import local_date
from bot.people.changes import Fact, NotSo, tell
from bot.people.planning import undecided
from bot.store import addresses, holding, keeping, people
from bot.store import touches as rows
from bot.store.touches import Touch
from bot.turn import timers
from bot.turn.touches import decide_due
from scheduler.changes import CHANGES, Change
from scheduler.schoolyear import BirthMonth
from tests.houses import Home
from tests.turn.families import check_in, enrol, follow_up, four_weeks_ago, row, touches_of
from tests.turn.test_turns import asked_for, child_of, enrol_child

A, B = "+447700900411", "+447700900412"


def ref_of(home: Home, reference: str) -> str:
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, reference)
        assert person is not None
        return person.ref


def child_ref(home: Home, child: int) -> str:
    with home.house.db.read() as tx:
        return people.person_by_id(tx, child).ref


def today(home: Home) -> date:
    return local_date(home.clock.now())


def touches(home: Home, enrolment: int) -> list[Touch]:
    with home.house.db.read() as tx:
        return rows.touches_of(tx, [enrolment])


def told(home: Home, change: Change, reference: str = "P1", **more: object) -> object:
    fact = Fact(change=change, ref=ref_of(home, reference), on=today(home), **more)  # type: ignore[arg-type]
    return tell(home.house, fact, by="Sam")


def test_early_help_opened_again_ends_the_programme_and_the_ledger_says_so(home: Home) -> None:
    """What was sent stays as it was; what was to come is suppressed, touch by touch, with the reason; no reminder."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    check_in(home)
    effects = told(home, "early-help-opened")
    assert effects.ended == 1  # type: ignore[attr-defined]
    ended = touches_of(home, "P1")
    assert [t.outcome for t in ended] == ["no-reply", *["suppressed"] * 4]
    assert {t.reason for t in ended[1:]} == {"Early help opened again for this family."}
    follow_up(home, 14)
    assert not [o for o in home.out(sender=A) if o.purpose == "reminder"]
    assert home.cases() == []


def test_told_twice_changes_nothing_the_second_time(home: Home) -> None:
    """A form sent twice, or the same told at the desk and by a command."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    told(home, "early-help-opened")
    before = touches_of(home, "P1")
    effects = told(home, "early-help-opened")
    assert (effects.ended, effects.case) == (0, None)  # type: ignore[attr-defined]
    assert touches_of(home, "P1") == before


def test_closed_again_begins_anew(home: Home) -> None:
    """After it opened again and closed again, the new closing day has touches of its own."""
    monday = four_weeks_ago(home)
    enrol(home, row("P1", A, monday - timedelta(days=7)))
    told(home, "early-help-opened")
    enrol(home, row("P1", A, monday))
    check_in(home)
    assert [t.outcome for t in touches_of(home, "P1")].count("sent") == 1


def test_a_childs_death_ends_that_childs_touches_and_a_person_reviews_the_rest(home: Home) -> None:
    """At once; everything else of the household waits, both parents' too, until it was reviewed."""
    monday = four_weeks_ago(home)
    enrol(home, row("P1", A, monday, household="H"), row("P2", B, monday, household="H"))
    ada, ben = (child_of(home, "P1", name, "2022-03") for name in ("Ada", "Ben"))
    of_ada, of_ben = enrol_child(home, "P1", ada, today(home)), enrol_child(home, "P1", ben, today(home))
    effects = told(home, "child-died", child=child_ref(home, ada))
    assert {t.outcome for t in touches(home, of_ada)} == {"suppressed"}
    assert {t.reason for t in touches(home, of_ada)} == {"The child has died."}
    assert len(touches(home, of_ada)) == 5
    assert touches(home, of_ben) == []
    check_in(home)
    assert home.pigeon.carried == []
    (case,) = home.cases()
    assert (case.reason, case.level, case.ref) == ("child-died", "concern", effects.case)  # type: ignore[attr-defined]
    home.later(days=1)
    told(home, "reviewed")
    home.clock.at += timedelta(days=1)
    check_in(home)
    assert asked_for(home, B)


def test_a_check_in_that_was_written_and_has_not_left_is_taken_back(home: Home) -> None:
    """The child dies between the tick and the sending: the text does not go."""
    monday = four_weeks_ago(home)
    enrol(home, row("P1", A, monday - timedelta(days=400)))
    while decide_due(home.house, home.clock.now()):
        pass
    ada = child_of(home, "P1", "Ada", "2022-03")
    made = enrol_child(home, "P1", ada, monday)
    decide_due(home.house, home.clock.now())
    told(home, "child-died", child=child_ref(home, ada))
    home.send()
    assert home.pigeon.carried == []
    assert {t.outcome for t in touches(home, made)} == {"suppressed"}


def test_a_parked_check_in_is_not_said_after_the_death(home: Home) -> None:
    """It waited for a talk to end; the death ends it there too."""
    monday = four_weeks_ago(home)
    enrol(home, row("P1", A, monday - timedelta(days=400)))
    while decide_due(home.house, home.clock.now()):
        pass
    ada = child_of(home, "P1", "Ada", "2022-03")
    made = enrol_child(home, "P1", ada, monday)
    home.text("hello", sender=A)
    home.later(minutes=29)
    with home.house.db.write() as tx:
        addresses.change_address(tx, home.address(A).id, last_in_at=home.clock.now() - timedelta(hours=1))
    check_in(home)
    assert [t.outcome for t in touches(home, made)] == [rows.PARKED]
    told(home, "child-died", child=child_ref(home, ada))
    home.later(hours=1)
    timers.fire_due(home.house, home.clock.now())
    home.send()
    assert asked_for(home, A) == set()
    assert {t.outcome for t in touches(home, made)} == {"suppressed"}


def test_a_loss_ends_what_the_programmes_file_names(home: Home) -> None:
    """Told of a pregnancy: its programme ends; early help's goes on."""
    named = {
        p.id for p in home.house.live.of(home.house.db).compiled.programmes.values() if "pregnancy-lost" in p.ended_by
    }
    assert named
    monday = four_weeks_ago(home)
    enrol(home, row("P1", A, monday))
    with home.house.db.write() as tx:
        person = people.find_person_by_source(tx, "P1")
        assert person is not None
        made = keeping.enrol(
            tx, person_id=person.id, programme=min(named), event_on=monday + timedelta(days=100), told_on=monday,
            told_by="Sam", created_at=home.clock.now(),
        )  # fmt: skip
        assert made is not None
    told(home, "pregnancy-lost")
    assert touches(home, made)
    assert {t.outcome for t in touches(home, made)} == {"suppressed"}
    check_in(home)
    assert [t.outcome for t in touches_of(home, "P1") if t.enrolment_id != made] == ["sent"]


def test_social_care_pauses_and_its_end_goes_on(home: Home) -> None:
    """Nothing goes while it is open; closed within the window, the touch goes late and says so."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    told(home, "social-care-opened")
    check_in(home)
    assert touches_of(home, "P1") == []
    told(home, "social-care-closed")
    home.later(days=2)
    check_in(home)
    (touch,) = touches_of(home, "P1")
    assert (touch.outcome, touch.reason) == ("sent", "Sent 2 days after it was due, 23 November 2026.")


def test_a_step_down_lifts_the_pause_and_starts_the_programme(home: Home) -> None:
    """For each parent who was told of us: the programme that names it begins on that day."""
    old, told_on = four_weeks_ago(home) - timedelta(days=400), today(home)
    enrol(home, *(row(who, number, old, household="H", told_on=told_on) for who, number in (("P1", A), ("P2", B))))
    while decide_due(home.house, home.clock.now()):
        pass
    told(home, "social-care-opened")
    effects = told(home, "stepped-down")
    assert (effects.started, effects.lifted) == (2, 2)  # type: ignore[attr-defined]
    home.later(weeks=4)
    check_in(home)
    assert asked_for(home, A)
    assert asked_for(home, B)


def test_moved_away_ends_all_of_both_parents(home: Home) -> None:
    """The household's every enrolment ends."""
    monday = four_weeks_ago(home)
    enrol(home, row("P1", A, monday, household="H"), row("P2", B, monday, household="H"))
    assert told(home, "moved-away").ended == 2  # type: ignore[attr-defined]
    check_in(home)
    assert home.pigeon.carried == []


def test_a_month_of_birth_corrected_moves_the_dates_and_keeps_the_keys(home: Home) -> None:
    """What was decided is not said again, what is left moves, what is over by the right month says why."""
    old = four_weeks_ago(home) - timedelta(days=400)
    enrol(home, row("P1", A, old, told_on=today(home)))
    while decide_due(home.house, home.clock.now()):
        pass
    programmes = home.house.live.of(home.house.db).compiled.programmes
    programme = next(p for p in programmes.values() if p.event_is == "birth-month" and "parent" in p.recipients)
    ada = child_of(home, "P1", "Ada", "2022-11")
    made = enrol_child(home, "P1", ada, date(2022, 11, 1), programme=programme.id)
    while decide_due(home.house, home.clock.now()):
        pass
    before = {(t.touch, t.occurrence): t.outcome for t in touches(home, made)}
    with home.house.db.read() as tx:
        was = keeping.enrolment_by_id(tx, made).next_at
    effects = told(home, "birth-month-corrected", child=child_ref(home, ada), born=BirthMonth(year=2019, month=11))
    assert effects.moved == 1  # type: ignore[attr-defined]
    after = {(t.touch, t.occurrence): t for t in touches(home, made)}
    assert before.items() <= {key: t.outcome for key, t in after.items()}.items()
    late = [t for key, t in after.items() if key not in before]
    assert late
    assert all(t.outcome == "missed" and "corrected to 2019-11" in t.reason for t in late)
    with home.house.db.read() as tx:
        now_at = keeping.enrolment_by_id(tx, made).next_at
    assert was is not None
    assert now_at is not None
    assert was != now_at


@pytest.mark.parametrize(
    ("change", "more", "field"),
    [
        ("child-died", {}, "child"),
        ("child-died", {"child": "AAAAAAAA"}, "child"),
        ("birth-month-corrected", {}, "child"),
        ("school-deferred", {}, "child"),
        ("event-corrected", {"event_on": date(2026, 10, 1)}, "programme"),
        ("event-corrected", {"event_on": date(2026, 10, 1), "programme": "house-move"}, "programme"),
        ("event-corrected", {"programme": "after-early-help"}, "event_on"),
        ("moved-away", {"on": date(2027, 1, 1)}, "on"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    home: Home, change: Change, more: dict[str, object], field: str
) -> None:
    """Which child, which month, and no day to come: said of the answer at fault."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    values: dict[str, object] = {"change": change, "ref": ref_of(home, "P1"), "on": today(home), **more}
    with pytest.raises(NotSo) as refused:
        tell(home.house, Fact(**values), by="Sam")  # type: ignore[arg-type]
    assert refused.value.field == field
    assert touches_of(home, "P1") == []


def test_every_change_can_be_told(home: Home) -> None:
    """Each line of the table comes to its end for a family, and no hold is left unknown."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    ada = child_ref(home, child_of(home, "P1", "Ada", "2022-03"))
    enrol(home, row("P2", B, four_weeks_ago(home)))
    for change, follows in CHANGES.items():
        if follows.of_event:
            told(home, change, "P2", programme="after-early-help", event_on=four_weeks_ago(home) - timedelta(days=1))
            continue
        child = ada if follows.of_child else None
        told(home, change, child=child, born=BirthMonth(year=2022, month=4) if follows.moves else None)
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, "P1")
        assert person is not None
        assert holding.holds_of(tx, person.id) == frozenset()


def test_a_corrected_event_moves_the_plan_and_stands_over_the_sheet(home: Home) -> None:
    """The day a baby came, told at the desk: the dates move, what was decided stays, and the sheet that still has the
    day it was due changes nothing."""
    due = today(home) + timedelta(days=30)
    sheet = row("P1", A, due, told_on=today(home)).replace("after-early-help", "pregnancy-to-two")
    enrol(home, sheet)
    came = due - timedelta(days=9)
    effects = told(home, "event-corrected", programme="pregnancy-to-two", event_on=came)
    assert effects.moved == 1  # type: ignore[attr-defined]
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, "P1")
        assert person is not None
        (enrolment,) = keeping.enrolments_of(tx, [person.id])
    assert (enrolment.event_on, enrolment.state) == (came, "active")
    assert "corrected" in {t.touch: t.reason for t in touches_of(home, "P1")}["booking"]
    assert enrol(home, sheet).unchanged == 1
    assert told(home, "event-corrected", programme="pregnancy-to-two", event_on=came).moved == 0  # type: ignore[attr-defined]
    with home.house.db.read() as tx:
        assert keeping.enrolments_of(tx, [person.id]) == [enrolment]


def test_a_step_down_told_twice_is_one_plan(home: Home) -> None:
    """Told again of an earlier day, the plan counts from that day; there is never a second beside it."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    told(home, "early-help-opened")
    first = Fact(change="stepped-down", ref=ref_of(home, "P1"), on=today(home) - timedelta(days=1))
    assert tell(home.house, first, by="Sam").started == 1
    again = Fact(change="stepped-down", ref=first.ref, on=today(home) - timedelta(days=3))
    assert tell(home.house, again, by="Sam").started == 0
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, "P1")
        assert person is not None
        standing = [e for e in keeping.enrolments_of(tx, [person.id]) if e.state == "active"]
    assert [e.event_on for e in standing] == [again.on]


def test_school_a_year_later_and_on_time_after_all(home: Home) -> None:
    """A summer-born child's dates of school move a year, for every parent; told back, they are as they were; a child
    born in another season cannot, nor by a corrected month stay so."""
    enrol(home, row("P1", A, four_weeks_ago(home), household="H"), row("P2", B, four_weeks_ago(home), household="H"))
    ada = child_of(home, "P1", "Ada", "2023-06")
    made = [enrol_child(home, who, ada, date(2023, 6, 1), programme="key-transitions") for who in ("P1", "P2")]

    def start_of_school() -> set[date]:
        with home.house.db.read() as tx:
            snapshot = home.house.live.snapshot(tx)
            left = [t for e in made for t in undecided(tx, snapshot, keeping.enrolment_by_id(tx, e))]
        return {t.due_on for t in left if t.touch.id == "reception-start"}

    (before,) = start_of_school()
    assert told(home, "school-deferred", child=child_ref(home, ada)).moved == 2  # type: ignore[attr-defined]
    (after,) = start_of_school()
    assert (after.year, after.month, after.day) == (before.year + 1, before.month, before.day)
    assert told(home, "school-deferred", child=child_ref(home, ada)).moved == 0  # type: ignore[attr-defined]
    assert told(home, "school-on-time", child=child_ref(home, ada)).moved == 2  # type: ignore[attr-defined]
    assert start_of_school() == {before}
    told(home, "school-deferred", child=child_ref(home, ada))
    told(home, "birth-month-corrected", child=child_ref(home, ada), born=BirthMonth(year=2023, month=10))
    with home.house.db.read() as tx:
        assert not people.person_by_id(tx, ada).deferred
    with pytest.raises(NotSo, match="April to August"):
        told(home, "school-deferred", child=child_ref(home, ada))
