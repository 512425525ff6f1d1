"""Dates of a programme: from the school year, an age, a term, working days, a due date. By hand, and as rules."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from scheduler.calendar import WorkingCalendar
from scheduler.holidays_england import england_holidays
from scheduler.programme import Enrolment, Offset, Programme, Repeat, Touch, next_touch_after, planned
from scheduler.schoolyear import BirthMonth, leaving_date, term_after_birthday
from scheduler.when import (
    Age,
    Pregnancy,
    Reached,
    Rule,
    School,
    SchoolDay,
    Start,
    Term,
    TermStart,
    Week,
    WorkingDays,
    reached_on,
)

births = st.builds(BirthMonth, year=st.integers(2005, 2035), month=st.integers(1, 12))
dates = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def due(when: Rule, born: str, *, deferred: bool = False) -> date:
    month = BirthMonth.read(born)
    return when.on(Start(event_on=date(month.year, month.month, 1), born=month, deferred=deferred))


def school(stage: str, day: str, **moved: Offset) -> School:
    return School(school=SchoolDay(stage=stage, day=day, **moved))  # type: ignore[arg-type]  # words are under test


APPLY, APPLY_7 = school("reception", "application"), school("year-7", "application")
STARTS, STARTS_7, LEAVES = school("reception", "start"), school("year-7", "start"), school("year-11", "leaving")
TWO, THREE = Term(term=TermStart(after_birthday=2)), Term(term=TermStart(after_birthday=3))

# A child of each month of one school year: September 2021 to August 2022 start reception together in September 2026.
MONTHS = [f"2021-{n:02}" for n in range(9, 13)] + [f"2022-{n:02}" for n in range(1, 9)]
TERMS = (
    [date(2024, 1, 1)] * 4  # born September to December 2021, two in 2023
    + [date(2024, 4, 1)] * 3
    + [date(2024, 9, 1)] * 5
)


@pytest.mark.parametrize(("born", "two"), list(zip(MONTHS, TERMS, strict=True)))
def test_a_child_of_each_month_of_a_school_year(born: str, two: date) -> None:
    """One cohort: one closing date, one start, one leaving date; the childcare term goes by the birthday."""
    assert due(APPLY, born) == date(2026, 1, 15)
    assert due(STARTS, born) == date(2026, 9, 1)
    assert due(APPLY_7, born) == date(2032, 10, 31)
    assert due(STARTS_7, born) == date(2033, 9, 1)
    assert due(LEAVES, born) == date(2038, 6, 25)
    assert due(TWO, born) == two
    assert due(THREE, born) == date(two.year + 1, two.month, 1)


@pytest.mark.parametrize("born", ["2022-04", "2022-05", "2022-06", "2022-07", "2022-08"])
def test_a_summer_born_child_put_off_by_a_year_has_all_of_school_a_year_later(born: str) -> None:
    """School moves by a year; childcare and ages do not."""
    assert due(APPLY, born, deferred=True) == date(2027, 1, 15)
    assert due(STARTS, born, deferred=True) == date(2027, 9, 1)
    assert due(APPLY_7, born, deferred=True) == date(2033, 10, 31)
    assert due(LEAVES, born, deferred=True) == date(2039, 6, 24)
    assert due(TWO, born, deferred=True) == due(TWO, born)
    assert due(Age(age=Reached(years=16)), born, deferred=True) == due(Age(age=Reached(years=16)), born)


@pytest.mark.parametrize("born", ["2022-03", "2022-09"])
def test_nobody_else_is_put_off(born: str) -> None:
    """A month corrected from June to March takes the deferral with it, and raises nothing."""
    assert due(STARTS, born, deferred=True) == due(STARTS, born)


@pytest.mark.parametrize(
    ("born", "years", "months", "found"),
    [
        ("2024-02", 2, 0, date(2026, 3, 1)),
        ("2024-02", 16, 0, date(2040, 3, 1)),  # born on the 29th or not, of age by then
        ("2023-12", 2, 0, date(2026, 1, 1)),
        ("2024-01", 2, 3, date(2026, 5, 1)),
        ("2023-11", 0, 13, date(2025, 1, 1)),
        ("2010-09", 17, 0, date(2027, 10, 1)),
    ],
)
def test_an_age_is_reached_when_every_child_of_the_month_has_it(
    born: str, years: int, months: int, found: date
) -> None:
    """The day of birth is not known: the first of the month after the birthday's."""
    assert due(Age(age=Reached(years=years, months=months)), born) == found


@given(births, st.integers(1, 18), st.integers(1, 31))
def test_whoever_was_born_in_the_month_is_so_old_by_then(born: BirthMonth, years: int, day: int) -> None:
    """Whatever the day of birth, the birthday is over, and not by more than a month."""
    last = (date(born.year + born.month // 12, born.month % 12 + 1, 1) - timedelta(days=1)).day
    month_day = min(day, last)
    on = reached_on(born, years)
    whole_years = on.year - born.year - ((on.month, on.day) < (born.month, month_day))
    assert whole_years == years
    assert (on - timedelta(days=32)) < date(born.year + years, born.month, min(month_day, 28))


@given(births)
def test_leaving_is_a_friday_and_the_last_of_june(born: BirthMonth) -> None:
    """School Leaving Date Order 1997."""
    on = leaving_date(born)
    assert (on.weekday(), on.month) == (4, 6)
    assert (on + timedelta(weeks=1)).month == 7


@given(births, st.integers(1, 5))
def test_the_term_follows_the_birthday_by_at_most_five_months(born: BirthMonth, years: int) -> None:
    """Never before the birthday, nor a term too late; it begins in January, April or September."""
    term = term_after_birthday(born, years)
    assert (term.month, term.day) in {(1, 1), (4, 1), (9, 1)}
    months = (term.year - born.year - years) * 12 + term.month - born.month
    assert 1 <= months <= 5


@pytest.mark.parametrize(
    ("event_on", "days", "found"),
    [
        (date(2026, 12, 23), 1, date(2026, 12, 24)),
        (date(2026, 12, 24), 1, date(2026, 12, 29)),  # Christmas, Boxing Day made up on the Monday
        (date(2027, 3, 25), 1, date(2027, 3, 30)),  # Good Friday to Easter Monday
        (date(2026, 11, 20), 10, date(2026, 12, 4)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # told on a Saturday
    ],
)
def test_working_days_are_the_teams(event_on: date, days: int, found: date) -> None:
    """Counted by the calendar that is given, bank holidays left out, the event's own day not counted."""
    calendar = WorkingCalendar(holidays=england_holidays([2026, 2027]))
    assert WorkingDays(working_days=days).on(Start(event_on=event_on, calendar=calendar)) == found


def test_the_calendar_given_to_a_plan_is_the_one_that_counts() -> None:
    """A closure moves a touch that counts working days; without a calendar it is Monday to Friday."""
    touch = Touch(id="one", when=WorkingDays(working_days=1), flow="check-in")
    programme = Programme(id="plan", title="Plan", event="event", touches=(touch,))
    enrolment = Enrolment(event_on=date(2026, 12, 28), enrolled_on=date(2026, 12, 28))
    closed = WorkingCalendar(closures=frozenset({date(2026, 12, 29)}))
    assert planned(programme, enrolment)[0].due_on == date(2026, 12, 29)
    assert planned(programme, enrolment, closed)[0].due_on == date(2026, 12, 30)


@given(dates, st.integers(4, 42))
def test_a_pregnancy_is_forty_weeks_to_the_day_it_is_due(due_on: date, week: int) -> None:
    """Week 40 is the day; each other week as many weeks before it or after."""
    assert Pregnancy(pregnancy=Week(week=week)).on(Start(event_on=due_on)) == due_on + timedelta(weeks=week - 40)


BEFORE = st.none() | st.builds(Offset, months=st.integers(0, 6), weeks=st.integers(0, 20), days=st.integers(0, 20))
RULES = st.one_of(
    st.builds(
        lambda stage, day, moved: School(school=SchoolDay(stage=stage, day=day, before=moved)),
        st.sampled_from(["reception", "year-7"]), st.sampled_from(["application", "start"]), BEFORE,
    ),
    st.builds(lambda years, moved: Age(age=Reached(years=years, after=moved)), st.integers(1, 18), BEFORE),
    st.builds(lambda years, moved: Term(term=TermStart(after_birthday=years, before=moved)), st.integers(1, 5), BEFORE),
)  # fmt: skip


@given(RULES, births, births)
def test_an_older_child_is_never_later(when: Rule, first: BirthMonth, second: BirthMonth) -> None:
    """Monotone in the month of birth, within a school year and beyond it."""
    older, younger = sorted((first, second))
    assert due(when, str(older)) <= due(when, str(younger))


@given(st.lists(RULES, min_size=1, max_size=6), births, births, st.booleans(), st.integers(0, 6))
def test_a_corrected_month_neither_repeats_nor_loses(
    rules: list[Rule], told: BirthMonth, corrected: BirthMonth, deferred: bool, done: int
) -> None:
    """Every touch has exactly one date under either month; what was settled stays so, and the rest follows."""
    touches = tuple(Touch(id=f"touch-{n}", when=when, flow="check-in") for n, when in enumerate(rules))
    programme = Programme(id="plan", title="Plan", event="birth", event_is="birth-month", touches=touches)
    event_on = date(told.year, told.month, 1)
    before = planned(programme, Enrolment(event_on=event_on, enrolled_on=event_on, born=told, deferred=deferred))
    now = Enrolment(event_on=event_on, enrolled_on=event_on, born=corrected, deferred=deferred)
    assert [touch.key for touch in sorted(before, key=lambda touch: touch.key)] == sorted(
        touch.key for touch in planned(programme, now)
    )
    settled = [touch.key for touch in before[:done]]
    while (touch := next_touch_after(programme, now, settled)) is not None:
        assert touch.key not in settled
        settled.append(touch.key)
    assert sorted(settled) == sorted((touch.id, 1) for touch in touches)


def test_without_a_month_the_event_stands_for_it() -> None:
    """A programme from birth whose event is the month has every date, also before the child's row is read."""
    programme = Programme(
        id="plan", title="Plan", event="birth", event_is="birth-month",
        touches=(Touch(id="one", when=STARTS, flow="check-in"),),
    )  # fmt: skip
    told = Enrolment(event_on=date(2022, 3, 1), enrolled_on=date(2026, 1, 1))
    assert planned(programme, told)[0].due_on == date(2026, 9, 1)


@given(dates, st.integers(2, 8), st.integers(1, 14))
def test_a_repeat_has_a_place_in_the_ledger_each_time(event_on: date, times: int, months: int) -> None:
    """So often, so far apart, each with its own key; a year on from 29 February is the 28th."""
    touch = Touch(
        id="again", when=Offset(weeks=1), flow="check-in", repeat=Repeat(times=times, every=Offset(months=months))
    )
    programme = Programme(id="plan", title="Plan", event="event", touches=(touch,))
    plan = planned(programme, Enrolment(event_on=event_on, enrolled_on=event_on))
    assert [one.key for one in plan] == [("again", n) for n in range(1, times + 1)]
    first = event_on + timedelta(weeks=1)
    assert [one.due_on for one in plan] == [Offset(months=months * n).after(first) for n in range(times)]


def test_a_leap_day_repeats_on_the_28th() -> None:
    """Counted from the first time, so that the next leap year has its 29th again."""
    repeat = Repeat(times=5, every=Offset(months=12))
    touch = Touch(id="again", when=Offset(days=0), flow="check-in", repeat=repeat)
    found = touch.dates(Start(event_on=date(2024, 2, 29)))
    assert [on.isoformat() for on in found] == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


def test_whom_a_touch_is_for() -> None:
    """A parent gets theirs; a young person theirs, from the age the council sets, and nothing from before it."""
    when = Age(age=Reached(years=15)), Age(age=Reached(years=16)), Age(age=Reached(years=17))
    to: tuple[tuple[str, ...], ...] = (("parent", "young-person"), ("parent", "young-person"), ("young-person",))
    touches = tuple(
        Touch(id=f"at-{n}", when=rule, flow="check-in", to=who)  # type: ignore[arg-type]  # words are under test
        for n, (rule, who) in enumerate(zip(when, to, strict=True))
    )
    programme = Programme(id="plan", title="Plan", event="birth", event_is="birth-month", touches=touches)
    born = BirthMonth.read("2010-09")

    def ids(recipient: str, years: int = 16) -> list[str]:
        told = Enrolment(
            event_on=date(2010, 9, 1), enrolled_on=date(2020, 1, 1), born=born,
            recipient=recipient, young_from_years=years,  # type: ignore[arg-type]  # likewise
        )  # fmt: skip
        return [one.touch.id for one in planned(programme, told)]

    assert ids("parent") == ["at-0", "at-1"]
    assert ids("young-person") == ["at-1", "at-2"]
    assert ids("young-person", 15) == ["at-0", "at-1", "at-2"]


def test_a_touch_has_its_own_priority_or_its_programmes() -> None:
    """The touch's own stands over the programme's."""
    touches = tuple(
        Touch(id=f"t-{n}", when=Offset(days=n), flow="check-in", priority=own) for n, own in enumerate((None, 9))
    )
    programme = Programme(id="plan", title="Plan", event="event", touches=touches, priority=40)
    told = Enrolment(event_on=date(2027, 1, 1), enrolled_on=date(2027, 1, 1))
    assert [one.priority for one in planned(programme, told)] == [40, 9]


@pytest.mark.parametrize(
    ("when", "fault"),
    [
        ({"school": {"stage": "year-9", "day": "application"}}, "nobody applies to the council for year-9"),
        ({"school": {"stage": "year-7", "day": "leaving"}}, "leaving is at the end of year-11"),
        ({"school": {"stage": "year-14", "day": "start"}}, "stage"),
        ({"school": {"stage": "year-7", "day": "start", "before": {"weeks": 1}, "after": {"weeks": 1}}}, "not both"),
        ({"school": {"stage": "year-7", "day": "start", "before": {"weeks": -1}}}, "not below 0"),
        ({"school": {"stage": "year-7", "day": "start", "befor": {"weeks": 1}}}, "befor"),
        ({"age": {}}, "an age needs years or months"),
        ({"age": {"years": 2, "day": 3}}, "day"),
        ({"term": {"after_birthday": 9}}, "after_birthday is 1 to 5"),
        ({"pregnancy": {"week": 50}}, "a week of pregnancy is 4 to 42"),
        ({"working_days": 0}, "working_days is 1 or more"),
        ({"working_days": 3, "weeks": 1}, "weeks"),
    ],
)
def test_rules_that_make_no_sense_are_refused(when: dict[str, object], fault: str) -> None:
    """Each names what is wrong; an unknown key is never passed over."""
    with pytest.raises(ValidationError, match=fault):
        TypeAdapter(Touch).validate_python({"id": "one", "flow": "check-in", "when": when})


@pytest.mark.parametrize(
    ("repeat", "fault"),
    [
        ({"times": 1, "every": {"weeks": 1}}, "times is 2 to 60"),
        ({"times": 3, "every": {"weeks": 0}}, "more than 0"),
        ({"times": 3, "every": {"weeks": -2}}, "more than 0"),
        ({"times": 3, "evry": {"weeks": 2}}, "evry"),
    ],
)
def test_repeats_that_make_no_sense_are_refused(repeat: dict[str, object], fault: str) -> None:
    """Nothing is due twice on one day, or for ever."""
    with pytest.raises(ValidationError, match=fault):
        TypeAdapter(Touch).validate_python({"id": "one", "flow": "check-in", "when": {"days": 1}, "repeat": repeat})
