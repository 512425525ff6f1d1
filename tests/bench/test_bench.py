"""The benches run, and what they rest on holds: no claim reads the backlog, no tick reads all who are enrolled."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from bench import claims, databases, desk, due, enrol, measure, rehearse, search, turn, understand
from bench.synth import queries, services
from bot.settings import ROOT
from bot.store import claims as queue
from bot.store import keeping
from bot.store.database import Tx
from directory.search import Query, Snapshot
from directory.search import search as directory_search
from tests.houses import AT, Home


@pytest.fixture
def sqlite_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The benches' own PostgreSQL is started by the benches' own runs; here the first half is enough."""
    monkeypatch.setattr(databases.postgres, "binaries", lambda: None)


def test_the_turn_is_told_by_its_parts(sqlite_only: None, capsys: pytest.CaptureFixture[str]) -> None:
    """One table against the floor, one by part; figures are printed, and never decide."""
    turn.main(1.0)
    told = capsys.readouterr().out
    assert "| the floor turn |" in told
    for part in ("screening", "understanding", "search", "step", "sealing", "statements", "commit"):
        assert f"| {part} |" in told


def test_claims_are_told_for_each_backlog(sqlite_only: None, capsys: pytest.CaptureFixture[str]) -> None:
    """Each claim measured took exactly one message; the ratio to the short backlog is told."""
    claims.main(5, many=400)
    assert "| 400 due |" in capsys.readouterr().out


def test_a_tick_is_told_due_and_idle(sqlite_only: None, capsys: pytest.CaptureFixture[str]) -> None:
    """Every check-in that fell due was written, in ticks of two hundred; or none was due."""
    due.main(1, 2000, few=400, due=200)
    told = capsys.readouterr().out
    assert "| 200 due |" in told
    assert "| none due |" in told


def test_the_desks_pages_are_told_in_both_houses(sqlite_only: None, capsys: pytest.CaptureFixture[str]) -> None:
    """Every page was answered with 200, each search finding whom it means; the ratio to the small house is told."""
    desk.main(1, 400)
    told = capsys.readouterr().out
    for page in ("inbox", "a case", "a person", "ledger", "no replies", "search by a misspelt name"):
        assert f"| {page} |" in told


def test_understanding_is_told_by_its_parts(capsys: pytest.CaptureFixture[str]) -> None:
    """Each part beside one embedding, and the memory of a process that answers; the process is a real one."""
    understand.main(1, many=3)
    told = capsys.readouterr().out
    for part in ("embed", "hear", "weigh", "danger", "all"):
        assert f"| {part} |" in told
    assert "One process that answers them: at most" in told


def test_a_rehearsed_year_is_told_beside_its_floor(capsys: pytest.CaptureFixture[str]) -> None:
    """Families as in the full measurement, fewer of them: every row is read, both sides asked the rules."""
    rehearse.main(200)
    told = capsys.readouterr().out
    for part in ("reading the sheet", "one decision a touch (the floor)", "the year rehearsed"):
        assert f"| {part} |" in told


@pytest.mark.slow
def test_an_import_is_told_beside_its_floor(sqlite_only: None, capsys: pytest.CaptureFixture[str]) -> None:
    """A sheet by a process of its own, and again: each row is added once, and a turn beside it is measured."""
    enrol.main(60)
    told = capsys.readouterr().out
    assert "| SQLite |" in told
    assert "row / floor" in told


def test_search_is_told_against_the_floor(capsys: pytest.CaptureFixture[str]) -> None:
    """The sample directory and the made-up one, each beside SQLite FTS5 on the same queries."""
    search.main(1, many=500)
    told = capsys.readouterr().out
    assert told.count("| FTS5, words |") == 2
    assert "500 services" in told
    assert "One process that holds 500 and answers: at most" in told


def test_two_slips_of_three_words_still_find_it_among_ten_thousand() -> None:
    """Of 100 queries with two words misspelt, the one meant is among the first five for 93: the draw is a fixed one."""
    snapshot = Snapshot(services(10_000, ["food", "debt"]))
    asked = queries(list(snapshot.services), 100, 2)
    found = [
        meant in {result.service.name for result in directory_search(snapshot, Query(text=typed, limit=5)).results}
        for typed, meant in asked
    ]
    assert sum(found) >= 93


def test_only_a_ratio_breaks_a_claim(capsys: pytest.CaptureFixture[str]) -> None:
    """Held at its bound; broken above it, by name, with exit status 1."""
    assert measure.hold([("kept", 2.0, 2.0)]) == 0
    assert measure.hold([("kept", 1.0, 2.0), ("lost", 2.1, 2.0)]) == 1
    assert "BROKEN: lost" in capsys.readouterr().err


def test_each_bench_is_one_command() -> None:
    """The documentation names the command of each, and `make bench` runs it."""
    run = (ROOT / "scripts" / "run_benches.sh").read_text("utf-8")
    told = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    for bench in (turn, claims, due, search, understand, rehearse, enrol):
        assert callable(bench.main)
        assert f"python -m {bench.__name__}" in told
        assert re.search(rf"for name in [^;]*\b{bench.__name__.removeprefix('bench.')}\b", run)


def test_a_claim_reads_no_more_than_it_takes(home: Home) -> None:
    """The database finds the next messages in the order of an index: it neither reads the backlog nor sorts it."""
    claims.fill(home, 4000)
    claims.tidy(home.house.db)
    with home.house.db.write() as tx, _plans(home, tx) as plans:
        assert len(queue.due_ids(tx, AT, limit=100)) == 100
    chosen = [plan for statement, plan in plans if statement.startswith("SELECT outbox.id \n")]
    assert chosen
    for plan in chosen:
        assert "ix_outbox_next" in plan
        assert "sort" not in plan.lower()
        assert "temp b-tree" not in plan.lower()


def test_a_tick_finds_who_is_due_by_their_next_instant(home: Home) -> None:
    """Among a thousand enrolled, those due are found by the index on `next_at`."""
    due.fill(home, 1000)
    with home.house.db.read() as tx, _plans(home, tx) as plans:
        assert keeping.due_enrolments(tx, AT) == []
    assert all("ix_enrolment_next_at" in plan for _, plan in plans)


@contextmanager
def _plans(home: Home, tx: Tx) -> Iterator[list[tuple[str, str]]]:
    """Each statement with the plan the database has for it."""
    plans: list[tuple[str, str]] = []
    explain = "EXPLAIN QUERY PLAN " if home.house.db.is_sqlite else "EXPLAIN "

    def note(
        connection: sa.Connection, cursor: object, statement: str, parameters: object, context: object, many: bool
    ) -> None:
        if statement.startswith("SELECT"):
            asked = connection.connection.cursor()
            asked.execute(explain + statement, parameters)
            plans.append((statement, "\n".join(str(line) for line in asked.fetchall())))
            asked.close()

    sa.event.listen(tx, "before_cursor_execute", note)
    try:
        yield plans
    finally:
        sa.event.remove(tx, "before_cursor_execute", note)
