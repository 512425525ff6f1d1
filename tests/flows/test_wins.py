"""Who wins when a message arrives: the design's table, each line against its neighbour."""

from itertools import pairwise

import pytest

from flows.answers import Answer
from flows.flow import AskNode
from flows.reading import Fit, Reading
from flows.run import Run
from flows.session import Session
from flows.understanding.types import Screening, Understanding
from flows.wins import WINS, decide
from tests.flows.practice import Family, assets, facts

ASK = AskNode(id="next", kind="choice", as_name="next", go="end")
HOLDS = {
    "stop": {"whole_stop": True},
    "start": {"whole_start": True},
    "danger": {"screening": Screening(risk="concern", because=("x",))},
    "loss": {"event": "child-died"},
    "after-stop": {"after_stop": True},
    "told-loss": {"event": "child-died"},
    "command": {"command": "help"},
    "worker": {"worker_talking": True},
    "answer": {"fit": Fit(kind="current", ask=ASK, answer=Answer(value="more"))},
    "event": {"event": "house-move"},
    "flow": {"starts": "menu"},
    "need": {"need": True, "understood": Understanding(needs=("food",))},
    "thanks": {"thanks": True},
    "repair": {},
}


def test_the_lines_are_those_of_the_design_in_their_order() -> None:
    """Claim: the table is the design's, 2 to 9; "still read" after STOP stands below danger and loss and above the
    rest; a key event is told like a need."""
    assert [line.name for line in WINS] == list(HOLDS)
    assert [line.number for line in WINS] == [2, 3, 4, 4, 2, 5, 5, 6, 7, 8, 8, 8, 8, 9]


@pytest.mark.parametrize(("upper", "lower"), [pytest.param(u, w, id=f"{u.name}-{w.name}") for u, w in pairwise(WINS)])
def test_of_two_neighbours_the_upper_wins(upper, lower) -> None:  # type: ignore[no-untyped-def]
    """Claim: where both lines hold the upper acts; only danger and loss let the lower act too."""
    reading = Reading(text="words", **(HOLDS[lower.name] | HOLDS[upper.name]))  # type: ignore[arg-type]
    assert upper.holds(reading)
    assert lower.holds(reading) or lower.name == "repair"
    run = Run(assets(), _session(), facts(), "answer")
    acted = [name for name in decide(run, reading) if name != "loss" or "loss" in (upper.name, lower.name)]
    assert acted[0] == upper.name
    assert (lower.name in acted) == (not upper.consumes)


def _session() -> Session:
    family = Family.new()
    family.texts("no food, SW18 2PU")
    return family.session


def test_only_danger_and_loss_do_not_consume() -> None:
    """Claim: danger adds, and a loss ends what was planned; every other line decides."""
    assert [line.name for line in WINS if not line.consumes] == ["danger", "loss"]


def test_every_message_has_a_line() -> None:
    """Claim: with nothing known of a message it is repaired, or it was danger: nothing falls through in silence."""
    assert WINS[-1].holds(Reading(text=""))
    assert WINS[2].holds(Reading(text="", screening=Screening(risk="urgent")))


@pytest.mark.parametrize(
    ("risk", "needs", "watched", "searched"),
    [("urgent", ("food",), False, False), ("concern", ("food",), False, True), ("concern", ("food",), True, False),
     ("concern", ("domestic-abuse",), False, False)],
)  # fmt: skip
def test_what_is_searched_for_beside_danger(risk, needs, watched, searched) -> None:  # type: ignore[no-untyped-def]
    """Claim: no food today is looked up beside the safety reply; nothing else comes up on a phone in danger."""
    reading = Reading(
        text="x", need=True, screening=Screening(risk=risk, watched=watched), understood=Understanding(needs=needs)
    )
    assert next(line for line in WINS if line.name == "need").holds(reading) == searched
