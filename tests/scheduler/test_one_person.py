"""Two records are one person: which plan goes on, and what is never got round. Whatever the two held."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from scheduler.changes import CHANGES
from scheduler.one_person import LOSSES, MERGED, Number, Plan, Settled, barred, settle

DAY = date(2026, 11, 2)
HER, CHILD = 1, 9
KEYS = [("week", 1), ("month", 1), ("year", 1), ("year", 2)]
days = st.integers(-400, 400).map(lambda n: DAY + timedelta(days=n))


@st.composite
def plans(draw: st.DrawFn) -> list[Plan]:
    """Plans of two records as the database could hold them: of one record never the very same plan twice."""
    made: list[Plan] = []
    for number in range(draw(st.integers(0, 7))):
        settled = frozenset(draw(st.sets(st.sampled_from(KEYS))))
        child = draw(st.sampled_from([0, 0, CHILD]))
        ended_for = draw(st.sampled_from([None, None, None, "moved-away", "early-help-opened", *LOSSES]))
        plan = Plan(
            id=number + 1, side=draw(st.sampled_from(["kept", "away"])), person=HER, child=child,
            programme=draw(st.sampled_from(["baby", "after"])), event_on=draw(days), told_on=draw(days),
            going_on=ended_for is None and draw(st.booleans()), ended_for=ended_for,
            corrected_on=None if ended_for is None else draw(st.none() | days), from_birth=bool(child),
            ended_by=frozenset(draw(st.sets(st.sampled_from(["pregnancy-lost", "early-help-opened"])))),
            settled=settled, said=frozenset(draw(st.sets(st.sampled_from(KEYS)))) & settled,
            number=draw(st.sampled_from([None, None, "Ended at the merge: they said STOP."])),
        )  # fmt: skip
        if not any((one.side, one.exactly) == (plan.side, plan.exactly) for one in made):
            made.append(plan)
    return made


def after(found: Sequence[Plan], settled: Settled) -> list[Plan]:
    return [plan for plan in found if settled.goes_on(plan)]


@given(plans())
def test_of_a_programme_and_child_at_most_one_goes_on(found: list[Plan]) -> None:
    """Claim: no family hears the same programme about the same child from two plans."""
    on = [(plan.programme, plan.child) for plan in after(found, settle(found))]
    assert len(on) == len(set(on))


@given(plans())
def test_what_ends_says_why_and_what_stays_has_a_twin(found: list[Plan]) -> None:
    """Claim: each end has its reason in the ledger; a plan is left with its record only where the other has the very
    same one, and then it does not go on: what moves never meets another of its key."""
    settled = settle(found)
    assert all(end.why and end.id in {plan.id for plan in found} for end in settled.ends.values())
    moved = [plan.exactly for plan in found if plan.id not in settled.stays]
    assert len(moved) == len(set(moved)) == len({plan.exactly for plan in found})
    assert not any(settled.goes_on(plan) for plan in found if plan.id in settled.stays)


@given(plans())
def test_nothing_that_was_said_of_one_event_is_said_again(found: list[Plan]) -> None:
    """Claim: of a birth, or of the very same day, what any record's text said is settled for the plan that goes on."""
    settled = settle(found)
    for plan in after(found, settled):
        for other in found:
            alike = (other.programme, other.child) == (plan.programme, plan.child)
            if alike and (plan.from_birth or other.event_on == plan.event_on):
                assert other.said <= plan.settled | settled.not_again.get(plan.id, frozenset())


@given(plans())
def test_a_loss_of_one_record_is_true_of_both(found: list[Plan]) -> None:
    """Claim: no plan of a programme that a loss of the other record ended goes on, told of by then."""
    settled = settle(found)
    for plan in after(found, settled):
        for other in found:
            if other.ended_for not in LOSSES or other.side == plan.side or plan.id in settled.again:
                continue
            told_since = plan.told_on > (other.corrected_on or other.told_on)
            assert told_since or (other.programme, other.child) != (plan.programme, plan.child)


@given(plans(), st.sampled_from([HER, CHILD]))
def test_of_who_has_died_nothing_goes_on(found: list[Plan], dead: int) -> None:
    """Claim: a death that either record tells ends everything of them and about them."""
    on = after(found, settle(found, dead=[dead]))
    assert not [plan for plan in on if dead in {plan.person, plan.child}]


@given(plans())
def test_no_plan_goes_on_at_a_number_that_is_freer(found: list[Plan]) -> None:
    """Claim: a plan that may not go on at the number it would have ends, though its twin's goes on."""
    settled = settle(found)
    assert not [plan for plan in after(found, settled) if plan.number is not None]


@given(plans())
def test_it_is_settled_alike_however_they_are_listed(found: list[Plan]) -> None:
    """Claim: what becomes of them hangs on what they are, not on the order in which they are read."""
    one, other = settle(found), settle(found[::-1])
    assert {plan.id for plan in after(found, one)} == {plan.id for plan in after(found, other)}


numbers = st.builds(
    Number, id=st.integers(1, 2), consent=st.sampled_from(["given", "stopped", "unasked"]), safe=st.booleans(),
    read_by_others=st.booleans(), safe_times=st.sampled_from([None, "weekday mornings", "after 6pm"]),
    paused_until=st.none() | days, every_days=st.sampled_from([None, 14, 60]),
)  # fmt: skip


@given(numbers, numbers)
def test_a_number_is_never_got_round_by_another(before: Number, after_: Number) -> None:
    """Claim: where a plan goes on at another number, that one is as strict: STOP, marks, times, wishes."""
    assume(before.id != after_.id)
    if barred(before, after_) is not None:
        return
    assert before.consent != "stopped"
    assert before.safe or not after_.safe
    assert after_.read_by_others or not before.read_by_others
    assert before.safe_times in (None, after_.safe_times)
    assert (after_.paused_until or date.min) >= (before.paused_until or date.min)
    assert (after_.every_days or 0) >= (before.every_days or 0)


@given(numbers)
def test_its_own_number_bars_no_plan(number: Number) -> None:
    """Claim: at the number that it was for, a plan goes on as before the merge."""
    assert barred(number, number) is None
    assert barred(None, number) is None


def test_the_kept_records_plan_goes_on_in_place_of_its_twin() -> None:
    """Claim: it had ended and the other's, told of on a later day, goes on: the kept one is set going again, once."""
    kept = Plan(
        id=1, side="kept", person=HER, programme="after", child=0, event_on=DAY, told_on=DAY, going_on=False,
        ended_for="early-help-opened", corrected_on=DAY, said=frozenset({KEYS[0]}), settled=frozenset(KEYS[:1]),
    )  # fmt: skip
    away = replace(kept, id=2, side="away", told_on=DAY + timedelta(days=9), going_on=True, ended_for=None)
    settled = settle([kept, away])
    assert (settled.again, settled.stays) == ({1}, {2})
    assert settled.ends[2].why == MERGED
    told_before = settle([kept, replace(away, told_on=DAY)])
    assert told_before.ends[2].why == CHANGES["early-help-opened"].why
    assert told_before.again == frozenset()
