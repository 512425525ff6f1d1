"""A reference is drawn by chance: among 150,000 people two would have the same one, two times in five."""

from collections.abc import Callable
from itertools import chain, repeat

import pytest
import sqlalchemy as sa

from bot.refs import new_ref
from bot.store import schema
from tests.houses import Home
from tests.turn.families import enrol, four_weeks_ago, row

HER, HIS = "+447700900111", "+447700900222"


def then(*first: str) -> Callable[[], str]:
    """Draws that give these, and after them what chance gives."""
    drawn = chain(iter(first), (draw() for draw in repeat(new_ref)))
    return lambda: next(drawn)


def refs(home: Home, table: str) -> list[str]:
    with home.house.db.read() as tx:
        return list(tx.execute(sa.select(schema.METADATA.tables[table].c.ref).order_by("id")).scalars())


def test_a_sheet_draws_again_for_a_reference_that_somebody_has(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: neither of somebody who stands nor twice in one sheet; every row is taken, and nobody's is changed."""
    enrol(home, row("S1", HER, four_weeks_ago(home)))
    (hers,) = refs(home, "person")
    monkeypatch.setattr("bot.people.batch.new_ref", then("23456789", hers, "2222222A", "2222222A"))
    report = enrol(home, *(row(f"S{n}", f"+44770090050{n}", four_weeks_ago(home)) for n in range(2, 6)))
    assert (report.added, report.refused) == (4, [])
    found = refs(home, "person")
    assert len(set(found)) == len(found) == 5
    assert found[0] == hers


def test_a_text_that_needs_a_reference_draws_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: a family in danger has its case by the same answer, whoever has the reference that was drawn first."""
    home.text("he has a knife and says he will kill me", sender=HER)
    (first,) = refs(home, "cases")
    monkeypatch.setattr("bot.turn.load.new_ref", then(first))
    monkeypatch.setattr("bot.casework.raising.new_ref", then(first))
    home.text("he has a knife and says he will kill me", sender=HIS)
    found = refs(home, "cases")
    assert len(set(found)) == len(found) == 2
