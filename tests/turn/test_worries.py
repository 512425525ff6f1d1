"""What brings a family before the team, as lived: each sign with its level, reason and due time, by the settings."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from bot.clock import local_date
from bot.content import Content
from bot.publishing import content
from bot.store import people, scores
from flows.flow import EscalateNode
from scheduler.worry import RULES
from tests.houses import AMPLE, Home, at_rate
from tests.turn.families import check_in, enrol, follow_up, four_weeks_ago, listed, row, touches_of

A = "+447700900411"


def asked(home: Home, last: int | None = None) -> None:
    """A family that was just asked how things are; `last` is what they said before."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    if last is not None:
        with home.house.db.write() as tx:
            person = people.find_person_by_source(tx, "P1")
            assert person is not None
            scores.add_score(
                tx, address_id=home.address(A).id, person_id=person.id, touch_id=None, value=last, at=home.clock.now()
            )
    check_in(home)


SIGNS = [
    ("4", None, "low-score", "concern"),
    ("6", 9, "score-fall", "concern"),
    ("please call me", None, "asked-for-person", "routine"),
    ("wrong person", None, "wrong-person", "routine"),
    ("my ex hit me again last week", None, "danger", "concern"),
    ("he has a knife and says he will kill me", None, "danger", "urgent"),
]


@pytest.mark.parametrize(("words", "last", "reason", "level"), SIGNS)
def test_each_sign_reaches_the_team(home: Home, words: str, last: int | None, reason: str, level: str) -> None:
    """With its reason and level, and due when the calendar promises for that level."""
    asked(home, last)
    home.text(words, sender=A)
    (case,) = home.cases()
    rules = home.house.live.of(home.house.db).rules
    assert (case.reason, case.level) == (reason, level)
    assert case.look_by == rules.calendar.look_by(case.level, home.clock.now(), rules.promises)  # type: ignore[arg-type]


@pytest.mark.parametrize(("words", "last"), [("5", None), ("10", 2), ("7", 9)])
def test_what_worries_nobody_raises_nothing(home: Home, words: str, last: int | None) -> None:
    """A score above the threshold that has not fallen by three."""
    asked(home, last)
    home.text(words, sender=A)
    assert home.cases() == []


@pytest.mark.parametrize(("words", "raised"), [("6", ["low-score"]), ("7", []), ("4", ["low-score"])])
def test_the_threshold_is_the_councils(home: Home, words: str, raised: list[str]) -> None:
    """`worry.low: 6` in the council's file: a six is low."""
    shipped = at_rate(content.read(home.house.settings), AMPLE)
    council = shipped.files["council.yaml"]
    assert isinstance(council, dict)
    worry = {"low": "6", "fall": "9", "silent": "2"}
    content.publish(home.house, Content({**shipped.files, "council.yaml": {**council, "worry": worry}}), by="test")
    asked(home, 9)
    home.text(words, sender=A)
    assert [case.reason for case in home.cases()] == raised


def test_a_good_score_never_lowers_an_open_worry(home: Home) -> None:
    """An urgent case stands as urgent, with its promise, after a ten."""
    asked(home)
    home.text("he has a knife and says he will kill me", sender=A)
    (before,) = home.cases()
    home.text("10", sender=A)
    (after,) = home.cases()
    assert (after.level, after.rank, after.reason) == (before.level, before.rank, before.reason)
    assert after.look_by <= before.look_by
    assert after.state == before.state


@pytest.mark.parametrize("worrying", [True, False])
def test_a_worrying_family_that_falls_silent_is_before_a_person(home: Home, *, worrying: bool) -> None:
    """Twice in a row no answer: a case for a family marked as worrying; for any other the weekly list alone."""
    enrol(home, row("P1", A, four_weeks_ago(home) - timedelta(days=7)))
    with home.house.db.write() as tx:
        person = people.find_person_by_source(tx, "P1")
        assert person is not None
        people.change_person(tx, person.id, worrying=worrying)
    check_in(home)
    follow_up(home, 14)
    assert home.cases() == []
    home.later(days=7)
    check_in(home)
    follow_up(home, 24)
    assert [t.outcome for t in touches_of(home, "P1")][:2] == ["no-reply", "no-reply"]
    assert [(c.reason, c.level) for c in home.cases()] == ([("silent-worrying", "concern")] if worrying else [])
    assert len(listed(home)) == 2


def test_check_ins_raise_at_the_levels_of_the_table(home: Home) -> None:
    """No check-in of the content gives a sign another level than the rules of worry do."""
    compiled = home.house.live.of(home.house.db).compiled
    level_of = {str(rule.sign): rule.level for rule in RULES}
    found = [
        SimpleNamespace(flow=flow.name, reason=node.reason, level=node.level)
        for flow in compiled.flows.values()
        if flow.check_in
        for node in flow.nodes.values()
        if isinstance(node, EscalateNode) and node.reason in level_of
    ]
    assert found
    assert [f for f in found if f.level != level_of[f.reason]] == []


def test_one_answer_in_between_begins_the_count_anew(home: Home) -> None:
    """Silent, answered, silent: that is once in a row, and no case."""
    enrol(home, row("P1", A, four_weeks_ago(home) - timedelta(days=7)))
    with home.house.db.write() as tx:
        person = people.find_person_by_source(tx, "P1")
        assert person is not None
        people.change_person(tx, person.id, worrying=True)
    check_in(home)
    follow_up(home, 14)
    home.text("8", sender=A)
    home.send()
    home.later(days=7)
    check_in(home)
    follow_up(home, 24)
    assert home.cases() == []
    assert local_date(home.clock.now()) > local_date(touches_of(home, "P1")[1].decided_at)
