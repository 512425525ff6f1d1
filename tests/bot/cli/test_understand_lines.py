"""`thrive understand`: lines in order, other fields kept, labels unread, bad lines told; and the figures."""

import io
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.understand import evaluate, run, wilson
from flows.understanding import Understanding


class Fixed:
    """Answers every text with the same understanding, and remembers what it was asked."""

    def __init__(self, **fields: object) -> None:
        self.answer = Understanding(**fields)  # type: ignore[arg-type]
        self.asked: list[str] = []

    def understand(self, text: str) -> Understanding:
        self.asked.append(text)
        return self.answer


def _run(lines: list[str], lexicon: Fixed) -> tuple[int, list[dict[str, object]]]:
    out = io.StringIO()
    code = run(lines, lexicon, out)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def test_lines_come_back_in_order_with_their_fields() -> None:
    """Unknown fields pass through; labels already there are overwritten by what was understood."""
    lexicon = Fixed(intent="stop", risk="none", lang="pl", because_lang=("nie",))
    code, answers = _run(['{"id": 7, "text": "nie", "lang": "en", "colour": "red"}', '{"text": "b"}'], lexicon)
    assert code == 0
    assert lexicon.asked == ["nie", "b"]
    assert answers[0] == {
        "id": 7,
        "text": "nie",
        "colour": "red",
        "intent": "stop",
        "needs": [],
        "risk": "none",
        "lang": "pl",
        "speaker": None,
        "because": {"intent": [], "needs": {}, "risk": [], "lang": ["nie"]},
    }


@pytest.mark.parametrize("bad", ["{", "[1]", '{"id": "x"}', '{"text": 5}', "null"])
def test_a_bad_line_is_told_and_the_rest_goes_on(bad: str) -> None:
    """One bad line gives its number, id and error; the others are answered; the exit is 1."""
    code, answers = _run(['{"text": "a"}', bad, '{"text": "c"}'], Fixed())
    assert code == 1
    assert [answer.get("text") for answer in answers] == ["a", None, "c"]
    assert answers[1]["line"] == 2
    assert answers[1]["error"]


def test_evaluate_prints_every_figure_and_every_miss() -> None:
    """Each figure has n and its interval; a miss is quoted with what was found."""
    out = io.StringIO()
    lines = [
        '{"id": "a", "text": "help us", "risk": "urgent", "needs": ["food"], "intent": "need", "lang": "en"}',
        '{"id": "b", "text": "hello", "risk": "none", "needs": [], "intent": "menu", "lang": "en"}',
    ]
    assert evaluate(lines, Fixed(needs=("debt", "food")), out) == 0
    printed = out.getvalue()
    assert "urgent found: 0 of 1 = 0.0% (95 % interval" in printed
    assert "no alarm on harmless lines: 1 of 1 = 100.0%" in printed
    assert "first need among the first three: 1 of 1" in printed
    assert "a: help us" in printed
    assert "b: hello  [need]" in printed


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_holds_the_share(counted: tuple[int, int]) -> None:
    """The interval lies in 0 to 1 and holds the share itself."""
    hits, of = counted
    low, high = wilson(hits, of)
    assert 0 <= low <= hits / of + 1e-9
    assert hits / of - 1e-9 <= high <= 1


def test_a_known_interval() -> None:
    """Wilson's interval for 9 of 10, as published tables give it."""
    low, high = wilson(9, 10)
    assert math.isclose(low, 0.596, abs_tol=0.001)
    assert math.isclose(high, 0.982, abs_tol=0.001)
