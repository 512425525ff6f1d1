"""The database is lost and an older backup is put in its place: nothing is said twice, nothing that was written is
missed, and nothing leaves until an operator says so. The real process, on both databases."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import requests
import sqlalchemy as sa

from bot.store import addresses, inbox, outbox
from bot.store.database import Database
from bot.store.sealed import Keyring
from tests.story.service import Service, at, families, quiet_fortnight, service, until

pytestmark = [pytest.mark.fault, pytest.mark.slow]

DUE, LATE, LOST_REPLY, LEFT_SINCE, NEVER_LEFT, STOPPER, DANGER, ASKS, UNHEARD, UNHEARD_DANGER, FRESH = (
    f"+4477009007{n:02}" for n in range(11)
)
CROWD = [f"+4477009008{n:02}" for n in range(8)]
KNIFE = "he has a knife hes outside"
PATIENCE = 90.0


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def living(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp(f"restore-{request.param}")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'thrive.db'}"
    else:
        url = request.getfixturevalue("postgres_cluster").fresh()
    with service(folder, url) as made:
        yield made


def test_the_database_is_lost_and_an_older_backup_restored(living: Service) -> None:
    """See the claims of each part below; each leaves the service as the next one finds it."""
    monday = quiet_fortnight(living.now())
    copy = living.folder / "backup.db"
    living.move_to(at(monday, 9))
    _before(living, copy, monday)
    lost = _after_the_backup(living, monday)
    _lose_everything(living)
    _texts_that_nobody_hears(living)
    calls = len(living.provider.calls())
    _restored(living, copy)
    _opens_paused(living)
    _fetched_in_order(living, lost)
    _looked_up(living)
    assert len(living.provider.calls()) == calls, "something was sent while paused"
    _resumed(living, monday, lost)


def _before(living: Service, copy: Path, monday: object) -> None:
    """Families talk and check-ins wait; what is under way when the backup is taken: a reply the provider has without
    our knowing, one that leaves a little later, one that never does. The copy is taken under load."""
    for name, number, day in (("due", DUE, monday), ("late", LATE, monday + timedelta(days=1))):  # type: ignore[operator]
        sheet = families(living.folder / f"{name}.csv", day - timedelta(days=28), [number])
        sheet.write_text(sheet.read_text().replace("T-1,", f"{name},"))
        done = living.thrive("enrol", str(sheet), "--json")
        assert '"added": 1' in done.stdout, (done.stdout, done.stderr)
    living.text(STOPPER, "hello")
    # The last of them makes the sender wait for half a minute: what the crowd is told has not left either.
    for number, fault, more in (
        (NEVER_LEFT, "drop-before", {}),
        (LOST_REPLY, "drop-after", {}),
        (LEFT_SINCE, "429", {"retry_after": 30}),
    ):
        living.provider.fault(fault, to=number, **more)
        living.text(number, "hello", more=False)
        until(lambda n=number: n in _struck(living), fault, PATIENCE)  # type: ignore[misc]

    stop = threading.Event()

    def crowd() -> None:
        while not stop.is_set():
            for number in CROWD:
                living.provider.text(number, "menu", wait=False)
                time.sleep(0.2)

    loading = threading.Thread(target=crowd)
    loading.start()
    try:
        time.sleep(1)
        done = living.thrive("backup", str(copy), "--json")
    finally:
        stop.set()
        loading.join()
    assert done.returncode == 0, done.stderr
    assert copy.stat().st_mode & 0o777 == 0o600


def _struck(living: Service) -> set[str]:
    return {str(call["recipient"]) for call in living.provider.calls() if call["fault"]}


def _after_the_backup(living: Service, monday: object) -> "Counter[tuple[str, str]]":
    """More happens that the backup does not know: a need, a STOP, a danger, a check-in, a reply that leaves late.
    Returns what the provider took by then, by number and words."""
    until(lambda: bool(living.heard(LEFT_SINCE)), "the reply that had to wait", PATIENCE)
    _quiet(living)
    living.text(ASKS, "food bank near SW18 2PU", expect="1.")
    living.text(STOPPER, "STOP", expect="START")
    living.text(DANGER, KNIFE, expect="999")
    living.move_to(at(monday, 10, 15))  # type: ignore[arg-type]
    until(lambda: any("0 to 10" in m for m in living.heard(DUE)), "the check-in of the lost time", PATIENCE)
    _quiet(living)
    assert len(living.heard(NEVER_LEFT)) < len(living.heard(LOST_REPLY)) == len(living.heard(LEFT_SINCE))
    return _taken(living)


def _quiet(living: Service) -> None:
    """Everything that the crowd asked for has been answered."""

    def still() -> bool:
        before = len(living.provider.calls())
        time.sleep(2)
        return len(living.provider.calls()) == before

    until(still, "nothing more to be sent", PATIENCE)


def _taken(living: Service) -> "Counter[tuple[str, str]]":
    return Counter((str(m["to"]), str(m["body"])) for m in living.provider.accepted())


def _lose_everything(living: Service) -> None:
    living.running.kill()
    url = living.environment["DATABASE_URL"]
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def _texts_that_nobody_hears(living: Service) -> None:
    for number, words in ((UNHEARD, "my boiler is broken"), (UNHEARD_DANGER, KNIFE)):
        living.provider.text(number, words, lost=True)


def _restored(living: Service, copy: Path) -> None:
    """Into an empty database no --force is asked for; what had not left is said to be unknown."""
    done = living.thrive("restore", str(copy), "--json")
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert '"paused": true' in done.stdout
    living.running.start()


def _opens_paused(living: Service) -> None:
    """Every page of the desk says so, and so does /readyz."""
    desk = living.desk()
    desk.sign_in()
    for page in ("/desk", "/desk/conversations", "/desk/no-replies", "/desk/ledger"):
        assert "Sending is paused" in desk.get(page).text, page
    ready = requests.get(f"{living.url}/readyz", timeout=20)
    assert ready.status_code == 503
    assert ready.json()["paused"] is True


def _open(living: Service) -> Database:
    keys = Keyring.parse(living.environment["DATA_KEYS"], living.environment["PHONE_INDEX_KEY"])
    return Database(living.environment["DATABASE_URL"], keys)


def _fetched_in_order(living: Service, lost: "Counter[tuple[str, str]]") -> None:
    """Everything the provider has is kept, once: STOPs first, then danger, then by when it was written. The danger has
    its case, though paused; STOP holds."""
    database = _open(living)
    listed = {m["sid"]: m for m in living.provider.messages() if m["direction"] == "inbound"}

    def kept() -> list[str]:
        with database.read() as tx:
            return [str(sid) for (sid,) in tx.execute(sa.select(inbox.inbox.c.provider_sid).order_by(inbox.inbox.c.id))]

    with closing(database):
        until(lambda: set(kept()) == set(listed), "everything that was written", PATIENCE)
        assert len(kept()) == len(listed)
        senders = [str(listed[sid]["from"]) for sid in kept()]
        last = {number: len(senders) - senders[::-1].index(number) for number in senders}
        order = sorted((STOPPER, DANGER, UNHEARD_DANGER, ASKS, UNHEARD), key=last.__getitem__)
        assert order == [STOPPER, DANGER, UNHEARD_DANGER, ASKS, UNHEARD]
        with database.read() as tx:
            stopper = addresses.find_address(tx, "sms", STOPPER)
        assert stopper is not None
        assert stopper.consent == "stopped"
    desk = living.desk()
    desk.sign_in()
    shown = " ".join(desk.get(f"/desk/cases/{ref}").text for ref in desk.refs())
    assert shown.count("Urgent") >= 2
    assert KNIFE in shown
    assert _taken(living) == lost


def _states(living: Service, number: str) -> list[str]:
    database = _open(living)
    with closing(database), database.read() as tx:
        found = addresses.find_address(tx, "sms", number)
        return [] if found is None else [row.state for row in outbox.outbox_of(tx, [found.id])]


def _looked_up(living: Service) -> None:
    """What the provider took before the loss settles by its list; what it never got goes before a person."""
    for _ in range(14):
        if "unknown" not in _states(living, NEVER_LEFT) + _states(living, LOST_REPLY) + _states(living, LEFT_SINCE):
            break
        living.move_to(living.now() + timedelta(minutes=1))
        time.sleep(2.5)
    assert "held" in _states(living, NEVER_LEFT)
    assert not {"unknown", "held", "queued"} & set(_states(living, LOST_REPLY) + _states(living, LEFT_SINCE))
    desk = living.desk()
    desk.sign_in()
    assert any("0070" in desk.get(f"/desk/cases/{ref}").text.replace(" ", "") for ref in desk.refs())


def _resumed(living: Service, monday: object, lost: "Counter[tuple[str, str]]") -> None:
    """Two days later an operator resumes: what is too old has expired; a fresh answer, the safety reply that nobody
    heard and the check-in that came due meanwhile go, once; nothing that went before the loss goes again."""
    living.move_to(at(monday + timedelta(days=2), 11))  # type: ignore[operator]
    living.text(FRESH, "food bank near SW18 2PU", more=False)
    time.sleep(3)
    assert _taken(living) == lost
    done = living.thrive("resume", "--json")
    assert (done.returncode, done.stdout.strip()) == (0, '{"was_paused": true}'), done.stderr
    until(lambda: bool(living.heard(FRESH)), "the answer to who wrote just now", PATIENCE)
    until(lambda: any("999" in m for m in living.heard(UNHEARD_DANGER)), "the safety reply", PATIENCE)
    until(lambda: any("0 to 10" in m for m in living.heard(LATE)), "the check-in that came due meanwhile", PATIENCE)
    _quiet(living)
    assert '"was_paused": false' in living.thrive("resume", "--json").stdout
    now = _taken(living)
    assert all(now[one] == times for one, times in lost.items()), "said again after the restore"
    assert [one for one, times in now.items() if times > 1 and one not in lost] == []
    assert living.heard(UNHEARD) == []
    assert len(living.heard(NEVER_LEFT)) < len(living.heard(LOST_REPLY))
    assert set(_states(living, UNHEARD)) <= {"expired", "held"}
    ledger = [line for line in living.thrive("ledger", "--json").stdout.splitlines() if '"four-weeks"' in line]
    assert len(ledger) == 2
    assert all('"sent"' in line for line in ledger), ledger
    assert requests.get(f"{living.url}/readyz", timeout=20).json()["paused"] is False
