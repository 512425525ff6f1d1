"""Status only moves forward, in any order of receipts."""

from itertools import permutations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.status import (
    ACCEPTED,
    ENDS,
    NOT_ARRIVED,
    OPEN,
    RECEIPTS,
    TABLE,
    TWILIO_WORDS,
    Event,
    State,
    confirmed,
    event_of,
    forward,
)

STATES: tuple[State, ...] = get_args(State)
EVENTS: tuple[Event, ...] = get_args(Event)


def test_the_table_is_whole() -> None:
    """Every state has a line, every cell leads to a state by an event, and each state is open or an end."""
    assert set(TABLE) == set(STATES)
    assert all(event in EVENTS and new in STATES for row in TABLE.values() for event, new in row.items())
    assert set(STATES) == ENDS | OPEN
    assert not ENDS & OPEN
    assert ACCEPTED | {"refused", "expired", "held"} == ENDS
    assert NOT_ARRIVED <= ENDS


@given(st.sampled_from(STATES), st.lists(st.sampled_from(EVENTS), max_size=12))
def test_no_state_comes_back_but_by_putting_back(start: State, events: list[Event]) -> None:
    """No run of events returns to a state it left; only what was certainly not taken is put back in the queue."""
    state, left = start, set[State]()
    for event in events:
        new = forward(state, event)
        if event == "put-back" and new != state:
            assert (state, new) == ("sending", "queued")
            left.clear()
        elif new != state:
            assert new not in left
            left.add(state)
        state = new


@pytest.mark.parametrize("start", ["queued", "sending", "unknown", "held", "refused", "expired", "accepted"])
def test_receipts_in_any_order_end_the_same(start: State) -> None:
    """Late, repeated and reordered receipts end where the furthest of them says, even after we gave up."""
    for some in (RECEIPTS, RECEIPTS[:3], ("sent", "undelivered", "sent"), ("delivered", "failed", "accepted")):
        ends = set()
        for order in permutations(some):
            state = start
            for event in order:
                state = forward(state, event)
            ends.add(state)
        assert ends == {max(some, key=RECEIPTS.index)}


@pytest.mark.parametrize("state", sorted(ACCEPTED))
def test_what_the_provider_has_is_never_tried_again(state: State) -> None:
    """Nothing makes an accepted message queued, claimed, unknown, refused, expired or held."""
    assert all(forward(state, event) in ACCEPTED for event in EVENTS)


def test_unknown_is_never_sent_again() -> None:
    """From unknown there is no way to queued or sending."""
    reached, todo = set[State](), ["unknown"]
    while todo:
        for new in TABLE[todo.pop()].values():
            if new not in reached:
                reached.add(new)
                todo.append(new)
    assert not reached & {"queued", "sending"}


def test_our_own_answer_after_the_receipt_changes_nothing() -> None:
    """The receipt can come before our own commit: then what the call told us is old news."""
    for late in ("accepted", "put-back", "lost", "refused", "held", "expired"):
        assert forward(forward("sending", "delivered"), late) == "delivered"


@pytest.mark.parametrize(
    ("word", "event"),
    [
        ("queued", "accepted"),
        ("Sending", "accepted"),
        ("sent", "sent"),
        (" delivered ", "delivered"),
        ("read", "delivered"),
        ("undelivered", "undelivered"),
        ("failed", "failed"),
        ("received", None),
        ("", None),
        ("teleported", None),
    ],
)
def test_twilio_words(word: str, event: Event | None) -> None:
    """Each word of the provider has its event; one nobody knows yet moves nothing."""
    assert event_of(word) == event


def test_twilio_words_are_all_receipts() -> None:
    """No word of the provider can make our own moves, and only delivery is confirmation."""
    assert set(TWILIO_WORDS.values()) <= set(RECEIPTS)
    assert [state for state in STATES if confirmed(state)] == ["delivered"]
