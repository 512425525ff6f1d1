"""The council's periods: read, counted before anything goes, carried out at night in small transactions."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.lint_retention import in_retention
from bot.clock import LONDON
from bot.content import compile_content, read_content
from bot.content.documents import Notes
from bot.content.retention import KINDS, Period, WrittenKeep, read_retention
from bot.people import retaining
from bot.publishing import content
from bot.settings import ROOT
from bot.store import erased, published, schema
from bot.store import retaining as rows
from bot.store.database import Tx
from tests.houses import AMPLE, ON_SQLITE, Home, at_rate
from tests.people.filling import Filled
from tests.people.test_erasing import HER, HIS, fill, left
from tests.turn.families import enrol, four_weeks_ago, row

YEARS = 26


def years_ago(home: Home) -> datetime:
    return home.clock.at - timedelta(days=365 * YEARS + 30)


def old(home: Home, words: str = "Zuzanna Quillfeather", number: str = HER, **codes: object) -> Filled:
    """Somebody with a row in every table, of long ago."""
    with home.house.db.write() as tx:
        return Filled(tx, words, number, years_ago(home), **codes)


def night(home: Home) -> None:
    """The next time that it is two o'clock at night, London time; and the clock's share of work until it is done."""
    at = home.clock.at.astimezone(LONDON).replace(hour=2, minute=0) + timedelta(days=1)
    home.clock.at = at
    for _ in range(3):
        retaining.retain_due(home.house, home.clock.at)


def counts(home: Home) -> dict[str, int]:
    return {due.kind: due.count for due in retaining.count(home.house)}


@pytest.mark.parametrize(
    ("text", "today", "first"),
    [
        ("30 days", date(2026, 11, 22), date(2026, 10, 23)), ("2 weeks", date(2026, 11, 22), date(2026, 11, 8)),
        ("1 month", date(2026, 3, 31), date(2026, 2, 28)), ("12 months", date(2024, 2, 29), date(2023, 2, 28)),
        ("6 years", date(2026, 11, 22), date(2020, 11, 22)), ("Ever", date(2026, 11, 22), None),
    ],
)  # fmt: skip
def test_a_period_is_read_as_people_say_it(text: str, today: date, first: date | None) -> None:
    """The first day kept, by the calendar; the last of a month that is shorter."""
    assert Period.read(text).first_kept(today) == first


@given(
    st.integers(1, 500), st.sampled_from(["day", "week", "month", "year"]), st.dates(date(1990, 1, 1), date(2090, 1, 1))
)
def test_a_longer_period_never_keeps_less(number: int, unit: str, today: date) -> None:
    """Claim: what a period keeps, the next longer keeps; and each written one is read again the same."""
    one, more = (Period(number=n, unit=unit) for n in (number, number + 1))
    assert Period.read(str(one)) == one
    first, earlier = one.first_kept(today), more.first_kept(today)
    assert first is not None
    assert earlier is not None
    assert earlier <= first < today


def test_what_is_wrong_is_told_with_its_key() -> None:
    """A kind that nobody knows, a period that is none, and one whose source is missing."""
    notes = Notes()
    read_retention(
        "council.yaml",
        {"texts": WrittenKeep(keep="1 year", source="x"), "cases": WrittenKeep(keep="a while", source=" ")}, notes,
    )  # fmt: skip
    assert len(notes.faults) == 3


def test_every_kind_has_a_period_and_a_source_as_shipped() -> None:
    """The shipped file names each kind; lint says so where one is missing, for the council to decide."""
    assert list(in_retention(compile_content(read_content(ROOT / "content")), {})) == []


@ON_SQLITE
def test_without_a_period_nothing_ever_goes(home: Home) -> None:
    """A council that has set none keeps everything, whatever its age."""
    shipped = content.read(home.house.settings)
    council = {name: value for name, value in shipped.files["council.yaml"].items() if name != "retention"}
    content.publish(home.house, at_rate(type(shipped)({**shipped.files, "council.yaml": council}), AMPLE), by="test")
    old(home)
    before = left(home, "Quillfeather")
    for _ in range(3):
        night(home)
    assert left(home, "Quillfeather") == before
    assert set(counts(home).values()) == {0}


def test_the_first_night_counts_and_the_second_removes(home: Home) -> None:
    """Nothing is gone before its count stood in the audit for a day; then all of hers is, and a new family's
    stays."""
    old(home)
    fill(home, "Barnaby Oxtoby", HIS)
    told = counts(home)
    assert all(told[kind] for kind in ("enrolments", "cases", "contacts"))
    before = left(home, "Oxtoby")
    night(home)
    assert left(home, "Quillfeather")
    assert "retention.counted" in {action for action, _, _ in home.audited()}
    night(home)
    night(home)
    assert not {place for place in left(home, "Quillfeather", HER) if not place.startswith(("staff", "upload"))}
    assert left(home, "Oxtoby") == before
    assert "retention.removed" in {action for action, _, _ in home.audited()}


@ON_SQLITE
def test_by_day_or_paused_nothing_is_removed(home: Home) -> None:
    """At eleven in the morning, and after a restore before an operator has resumed, it waits."""
    old(home)
    retaining.retain_due(home.house, home.clock.at)
    with home.house.db.write() as tx:
        published.set_flag(tx, published.PAUSED, "restored from a backup", home.clock.at)
    night(home)
    night(home)
    assert left(home, "Quillfeather")
    assert not {a for a, _, _ in home.audited() if a.startswith("retention")}


@ON_SQLITE
@pytest.mark.parametrize("of", ["person", "case"])
def test_a_legal_hold_outlasts_every_period(home: Home, of: str) -> None:
    """What is held, by its person or by the case itself, stays while the hold stands."""
    her = old(home)
    with home.house.db.write() as tx:
        erased.put_legal_hold(
            tx, person_id=her.ids["person"]["id"] if of == "person" else None,
            case_id=her.ids["cases"]["id"] if of == "case" else None, why="A claim", by=None, now=home.clock.at,
        )  # fmt: skip
    told = retaining.carry_out(home.house)
    assert "cases" not in told
    assert "cases.words" in left(home, "Quillfeather")
    assert ("messages" in told) is False


@ON_SQLITE
def test_an_open_case_keeps_its_words(home: Home) -> None:
    """What nobody has closed is not past any time, nor is what was said around it."""
    old(home, cases__state="open")
    retaining.carry_out(home.house)
    assert {"cases.words", "inbox.body"} <= left(home, "Quillfeather")


@ON_SQLITE
def test_a_stop_outlasts_the_person(home: Home) -> None:
    """Who said STOP and of whom nothing else is left: the number goes, its fingerprint with STOP stays."""
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    home.talk("STOP", sender=HER)
    with home.house.db.write() as tx:
        tx.execute(sa.update(schema.METADATA.tables["enrolment"]).values(state="ended", next_at=None))
    home.later(days=365 * YEARS)
    retaining.carry_out(home.house)
    assert not left(home, HER, "NameP1")
    assert home.address(HER).consent == "stopped"


@ON_SQLITE
def test_each_transaction_is_small(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many old messages each transaction takes no more than its share, and all of them go in the end."""
    monkeypatch.setattr(retaining, "SOME", 3)
    for n in range(10):
        home.text(f"old words {n}", sender=HER)
    with home.house.db.write() as tx:
        tx.execute(sa.update(schema.METADATA.tables["cases"]).values(state="closed", closed_at=home.clock.at))
    home.later(days=365 * YEARS)
    sizes: list[int] = []
    take = rows.remove

    def some(tx: Tx, kind: str, before: datetime, *, limit: int) -> int:
        sizes.append(limit)
        return take(tx, kind, before, limit=limit)

    monkeypatch.setattr(rows, "remove", some)
    retaining.carry_out(home.house)
    assert set(sizes) == {3}
    assert not {place for place in left(home, "old words") if place.startswith("inbox")}


def test_lint_tells_of_what_is_missing(tmp_path: Path) -> None:
    """A council's file without periods, or without one of them: a warning with its place, and what follows."""
    from bot.cli.lint_retention import told

    assert told(()) == ""
    assert "cases" in told(("cases",))
    assert "nothing is ever removed" in told(KINDS)


@ON_SQLITE
def test_another_familys_case_keeps_nobody_elses_words(home: Home) -> None:
    """Claim: an open case of one family holds back the periods of that family alone."""
    old(home, cases__state="open")
    old(home, "Barnaby Oxtoby", HIS)
    retaining.carry_out(home.house)
    assert {place for place in left(home, "Oxtoby", HIS) if not place.startswith(("staff", "upload"))} == set()
    assert "inbox.body" in left(home, "Quillfeather")
