"""The audit's seals, on both databases: what was removed, changed, added or cut off shows, and what is old may go."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.casework import auditing
from bot.cli import main
from bot.store import seals, staff
from bot.store.seals import Checked, seal
from bot.store.staff import audit
from tests.houses import Home, bare_home


@pytest.fixture
def home(migrated_url: str) -> Iterator[Home]:
    """A house with nothing in it yet: the audit is told by the rows that a test writes."""
    made = bare_home(migrated_url)
    yield made
    made.house.db.close()


def write(home: Home, count: int, name: str = "case.view") -> None:
    with home.house.db.write() as tx:
        for n in range(count):
            staff.add_audit(tx, at=home.clock.at, staff_id=None, action=name, target=f"case:{n}")


def sealed(home: Home, minutes: int = 3, rows: int = 4) -> None:
    """Some minutes, each with some rows, each sealed."""
    for _ in range(minutes):
        write(home, rows)
        home.later(seconds=61)
        assert auditing.seal_due(home.house, home.clock.at) == 1


def checked(home: Home) -> Checked:
    with home.house.db.read() as tx:
        return seals.check(tx)


def told(found: Checked) -> list[tuple[int, str]]:
    return [(one.number, one.kind) for one in found.breaks]


def tamper(home: Home, statement: sa.Update | sa.Delete | sa.Insert) -> None:
    """Somebody who can write to the database, and has no key."""
    with home.house.db.write() as tx:
        assert tx.execute(statement).rowcount != 0


def test_each_minute_is_one_seal_and_an_untouched_audit_is_whole(home: Home) -> None:
    """Claim: a minute's rows are one seal, a minute with none makes none, and what nothing holds yet is counted."""
    write(home, 5)
    assert auditing.seal_due(home.house, home.clock.at) == 1
    write(home, 2)
    home.later(seconds=30)
    assert auditing.seal_due(home.house, home.clock.at) == 0
    assert checked(home).waiting == 2
    home.later(seconds=31)
    assert auditing.seal_due(home.house, home.clock.at) == 1
    home.later(minutes=5)
    assert auditing.seal_due(home.house, home.clock.at) == 0
    found = checked(home)
    assert (found.seals, found.waiting, found.breaks, found.last_number) == (2, 0, (), 2)


def test_a_backlog_is_sealed_in_parts(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: an audit from before there were seals is sealed whole, some rows a transaction."""
    monkeypatch.setattr(seals, "MOST_ROWS", 3)
    monkeypatch.setattr(seals, "_UNSEALED", seals._UNSEALED.limit(3))
    before = checked(home).waiting
    write(home, 8)
    auditing.seal_due(home.house, home.clock.at)
    found = checked(home)
    assert (found.rows, found.waiting, found.breaks) == (before + 8, 0, ())
    assert found.seals == -(-(before + 8) // 3)


@pytest.mark.parametrize("nth", [0, -1])
def test_a_removed_row_shows(home: Home, nth: int) -> None:
    """Claim: one row taken away, the first or the last, is told with the seal that held it, and no other seal is."""
    sealed(home)
    with home.house.db.read() as tx:
        ids = list(tx.execute(sa.select(audit.c.id).where(audit.c.seal == 2).order_by(audit.c.id)).scalars())
    tamper(home, sa.delete(audit).where(audit.c.id == ids[nth]))
    found = checked(home)
    assert told(found) == [(2, "removed")]
    assert (found.breaks[0].sealed, found.breaks[0].found) == (4, 3)


@pytest.mark.parametrize(
    ("column", "value"),
    [("target", "case:other"), ("action", "case.note"), ("detail", "x"), ("staff_id", None), ("at", None)],
)
def test_a_changed_row_shows(home: Home, column: str, value: object) -> None:
    """Claim: any one column of one row, written over, is told."""
    with home.house.db.write() as tx:
        staff_id = staff.add_staff(
            tx, email="a@council.example", name="A", password_hash="-", role="auditor", now=home.clock.at
        )
        staff.add_audit(tx, at=home.clock.at, staff_id=staff_id, action="case.view", target="case:1")
    home.later(seconds=61)
    auditing.seal_due(home.house, home.clock.at)
    with home.house.db.read() as tx:
        row = tx.execute(sa.select(sa.func.max(audit.c.id))).scalar_one()
    new = home.clock.at + timedelta(seconds=1) if column == "at" else value
    tamper(home, sa.update(audit).where(audit.c.id == row).values({column: new}))
    assert told(checked(home)) == [(1, "changed")]


def test_a_row_put_in_shows(home: Home) -> None:
    """Claim: a row added to a minute that was sealed is told."""
    sealed(home)
    tamper(
        home,
        sa.insert(audit).values(at=home.clock.at, staff_id=None, action="case.view", target="x", detail="", seal=2),
    )
    assert told(checked(home)) == [(2, "added")]


def test_a_row_taken_out_of_its_seal_shows(home: Home) -> None:
    """Claim: a row that is made to look unsealed, to be sealed anew as something else, is missed where it was."""
    sealed(home)
    with home.house.db.read() as tx:
        row = tx.execute(sa.select(sa.func.min(audit.c.id)).where(audit.c.seal == 1)).scalar_one()
    tamper(home, sa.update(audit).where(audit.c.id == row).values(seal=None, target="case:other"))
    home.later(seconds=61)
    auditing.seal_due(home.house, home.clock.at)
    assert told(checked(home)) == [(1, "removed")]


def test_a_seal_taken_away_with_its_rows_shows(home: Home) -> None:
    """Claim: a whole minute, rows and seal, leaves a gap; so does the last while rows still name it."""
    sealed(home)
    tamper(home, sa.delete(audit).where(audit.c.seal == 2))
    tamper(home, sa.delete(seal).where(seal.c.number == 2))
    assert told(checked(home)) == [(2, "seal-missing")]
    tamper(home, sa.delete(seal).where(seal.c.number == 3))
    # what is left ends at the first: the rows of the third still name it
    assert told(checked(home)) == [(3, "seal-missing")]


def test_a_chain_made_to_fit_shows(home: Home) -> None:
    """Claim: who removes a row and mends the count and digest of its seal cannot mend the head without a key."""
    sealed(home)
    with home.house.db.read() as tx:
        ids = list(tx.execute(sa.select(audit.c.id).where(audit.c.seal == 2).order_by(audit.c.id)).scalars())
    tamper(home, sa.delete(audit).where(audit.c.id == ids[0]))
    with home.house.db.read() as tx:
        rows = seals._rows_of(tx, 2, 2)[2]
    mended = {"count": len(rows), "digest": seals.digest_of(rows)}
    tamper(home, sa.update(seal).where(seal.c.number == 2).values(mended))
    assert told(checked(home)) == [(2, "seal-changed")]


def test_an_end_cut_off_shows_against_the_log(home: Home) -> None:
    """Claim: the last seal gone with its rows is no gap, and the head that the log was told finds it; so does one made
    anew under the same number."""
    sealed(home)
    kept = checked(home)
    assert kept.last_head is not None
    head = (kept.last_number, kept.last_head[:16])
    tamper(home, sa.delete(audit).where(audit.c.seal == 3))
    tamper(home, sa.delete(seal).where(seal.c.number == 3))
    assert told(checked(home)) == []
    with home.house.db.read() as tx:
        assert told(seals.check(tx, head=head)) == [(3, "seal-missing")]
    sealed(home, minutes=1, rows=1)
    with home.house.db.read() as tx:
        assert told(seals.check(tx, head=head)) == [(3, "head")]


def test_old_rows_go_and_their_seals_stay(home: Home) -> None:
    """Claim: pruning is counted first, removes whole minutes, keeps their seals and the chain whole, and is itself
    in the audit; a later removal still shows."""
    sealed(home, minutes=2)
    home.later(days=400)
    sealed(home, minutes=2)
    limit = home.clock.at - timedelta(days=365)
    before = checked(home)
    counted = auditing.prune(home.house, limit, dry_run=True)
    assert checked(home) == before
    assert auditing.prune(home.house, limit, dry_run=False) == counted
    assert counted[0] == 2
    found = checked(home)
    assert (found.seals, found.pruned, found.breaks) == (4, 2, ())
    assert found.rows == before.rows - counted[1]
    assert home.audited()[-1][0] == "audit.prune"
    tamper(home, sa.delete(audit).where(audit.c.seal == 3))
    assert told(checked(home)) == [(3, "removed")]


def test_rows_removed_by_hand_cannot_be_passed_off_as_pruned(home: Home) -> None:
    """Claim: another seal's mark of having been pruned, copied over, is told; and pruning keeps what is evidence."""
    sealed(home, minutes=2)
    home.later(days=400)
    sealed(home, minutes=1)
    limit = home.clock.at - timedelta(days=365)
    with home.house.db.read() as tx:
        row = tx.execute(sa.select(sa.func.min(audit.c.id)).where(audit.c.seal == 2)).scalar_one()
    tamper(home, sa.delete(audit).where(audit.c.id == row))
    assert auditing.prune(home.house, limit, dry_run=False)[0] == 1
    assert told(checked(home)) == [(2, "removed")]
    tamper(home, sa.delete(audit).where(audit.c.seal == 2))
    raw = sa.select(sa.type_coerce(seal.c.pruned, sa.LargeBinary)).where(seal.c.number == 1).scalar_subquery()
    tamper(home, sa.update(seal).where(seal.c.number == 2).values(pruned=raw))
    assert told(checked(home)) == [(2, "seal-changed")]


def test_pruning_goes_on_past_what_is_kept_and_says_how_much(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Claim: seals that were tampered with, more than are looked at in one go, keep nothing younger from its end; the
    command tells how many they are, and ends with 1."""
    sealed(home, minutes=53)
    tamper(home, sa.delete(audit).where(audit.c.seal <= 51, audit.c.id.in_(
        sa.select(sa.func.min(audit.c.id)).where(audit.c.seal.is_not(None)).group_by(audit.c.seal)
    )))  # fmt: skip
    home.later(days=400)
    limit = home.clock.at - timedelta(days=365)
    counted = auditing.prune(home.house, limit, dry_run=True)
    assert (counted.seals, counted.kept) == (2, 51)
    assert auditing.prune(home.house, limit, dry_run=False) == counted
    assert auditing.prune(home.house, limit, dry_run=False) == (0, 0, 51)
    monkeypatch.setattr("bot.cli.auditing.open_house", lambda: nullcontext(home.house))
    assert main(["audit", "prune", "--before", limit.date().isoformat(), "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out.splitlines()[-1]) == {"seals": 0, "rows": 0, "kept": 51, "removed": True}
    assert "51 seals are not as sealed" in said.err
    assert len(told(checked(home))) == 51


def test_a_line_brought_up_to_date_after_its_seal_is_a_new_line(home: Home) -> None:
    """Claim: what takes many transactions and more than a minute never changes a row that was sealed."""

    def keep(kept: int | None, detail: str) -> int:
        with home.house.db.write() as tx:
            return staff.keep_audit(
                tx, kept, at=home.clock.at, staff_id=None, action="people.enrol", target="sheet", detail=detail
            )

    first = keep(None, "so far: 1")
    assert keep(first, "so far: 2") == first
    home.later(seconds=61)
    auditing.seal_due(home.house, home.clock.at)
    second = keep(first, "so far: 3")
    assert second != first
    assert checked(home).breaks == ()
