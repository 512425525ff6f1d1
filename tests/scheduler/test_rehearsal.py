"""The rehearsed year by itself: what holds for any families, any answers and any outage."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.answering import AnswerModel
from scheduler.calendar import WorkingCalendar
from scheduler.decide import ContactRules
from scheduler.desk_load import by_week
from scheduler.localtime import Span, end_of_day, instant, local, local_date
from scheduler.programme import Enrolment, Programme, Touch, planned
from scheduler.quiet import ContactHours
from scheduler.rehearsal import rehearse
from scheduler.rehearsed import Became, Heard, Line, Person, Placed, Wrote, Year
from scheduler.when import Offset

FIRST, LAST = date(2026, 9, 1), date(2027, 8, 31)
UNTIL = end_of_day(LAST)
RULES = ContactRules(hours=ContactHours(calendar=WorkingCalendar()), daily_cap=20)
PLAN = Programme(
    id="plan", title="A plan", event="it began",
    touches=tuple(
        Touch(id=f"week-{weeks}", when=Offset(weeks=weeks), flow="check-in", late_days=20) for weeks in (2, 5, 9, 30)
    ),
)  # fmt: skip


def hear(flow: str | None, words: str, _last: int | None, _now: datetime) -> Heard:
    if words == "STOP":
        return Heard(closed="They asked us to stop." if flow else None, consent="stopped")
    if words == "3":
        return Heard(closed="Low.", score=3, raised=("concern",))
    return Heard(closed="Well." if flow else None, score=8 if flow else None)


def placed(person: str, event_on: date, programme: Programme = PLAN, *, child: str | None = None) -> Placed:
    plan = Enrolment(event_on=event_on, enrolled_on=FIRST)
    return Placed(person=person, programme=programme, plan=plan, at=instant(FIRST), child=child)


def year_of(
    people: Sequence[Person], on: Sequence[Placed], *, rules: ContactRules = RULES, **more: object
) -> Year:  # fmt: skip
    return rehearse(people, on, rules, UNTIL, hear=hear, **more)  # type: ignore[arg-type]  # named as rehearse names them


days = st.integers(-60, 300).map(lambda n: FIRST + timedelta(days=n))
moments = st.integers(0, 364 * 24 * 60).map(lambda n: instant(FIRST) + timedelta(minutes=n))
events = st.lists(days, min_size=1, max_size=8)
outages = st.lists(st.tuples(moments, st.integers(1, 12 * 24)), max_size=2).map(
    lambda spans: [(at, at + timedelta(hours=hours)) for at, hours in spans]
)


@given(event_on=events, outages=outages, seed=st.integers(0, 99), stops=st.lists(moments, max_size=3))
def test_every_touch_of_the_year_is_accounted_for(
    event_on: list[date], outages: list[Span], seed: int, stops: list[datetime]
) -> None:
    """Each touch whose time was over is in the ledger exactly once with a reason; none is there before it is due,
    none was decided while the service stood still, and none went at night, on a Friday or twice in a fortnight."""
    people = [Person(ref=f"P{n}", number=f"N{n // 2}") for n in range(len(event_on))]  # two share each number
    on = [placed(person.ref, day) for person, day in zip(people, event_on, strict=True)]
    said = [Wrote(at=at, person="P0", words="STOP") for at in stops]
    year = year_of(people, on, answers=AnswerModel(seed=seed), happenings=said, outages=outages)

    found = Counter((line.person, line.touch) for line in year.ledger)
    assert all(count == 1 for count in found.values())
    awake = max([end for start, end in outages if start <= UNTIL < end], default=UNTIL)
    if awake == UNTIL and not any(start < UNTIL <= end for start, end in outages):
        over = {(one.person, t.touch.id) for one in on for t in planned(PLAN, one.plan) if t.window[1] < UNTIL}
        assert over <= found.keys()
    went: dict[str, list[datetime]] = {}
    for line in year.ledger:
        assert line.reason
        assert line.decided_at >= max(line.due_at, instant(FIRST))
        assert not any(start <= line.decided_at < end for start, end in outages)
        if line.outcome not in {"missed", "suppressed"}:
            assert time(10) <= local(line.decided_at).time() < time(15)
            assert local(line.decided_at).weekday() < 4
            went.setdefault(f"N{int(line.person[1:]) // 2}", []).append(line.decided_at)
    for times in went.values():
        assert all(local_date(b) - local_date(a) >= timedelta(days=14) for a, b in pairwise(sorted(times)))


@given(event_on=events, seed=st.integers(0, 99))
def test_the_same_input_gives_the_same_year(event_on: list[date], seed: int) -> None:
    """Nothing is left to chance; and where there is no daily cap, a family more changes nothing for the others."""
    people = [Person(ref=f"P{n}", number=f"N{n}") for n in range(len(event_on))]
    on = [placed(person.ref, day) for person, day in zip(people, event_on, strict=True)]

    def told(year: Year) -> list[tuple[str, str, datetime, str]]:
        return sorted((line.person, line.touch, line.decided_at, line.outcome) for line in year.ledger)

    uncapped = replace(RULES, daily_cap=None)
    whole = told(year_of(people, on, answers=AnswerModel(seed=seed)))
    assert whole == told(year_of(people, on, answers=AnswerModel(seed=seed)))
    whole = told(year_of(people, on, rules=uncapped, answers=AnswerModel(seed=seed)))
    fewer = told(year_of(people[:-1], on[:-1], rules=uncapped, answers=AnswerModel(seed=seed)))
    assert fewer == [line for line in whole if line[0] != people[-1].ref]


def test_a_cohort_is_spread_and_no_day_has_more_than_its_cap() -> None:
    """A hundred families whose touch falls on one Monday, twenty a day: five days, in the order of enrolment."""
    people = [Person(ref=f"P{n:03}", number=f"N{n}") for n in range(100)]
    year = year_of(people, [placed(p.ref, date(2026, 9, 7), _once(late_days=20)) for p in people])
    days = Counter(local_date(line.decided_at) for line in year.ledger)
    assert set(days.values()) == {20}
    assert len(days) == 5
    assert [line.person for line in year.ledger] == sorted(line.person for line in year.ledger)


def test_who_was_enrolled_first_has_the_first_turn() -> None:
    """As in the service, where a number is given when somebody is enrolled: not by the place in the list."""
    later, first = replace(placed("P1", FIRST, _once(late_days=90)), at=instant(FIRST + timedelta(days=1))), "P2"
    on = [later, placed(first, FIRST, _once(late_days=90))]
    year = year_of([Person(ref=p, number=p) for p in ("P1", first)], on, rules=replace(RULES, daily_cap=1))
    assert [line.person for line in year.ledger] == [first, "P1"]


@pytest.mark.parametrize(("share", "outcome"), [(0.0, "no-reply"), (1.0, "answered")])
def test_none_answer_or_all_do(share: float, outcome: str) -> None:
    """The two ends of the model are exact; the load is what they bring."""
    people = [Person(ref=f"P{n}", number=f"N{n}") for n in range(30)]
    year = year_of(people, [placed(p.ref, FIRST) for p in people], answers=AnswerModel(share=share, low=share))
    assert {line.outcome for line in year.ledger} == {outcome}
    weeks = by_week(year, FIRST, LAST)
    assert sum(week.check_ins for week in weeks) == len(year.ledger) == 120
    assert sum(week.answers for week in weeks) == sum(week.concern for week in weeks) == 120 * share
    assert sum(week.listed for week in weeks) == 120 * (1 - share)


@given(share=st.floats(0, 1), seed=st.integers())
def test_about_the_share_answers(share: float, seed: int) -> None:
    """Over a thousand check-ins the share is met within five standard deviations, whatever the seed."""
    model = AnswerModel(share=share, seed=seed)
    answered = sum(
        bool(list(model(_line(n), UNTIL)) or list(model(_line(n, reminded=True), UNTIL))) for n in range(1000)
    )
    assert abs(answered - 1000 * share) <= 5 * (1000 * share * (1 - share)) ** 0.5 + 1


@pytest.mark.parametrize("wrong", [{"share": -0.1}, {"share": 1.1}, {"low": 2}])
def test_a_share_is_from_none_to_all(wrong: dict[str, float]) -> None:
    """Anything else is refused."""
    with pytest.raises(ValueError, match="share"):
        AnswerModel(**wrong)  # type: ignore[arg-type]  # floats, each under its name


def test_what_becomes_of_a_person_counts_from_its_moment() -> None:
    """An undelivered text ends its touch at once and is listed; social care's case holds; a phone that is not safe
    any more gets nothing."""
    person = Person(ref="P", number="N")
    sent = datetime(2026, 9, 15, 9, tzinfo=UTC)
    year = year_of([person], [placed("P", FIRST)], happenings=[
        Became(at=sent + timedelta(minutes=1), person="P", undelivered=True),
        Became(at=datetime(2026, 10, 1, tzinfo=UTC), person="P", social_care_open=True),
        Became(at=datetime(2026, 10, 20, 11, tzinfo=UTC), person="P", social_care_open=False),
        Became(at=datetime(2026, 11, 1, tzinfo=UTC), person="P", safe_to_text=False),
    ])  # fmt: skip
    assert [(line.touch, line.outcome) for line in year.ledger] == [
        ("week-2", "undelivered"), ("week-5", "no-reply"), ("week-9", "suppressed"), ("week-30", "suppressed"),
    ]  # fmt: skip
    assert year.ledger[0].decided_at == sent
    assert year.ledger[0].listed_at == sent + timedelta(minutes=1)
    assert local_date(year.ledger[1].decided_at) == date(2026, 10, 21)


def test_someone_nobody_knows_is_refused() -> None:
    """A placing or a happening of a person who is not among the people says so."""
    with pytest.raises(ValueError, match="no person Q"):
        year_of([], [placed("Q", FIRST)])
    with pytest.raises(ValueError, match="no person Q"):
        year_of([], [], happenings=[Wrote(at=UNTIL, person="Q", words="hi")])


def _once(*, late_days: int) -> Programme:
    touch = Touch(id="once", when=Offset(weeks=1), flow="check-in", late_days=late_days)
    return Programme(id="once", title="Once", event="it began", touches=(touch,))


def _line(n: int, *, reminded: bool = False) -> Line:
    touch = planned(PLAN, Enrolment(event_on=FIRST, enrolled_on=FIRST))[0]
    return Line(
        person=f"P{n}", programme="plan", touch="t", occurrence=1, child=None, due_at=UNTIL, decided_at=UNTIL,
        outcome="sent", reason="", enrolled_on=FIRST, planned=touch, reminded_at=UNTIL if reminded else None,
    )  # fmt: skip
