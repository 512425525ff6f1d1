"""What a yes to being kept in touch with begins, and what they are told where it begins nothing."""

from dataclasses import replace
from datetime import date

import pytest

from flows.effects import EnrolOnEvent
from flows.facts import Begins
from flows.session import Asked, Frame, Session
from tests.flows.practice import NOW, Family, of, said

ON = date(2026, 11, 20)
OPEN = Begins(family=frozenset({"a"}), child=frozenset({"a"}), own=frozenset({"a"}))


@pytest.mark.parametrize(
    ("begins", "programme", "born", "themselves", "holds"),
    [
        (OPEN, "a", None, False, True),
        (OPEN, "b", None, False, False),  # not published
        (OPEN, "", None, False, False),
        (Begins(), "a", None, False, False),
        (Begins(family=frozenset({"a"})), "a", "2021-03", False, False),  # a young person begins nothing for a child
        (Begins(family=frozenset({"a"})), "a", "2010-03", True, False),  # a parent's number
        (Begins(own=frozenset({"a"}), own_born="2010-03"), "a", "2010-03", True, True),
        (Begins(own=frozenset({"a"}), own_born="2010-03"), "a", "2009-03", True, False),
        (Begins(child=frozenset({"a"}), died_born=frozenset({"2021-03"})), "a", "2021-03", False, False),
        (Begins(child=frozenset({"a"}), died_born=frozenset({"2021-03"})), "a", "2019-06", False, True),
        (Begins(child=frozenset({"a"}), ended=frozenset({("a", "2021-03")})), "a", "2021-03", False, False),
        (Begins(family=frozenset({"a"}), ended=frozenset({("a", ON)})), "a", None, False, False),
        (Begins(family=frozenset({"a"}), ended=frozenset({("a", date(2026, 1, 1))})), "a", None, False, True),
    ],
)
def test_a_yes_begins_what_is_open_to_whoever_writes(
    begins: Begins, programme: str, born: str | None, themselves: bool, holds: bool
) -> None:
    """Claim: published, of the one who writes, about nobody who died, and not ended before."""
    assert begins.holds(programme, ON, born, themselves=themselves) == holds


@pytest.mark.parametrize(
    ("begins", "then"),
    [(None, "told.thanks"), (Begins(family=frozenset({"house-move"})), "told.thanks"), (Begins(), "told.later")],
)
def test_a_yes_that_begins_nothing_is_not_thanked_as_done(begins: Begins | None, then: str) -> None:
    """Claim: it is before a person either way, and what they read says so."""
    family = Family.new(may_enrol=True, begins=begins)
    family.session = _asked(family, "told", "keep", told_event="house-move")
    effects = family.texts("yes")
    assert [effect.programme for effect in of(effects, EnrolOnEvent)] == ["house-move"]
    assert said(effects) == [then]


def test_a_yes_to_what_nobody_knows_any_more_begins_nothing() -> None:
    """Claim: asked in a round whose answers were put away, a person sees the yes and nothing is said to be done."""
    family = Family.new(may_enrol=True)
    family.session = _asked(family, "keep-in-touch", "keep-child")
    assert said(family.texts("yes")) == ["keep-in-touch.later"]


def test_a_question_of_a_round_before_is_past_once_the_flow_begins_anew() -> None:
    """Claim: what it was asked about is not known any more, so nothing is bound to it."""
    family = Family.new(may_enrol=True)
    family.session = _asked(family, "keep-in-touch", "keep-child", keep_programme="key-transitions")
    family.texts("keep in touch")
    assert family.session.open == ()
    assert "born_month" not in family.session.answers


def _asked(family: Family, flow: str, node: str, **answers: str) -> Session:
    """The conversation in which this was asked before, and may still be answered."""
    asked = Asked(frame=Frame(flow=flow, node=node), at=NOW)
    return replace(family.session, open=(asked,), answers=answers)
