"""How an entry ages: fresh, due, overdue, hidden."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from directory.freshness import ORDINARY, SAFETY, SAFETY_NEEDS, STATES, Known, is_safety, next_change_on, state_of
from directory.search import Query, Snapshot, search
from directory.service import Accepting, Organisation, Service

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 23)
CHECKED = st.none() | st.dates(date(2020, 1, 1), date(2027, 1, 1))


def service(of: str = "one", *, needs: tuple[str, ...], accepting: Accepting = "unknown") -> Service:
    return Service(id=of, name=of, organisation=Organisation(id="o", name="O"), needs=needs, accepting=accepting)


def entry(days: int | None, *, safety: bool = False, came: int = 0, sunk: bool = False) -> Known:
    checked = None if days is None else TODAY - timedelta(days=days)
    return Known(assured_on=checked, came_on=TODAY - timedelta(days=came), safety=safety, sunk=sunk)


@pytest.mark.parametrize(
    ("days", "ordinary", "safety"),
    [
        (0, "fresh", "fresh"),
        (89, "fresh", "fresh"),
        (90, "fresh", "due"),
        (179, "fresh", "due"),
        (180, "due", "overdue"),
        (364, "due", "overdue"),
        (365, "overdue", "hidden"),
        (729, "overdue", "hidden"),
        (730, "hidden", "hidden"),
        (-3, "fresh", "fresh"),
    ],
)
def test_each_state_begins_on_its_day(days: int, ordinary: str, safety: str) -> None:
    """Claim: the day a state begins is in it, the day before is not; services for people in danger age faster."""
    assert state_of(entry(days), TODAY) == ordinary
    assert state_of(entry(days, safety=True), TODAY) == safety


def test_what_names_no_check_is_due_and_ages_from_its_coming() -> None:
    """Claim: an entry that nobody ever checked is never fresh, and is not hidden on the day it comes either."""
    assert [state_of(entry(None, came=days), TODAY) for days in (0, 365, 730)] == ["due", "overdue", "hidden"]


@given(CHECKED, st.booleans(), st.booleans(), st.integers(0, 1500))
def test_an_entry_only_grows_older(checked: date | None, safety: bool, sunk: bool, days: int) -> None:
    """Claim: without a check no entry gets better with time, what sank is overdue, safety is never laxer."""
    one = Known(assured_on=checked, came_on=date(2024, 1, 1), safety=safety, sunk=sunk)
    now, later = state_of(one, TODAY), state_of(one, TODAY + timedelta(days=days))
    assert STATES.index(later) >= STATES.index(now)
    assert not sunk or now in {"overdue", "hidden"}
    stricter = Known(assured_on=checked, came_on=one.came_on, safety=True, sunk=sunk)
    assert STATES.index(state_of(stricter, TODAY)) >= STATES.index(now)


@given(CHECKED, st.booleans())
def test_the_next_change_is_the_first(checked: date | None, safety: bool) -> None:
    """Claim: on the day that is told the state changes, and on the day before it has not."""
    one = Known(assured_on=checked, came_on=TODAY, safety=safety)
    on = next_change_on(one, TODAY)
    if on is None:
        assert state_of(one, TODAY) == "hidden"
    else:
        assert state_of(one, on) != state_of(one, TODAY) == state_of(one, on - timedelta(days=1))


def test_the_rules_are_in_order() -> None:
    """Claim: each state comes after the one before, and the stricter rule is stricter at every step."""
    for rule in (ORDINARY, SAFETY):
        assert rule.due < rule.overdue < rule.hidden
    assert (SAFETY.due, SAFETY.overdue, SAFETY.hidden) < (ORDINARY.due, ORDINARY.overdue, ORDINARY.hidden)
    assert is_safety(service(needs=("domestic-abuse",)))
    assert not is_safety(service(needs=("things-to-do",)))


def test_what_is_overdue_comes_last() -> None:
    """Claim: a better match that nobody has checked for too long stands behind one that was checked."""
    old = service("old", needs=("food",), accepting="open")
    new = service("new", needs=("debt", "food"), accepting="waiting-list")
    query = Query(text="", needs=("food",))
    assert [r.service.id for r in search(Snapshot([old, new]), query).results] == ["old", "new"]
    aged = Snapshot([old, new], late=frozenset({"old"}))
    assert [r.service.id for r in search(aged, query).results] == ["new", "old"]


def test_the_needs_of_people_in_danger_are_those_of_the_shipped_needs() -> None:
    """Claim: every need of the group `safety` in needs.yaml ages by the stricter rule, and no need is named that there
    is not: whoever adds one there must say here how its entries age."""
    groups = yaml.safe_load((ROOT / "content/needs.yaml").read_text("utf-8"))["needs"]
    ids = {group: {need["id"] for need in needs} for group, needs in groups.items()}
    assert ids["safety"]
    assert ids["safety"] <= SAFETY_NEEDS <= set.union(*ids.values())
