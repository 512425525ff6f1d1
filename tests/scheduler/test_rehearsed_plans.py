"""What workers tell of plans in the middle of a rehearsed year, in any order."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import WorkingCalendar
from scheduler.decide import ContactRules
from scheduler.localtime import instant
from scheduler.programme import Enrolment, Programme, Touch
from scheduler.quiet import ContactHours
from scheduler.rehearsal import rehearse
from scheduler.rehearsed import Heard, Person, Placed, Year
from scheduler.rehearsed_plans import Number, Plans, Someone
from scheduler.when import Offset

FIRST = date(2026, 9, 1)
LONG_AFTER = datetime(2030, 9, 1, tzinfo=UTC)
RULES = ContactRules(hours=ContactHours(calendar=WorkingCalendar()))
PLAN = Programme(
    id="plan", title="A plan", event="it began",
    touches=tuple(
        Touch(id=f"week-{weeks}", when=Offset(weeks=weeks), flow="check-in", late_days=20) for weeks in (2, 5, 9, 30)
    ),
)  # fmt: skip
TOLD = st.tuples(st.integers(-60, 300), st.integers(-500, 300))  # the event and its telling, in days from the first


def placed(event: int, told: int) -> Placed:
    plan = Enrolment(event_on=FIRST + timedelta(days=event), enrolled_on=FIRST + timedelta(days=max(told, 0)))
    return Placed(
        person="P", programme=PLAN, plan=plan, at=instant(plan.enrolled_on), told_on=FIRST + timedelta(days=told)
    )  # fmt: skip


def year_of(*told: tuple[int, int]) -> Year:
    return rehearse(
        [Person(ref="P", number="N")], [placed(*one) for one in told], RULES, LONG_AFTER,
        hear=lambda _flow, _words, _last, _now: Heard(),
    )  # fmt: skip


@given(told=st.lists(TOLD, min_size=1, max_size=6))
def test_every_plan_accounts_for_each_touch_once(told: list[tuple[int, int]]) -> None:
    """However often its day is moved, and whenever it is replaced, no touch of a plan is repeated or lost."""
    year = year_of(*told)
    found = Counter(line.touch for line in year.ledger if line.touch != "telephone-first")
    assert found == {touch.id: year.enrolled for touch in PLAN.touches}
    assert 1 <= year.enrolled <= len(told) - len(year.refused)


@given(told=st.lists(TOLD, min_size=1, max_size=6))
def test_of_one_programme_one_plan_goes_on(told: list[tuple[int, int]]) -> None:
    """A second one begins only where the first is over, or takes its place."""
    plans, who = Plans(RULES.hours.calendar), Someone(person=Person(ref="P", number="N"), number=Number())
    for one in sorted((placed(*one) for one in told), key=lambda one: one.at):
        plans.tell([(one, who)], one.at)
        assert sum(plans[number].going_on for number in range(len(plans))) <= 1


def test_a_plan_that_nobody_told_of_yet_is_not_there() -> None:
    """Nothing of it is waiting, or waits for a telephone call, before its day."""
    later = Placed(
        person="P", programme=PLAN, plan=Enrolment(event_on=FIRST, enrolled_on=FIRST), told_on=date(2025, 1, 1),
        at=LONG_AFTER + timedelta(days=1),
    )  # fmt: skip
    year = rehearse(
        [Person(ref="P", number="N")], [later], RULES, LONG_AFTER, hear=lambda _flow, _words, _last, _now: Heard()
    )  # fmt: skip
    assert [list(year.ledger), dict(year.waiting), year.enrolled, year.to_telephone] == [[], {}, 0, ()]
