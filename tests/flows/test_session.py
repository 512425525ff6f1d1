"""A session is the same after a trip through JSON, and small."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.session import EPOCH, Asked, Frame, Parked, Session, Undo
from tests.flows.practice import Family

NAMES = st.sampled_from(["refer", "worried", "score", "share-health"])
FRAMES = st.builds(Frame, flow=NAMES, node=NAMES)
INSTANTS = st.integers(0, 10**15).map(lambda micros: EPOCH + timedelta(microseconds=micros))
VALUES = st.one_of(st.text(max_size=20), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
                   st.dates(min_value=date(2000, 1, 1)), INSTANTS)  # fmt: skip
MAPS = st.dictionaries(NAMES, VALUES, max_size=3)
STACKS = st.lists(FRAMES, max_size=3).map(tuple)
ASKED = st.builds(Asked, frame=FRAMES, at=INSTANTS, touch=st.none() | st.integers(0, 9))
SESSIONS = st.builds(
    Session,
    bundle=st.integers(0, 99),
    step_no=st.integers(0, 10**6),
    stack=STACKS,
    answers=MAPS,
    trail=st.lists(
        st.builds(
            Undo, stack=st.lists(FRAMES, max_size=2).map(tuple), before=st.dictionaries(NAMES, VALUES | st.none())
        ),
        max_size=3,
    ).map(tuple),
    open=st.lists(st.builds(Asked, frame=FRAMES, at=INSTANTS, touch=st.none() | st.integers(0, 9)), max_size=3).map(
        tuple
    ),
    timers=st.dictionaries(NAMES, st.integers(0, 99), max_size=2),
    repairs=st.integers(0, 3),
    shown=st.integers(0, 9),
    touch=st.none() | st.integers(0, 9),
    asked_at=st.none() | INSTANTS,
    heard_at=st.none() | INSTANTS,
    left=st.none() | FRAMES,
    parked=st.none() | st.builds(Parked, flow=NAMES, touch=st.integers(0, 9), values=MAPS, until=INSTANTS),
    told_after_stop=st.booleans(),
)


@given(SESSIONS)
def test_json_keeps_everything(session: Session) -> None:
    """Claim: whatever a session holds comes back equal, and written again gives the same text."""
    text = session.to_json()
    again = Session.from_json(text)
    assert again == session
    assert again.to_json() == text


def test_a_new_session_is_a_few_bytes() -> None:
    """Claim: what is not there takes no room."""
    assert Session.new(7).to_json() == '{"v":1,"b":7,"n":0}'


def test_a_schema_from_elsewhere_is_refused() -> None:
    """Claim: nobody's state is guessed at."""
    with pytest.raises(ValueError, match="schema"):
        Session.from_json('{"v":99,"b":0,"n":0}')


def test_a_whole_referral_stays_under_a_kilobyte() -> None:
    """Claim: in the middle of its longest flow, with answers of usual length, a session is under 1 KB."""
    family = Family.new()
    largest = 0
    for text in (
        "refer", "they look after each other and love school", "my eldest will not sleep and i am so tired",
        "someone who can tell us what to do at bedtime", "4", "Ava March 2021, Leo June 2015", "Samira", "SW18 2PU",
        "call", "weekdays before 3 when he is out", "skip", "yes", "yes", "no",
    ):  # fmt: skip
        family.texts(text)
        family.passes(minutes=1)
        largest = max(largest, len(family.session.to_json().encode()))
    assert family.at == "refer.share-voluntary"
    assert largest < 1024, largest
