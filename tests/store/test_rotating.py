"""Keys are changed while families write, on both databases: nothing is lost, doubled, or left under the old key."""

import base64
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bot import rotating, watch
from bot.casework import auditing
from bot.settings import ROOT
from bot.store import addresses, contacts, enrolling, naming, people, published, seals, staff
from bot.store import rotating as rows
from bot.store.database import Database
from bot.store.sealed import Keyring
from tests.houses import KEY, Home, bare_home

NEW, NEW_INDEX = (base64.b64encode(bytes([n]) * 32).decode() for n in (7, 8))
BOTH = Keyring.parse(f"new:{NEW},test:{KEY}", f"{NEW_INDEX},{KEY}")
NEW_ALONE = Keyring.parse(f"new:{NEW}", NEW_INDEX)
FAMILIES = 1_000


@pytest.fixture
def old(migrated_url: str) -> Iterator[Home]:
    """A house under the old keys, with families in it."""
    made = bare_home(migrated_url)
    fill(made, FAMILIES)
    yield made
    made.house.db.close()


def number(n: int) -> str:
    return f"+4477009{n:05d}"


def fill(home: Home, count: int) -> None:
    db, now = home.house.db, home.clock.at
    with db.write() as tx:
        enrolling.add_numbers(tx, [number(n) for n in range(count)], now)
        enrolling.add_households(tx, [f"H{n}" for n in range(count // 5)], now)
        said = dict.fromkeys(enrolling.SAID)
        enrolling.add_people(
            tx,
            [
                {**said, "language": "en", "child": False, "ref": f"R{n:07d}", "source_reference": f"C{n}",
                 "first_name": f"Name {n}", "postcode": "SW18 2PU"}
                for n in range(count // 5)
            ],
            now,
        )  # fmt: skip
        staff.add_audit(tx, at=now, staff_id=None, action="user.add", target="staff:1")
    auditing.seal_due(home.house, now)


def under(home: Home, keys: Keyring) -> Home:
    """The same house, run with other keys."""
    house = replace(home.house, db=Database(home.house.settings.database_url, keys))
    return Home(house=house, clock=home.clock, pigeon=home.pigeon)


def all_new(home: Home) -> None:
    """Nothing on disk begins with another key's id; all is found and opened with the new keys alone."""
    alone = under(home, NEW_ALONE)
    with alone.house.db.read() as tx:
        for table in rows.tables():
            assert rows.waiting(tx, table) == 0, table.name
        stood = tx.execute(sa.select(addresses.address.c.value, addresses.address.c.fingerprint)).all()
        assert all(NEW_ALONE.index("sms", value) == print_ for value, print_ in stood)
        assert len({value for value, _ in stood}) == len(stood)
        for n in range(FAMILIES):
            found = addresses.find_address(tx, "sms", number(n))
            assert found is not None
            assert found.value == number(n)
        assert naming.by_reference(tx, "C7") is not None
        assert len(naming.at_postcode(tx, "sw182pu", limit=FAMILIES)) == FAMILIES // 5
        assert len(enrolling.households(tx, [f"H{n}" for n in range(FAMILIES // 5)])) == FAMILIES // 5
        assert seals.check(tx).breaks == ()
    alone.house.db.close()


def test_everything_is_sealed_and_found_anew(old: Home) -> None:
    """Claim: after one run every sealed value begins with the new key's id, every number, reference, postcode and
    household is found under the new fingerprint alone, the audit's seals hold, and a second run finds nothing."""
    both = under(old, BOTH)
    counted = rotating.waiting(both.house)
    assert counted["address"] == FAMILIES
    done = rotating.rotate(both.house, lambda _table, _done: None)
    assert (done.left, done.shut, done.nameless) == (0, 0, 0)
    assert done.rows["address"] == counted["address"]
    all_new(old)
    assert rotating.rotate(both.house, lambda _table, _done: None).rows == {}
    assert rotating.waiting(both.house) == {}
    both.house.db.close()


def test_both_keys_read_before_and_after(old: Home) -> None:
    """Claim: with the new keys put first and nothing sealed anew yet, all is found and opened, and a family that is
    known is not made twice; a form or sheet that comes meanwhile is under the new keys at once."""
    both = under(old, BOTH)
    with both.house.db.write() as tx:
        before = addresses.find_address(tx, "sms", number(3))
        assert before is not None
        assert addresses.open_address(tx, "sms", number(3), both.clock.at).id == before.id
        fresh = addresses.open_address(tx, "sms", "+447700999999", both.clock.at)
        assert set(enrolling.numbers(tx, [number(1), number(2)], lock=True)) == {number(1), number(2)}
        assert set(enrolling.people_named(tx, ["C1", "C2"])) == {"C1", "C2"}
        assert (people.household(tx, "H1", both.clock.at), True) == enrolling.households(tx, ["H1"])["H1"]
        prints = sa.select(addresses.address.c.fingerprint).where(addresses.address.c.id == fresh.id)
        assert tx.execute(prints).scalar_one() == NEW_ALONE.index("sms", "+447700999999")
    both.house.db.close()


def test_killed_half_way_under_load_it_goes_on(old: Home, database_kind: str) -> None:
    """Claim: `thrive keys rotate` killed with SIGKILL while families write leaves all readable under both keys; given
    again it does only what is left; nobody who wrote meanwhile is lost, doubled or left under the old key."""
    both = under(old, BOTH)
    stop, wrote, faults = threading.Event(), [], []

    def write() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            told = number(n % FAMILIES) if n % 2 else f"+4477111{n:05d}"
            try:
                with both.house.db.write() as tx:
                    found = addresses.open_address(tx, "sms", told, both.clock.at)
                    addresses.change_address(tx, found.id, safe_times="after six")
                wrote.append(told)
                stop.wait(0.02)  # fifty a second: more than all of a borough's families write
            except Exception as fault:  # noqa: BLE001 - the test itself tells it
                faults.append(fault)
                return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        first = start(old)
        until = time.monotonic() + 60
        while time.monotonic() < until and first.poll() is None:
            with both.house.db.read() as tx:
                left = rows.waiting(tx, addresses.address)
            if left < FAMILIES * 0.7:
                break
            time.sleep(0.005)
        first.send_signal(signal.SIGKILL)
        first.wait(timeout=30)
        assert first.returncode == -signal.SIGKILL
        half = rotating.waiting(both.house)
        assert 0 < half["address"] < FAMILIES
        with both.house.db.read() as tx:
            for n in range(0, FAMILIES, 50):
                assert addresses.find_address(tx, "sms", number(n)) is not None
        second = start(old)
        assert second.wait(timeout=120) == 0
    finally:
        stop.set()
        writer.join()
    assert faults == []
    assert len(wrote) > 20
    all_new(old)
    with both.house.db.read() as tx:
        kept = sa.select(sa.func.count()).select_from(addresses.address)
        assert tx.execute(kept).scalar_one() == FAMILIES + len({told for told in wrote if told > "+4477100"})
    both.house.db.close()


def test_while_a_part_of_the_service_holds_other_keys_nothing_is_changed(old: Home) -> None:
    """Claim: a process that said lately that it runs under the old keys alone stops it before the first row; three
    minutes after its last word it goes on."""
    watch.say_ring(old.house, old.clock.at)
    both = under(old, BOTH)
    watch.say_ring(both.house, old.clock.at)
    with pytest.raises(rotating.OtherKeys):
        rotating.rotate(both.house, lambda _table, _done: None)
    assert rotating.waiting(both.house)["address"] == FAMILIES
    old.later(minutes=4)
    watch.say_ring(both.house, old.clock.at)
    assert rotating.rotate(both.house, lambda _table, _done: None).left == 0
    both.house.db.close()


def test_what_no_key_opens_is_left_and_counted(old: Home) -> None:
    """Claim: one value whose key is lost stops nothing, stays as it is, and is told; households from before their
    names were kept are told until a sheet names them."""
    lost = Keyring.parse(f"lost:{NEW}", KEY).seal("address.value", "+447700911111")
    with old.house.db.write() as tx:
        raw = sa.table("address", sa.column("id"), sa.column("value"))
        tx.execute(sa.update(raw).where(raw.c.id == 1).values(value=lost))
        tx.execute(sa.update(enrolling.household).where(enrolling.household.c.id == 1).values(name=None))
    both = under(old, BOTH)
    done = rotating.rotate(both.house, lambda _table, _done: None)
    assert (done.shut, done.left, done.nameless) == (1, 0, 1)
    with both.house.db.write() as tx:
        assert bytes(tx.execute(sa.select(raw.c.value).where(raw.c.id == 1)).scalar_one()) == lost
        assert enrolling.households(tx, ["H0"]) == {"H0": (1, False)}
        enrolling.name_household(tx, 1, "H0")  # as a sheet that names it does
        assert rows.nameless_households(tx) == 0
    alone = under(old, NEW_ALONE)
    with alone.house.db.read() as tx:
        assert enrolling.households(tx, ["H0"]) == {"H0": (1, True)}
    alone.house.db.close()
    both.house.db.close()


def test_a_table_whose_key_is_of_two_columns_is_sealed_anew_row_by_row(old: Home) -> None:
    """Claim: of a table whose key is a contact and a day, more rows than one transaction takes are all sealed anew,
    each once and with its own words: a part that ends in the midst of a contact's days goes on with its next day."""
    now, first = old.clock.at, date(2026, 9, 1)
    days = [first + timedelta(days=n) for n in range(rotating.ROWS * 3 // 4)]
    with old.house.db.write() as tx:
        worker = staff.add_staff(tx, email="w@example.org", name="W", password_hash="-", role="worker", now=now)
        said = {"kind": "call", "on": first, "who": "A school", "words": "Rang.", "made_by": worker, "made_at": now}
        made = [contacts.add(tx, reviews=days, ref=f"K{n}", form_id=f"form-{n}", **said) for n in range(3)]
        for contact in made:
            for day in days:
                this = (contacts.review.c.contact_id == contact, contacts.review.c.due_on == day)
                tx.execute(sa.update(contacts.review).where(*this).values(words=f"{contact} on {day}"))
    both = under(old, BOTH)
    rows_of_it = len(days) * len(made)
    assert rows_of_it > 2 * rotating.ROWS
    assert rotating.waiting(both.house)["contact_review"] == rows_of_it
    done = rotating.rotate(both.house, lambda _table, _done: None)
    assert (done.rows["contact_review"], done.left, done.shut) == (rows_of_it, 0, 0)
    both.house.db.close()
    alone = under(old, NEW_ALONE)
    with alone.house.db.read() as tx:
        kept = tx.execute(sa.select(contacts.review.c.contact_id, contacts.review.c.due_on, contacts.review.c.words))
        assert {(contact, day): words for contact, day, words in kept} == {
            (contact, day): f"{contact} on {day}" for contact in made for day in days
        }
    alone.house.db.close()


def test_a_ring_not_heard_of_for_a_day_is_forgotten(old: Home) -> None:
    """Claim: what says which keys are in use does not grow with each change of keys."""
    watch.say_ring(old.house, old.clock.at)
    both = under(old, BOTH)
    watch.say_ring(both.house, old.clock.at + timedelta(days=2))
    with both.house.db.read() as tx:
        assert [n for n in published.heartbeats(tx) if n.startswith(watch.RING)] == [watch.RING + BOTH.mark]
    both.house.db.close()


def start(home: Home) -> "subprocess.Popen[bytes]":
    """`thrive keys rotate` as an operator runs it, with both keys."""
    env = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "SECRET_KEY": "s" * 40, "DATA_KEYS": f"new:{NEW},test:{KEY}", "PHONE_INDEX_KEY": f"{NEW_INDEX},{KEY}",
        "DATABASE_URL": home.house.settings.database_url,
    }  # fmt: skip
    command = [sys.executable, "-m", "bot.cli", "keys", "rotate", "--json"]
    return subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL)
