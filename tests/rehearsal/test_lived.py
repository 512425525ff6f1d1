"""A year rehearsed and the same year lived agree, line by line."""

import pytest

from bot.content import Compiled
from tests.houses import Home
from tests.rehearsal.year import OUTAGES, ledger_of, live, lived_ledger, rehearsed, said, sheet

SHOWN = (
    "asked us to stop", "stopped our texts", "Paused at their wish", "In one text", "telephone them first",
    "Many were due",
)  # fmt: skip


@pytest.mark.slow
def test_a_year_rehearsed_is_the_year_lived(home: Home, compiled: Compiled) -> None:
    """Both clock changes, two outages, STOPs and a START, pauses, fewer texts, late replies, brothers and sisters in
    one text, one cap over two programmes, turns under a daily cap: the same touches, decided at the same instants, for
    the same reasons."""
    families, year, texts = rehearsed(compiled, sheet(), said(), OUTAGES)
    assert live(home, families, texts, sheet(), OUTAGES) == []
    lived, told = lived_ledger(home, families), ledger_of(year)
    assert [line for line in lived if line not in told] == [line for line in told if line not in lived] == []
    # the year held what it is to show
    assert {line[7] for line in told} >= {"sent", "answered", "no-reply", "missed", "suppressed"}
    reasons = " ".join(line[8] for line in told)
    for shown in SHOWN:
        assert shown in reasons
    assert year.raised
    assert any(line.reminded_at and line.answered_at and line.answered_at > line.reminded_at for line in year.ledger)
    # Two whose number came to be a year old: nobody telephones the one, and the other writes.
    told_of = {who: {line[2]: line[7:] for line in told if line[0] == who} for who in ("P41", "P42")}
    assert [found["telephone-first"][2] for found in told_of.values()] == [True, False]
    assert told_of["P41"]["twelve-months"][0] == "missed"
    assert "still waiting then. The number was last confirmed on" in told_of["P41"]["twelve-months"][1]
    assert told_of["P42"]["twelve-months"][0] not in {"missed", "suppressed"}
    # They wrote at ten to ten: at ten the check-in waited, and another family had the hour's only turn.
    assert [line[6].hour for line in told if line[0] == "P04" and line[2] == "six-months"] == [11]
