"""Everything at once on one family: no deadlock, no error, one answer a message, on either database."""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from bot.casework import work
from bot.casework.accounts import SignedIn, add_account
from bot.clockwork import tick
from bot.dispatcher import Dispatcher
from bot.house import House
from bot.store import addresses, casework, inbox, keeping, outbox, staff
from bot.store.touches import ledger
from bot.turn.backfill import _take
from bot.turn.receipts import take_receipt
from messages.channel import Accepted, Inbound, Outgoing, Receipt
from messages.status import event_of
from tests.houses import Home
from tests.turn.families import enrol, four_weeks_ago, row

A, B, C = "+447700900441", "+447700900442", "+447700900443"
LANDLINE = "+442079460441"
SAID = (
    "he has a knife hes outside",
    "hello",
    "food bank near SW11 1AA",
    "REFER",
    "menu",
    "6",
    "STOP",
    "START",
    "human",
)
TOLD = (("sent", None), ("delivered", None), ("undelivered", "30005"), ("failed", "21610"))
SECONDS = 5.0
pytestmark = pytest.mark.slow


@pytest.fixture
def signed_in(home: Home) -> SignedIn:
    add_account(home.house, email="ann@example.org", name="Ann", role="practitioner", password="correct horse battery")
    with home.house.db.read() as tx:
        found = staff.find_staff(tx, "ann@example.org")
    assert found is not None
    return SignedIn(staff=found, token="t")


class Crowd:
    """Everybody who may touch one family's rows at the same moment, each as a job that may be done again and again."""

    def __init__(self, home: Home, by: SignedIn) -> None:
        self.home, self.house, self.by = home, home.house, by
        self.chance = random.Random(7)
        self.numbers = itertools.count()
        self.carried: Counter[int] = Counter()
        self.sent: list[tuple[int, str]] = []
        self.written: list[str] = []
        self.faults: list[BaseException] = []
        home.pigeon.does = self.carry

    def carry(self, outgoing: Outgoing) -> Accepted:
        self.carried[outgoing.outbox] += 1
        self.sent.append((outgoing.outbox, f"SM{outgoing.outbox}"))
        return Accepted(sid=f"SM{outgoing.outbox}")

    def write(self) -> None:
        sid = f"SMin{next(self.numbers)}"
        self.written.append(sid)
        self.home.text(self.chance.choice(SAID), sender=self.chance.choice((A, A, B, C, LANDLINE)), sid=sid)

    def list_again(self) -> None:
        if self.written:
            sid = self.chance.choice(self.written[-20:])
            _take(self.house, Inbound(account="AC1", sid=sid, sender=A, to="", text="hello"))

    def tell(self) -> None:
        if self.sent:
            outbox, sid = self.chance.choice(self.sent[-30:])
            word, code = self.chance.choice(TOLD)
            take_receipt(self.house, Receipt(outbox=outbox, sid=sid, word=word, event=event_of(word), code=code))

    def send(self) -> None:
        Dispatcher(self.house).once()

    def desk(self) -> None:
        with self.house.db.read() as tx:
            cases = casework.inbox_cases(tx)
        if cases:
            case = self.chance.choice(cases)
            form = work.Form(ref=case.ref, version=case.version, by=self.by, form_id=f"f{next(self.numbers)}")
            with suppress(work.Stale, work.NotYet):
                self.chance.choice(ACTS)(self.house, form)

    def clock(self) -> None:
        self.home.clock.at += timedelta(minutes=self.chance.choice((1, 40, 600)))
        with self.house.db.write() as tx:
            due = {"next_at": self.house.clock.now(), "state": "active"}
            tx.execute(sa.update(keeping.enrolment).where(keeping.enrolment.c.id % 2 == 0).values(**due))
        tick(self.house)

    def keep_at(self, job: Callable[[], None], over: float) -> None:
        while time.monotonic() < over and not self.faults:
            try:
                job()
                time.sleep(0.001)  # a job with nothing to do must not keep the others from theirs
            except Exception as fault:  # noqa: BLE001 - told by the test
                self.faults.append(fault)


def test_all_at_once(home: Home, signed_in: SignedIn) -> None:
    """Turns on a shared phone and two others, a landline, senders, receipts of every kind, the desk, the clock and the
    provider's list, together for some seconds: nothing raises or is logged as an error, each message is handled once,
    and nothing is carried twice."""
    monday = four_weeks_ago(home)
    enrol(home, row("P1", A, monday, household="H"), row("P2", A, monday, household="H"))
    enrol(home, row("P3", B, monday), row("P4", C, monday))
    crowd = Crowd(home, signed_in)
    jobs = [crowd.write] * 3 + [crowd.send] * 2 + [crowd.tell] * 2 + [crowd.desk] * 2 + [crowd.clock, crowd.list_again]
    over = time.monotonic() + SECONDS
    with capture_logs() as logs:
        threads = [threading.Thread(target=crowd.keep_at, args=(job, over)) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert crowd.faults == []
    assert [entry for entry in logs if entry["log_level"] == "error"] == []
    _account(home, crowd.written, crowd.carried)


def _account(home: Home, written: list[str], carried: Counter[int]) -> None:
    with home.house.db.read() as tx:
        ids = [a.id for n in (A, B, C, LANDLINE) if (a := addresses.find_address(tx, "sms", n)) is not None]
        kept = inbox.inbox_of(tx, ids, limit=100_000)
        out = outbox.outbox_of(tx, ids, limit=100_000)
        touches = [(t.enrolment_id, t.touch, t.occurrence) for t, _ in ledger(tx)]
    assert {m.provider_sid for m in kept} == set(written)
    assert len(kept) == len(written) > 20
    assert {m.state for m in kept} == {"done"}
    assert max(carried.values()) == 1
    assert len(touches) == len(set(touches))
    answered = Counter(o.key.split(":")[0] for o in out if o.text_id.startswith("safety."))
    dangerous = {f"in{m.id}" for m in kept if m.body == SAID[0]}
    assert dangerous <= set(answered)


def _claim(house: House, form: work.Form) -> None:
    work.claim(house, form)


def _reply(house: House, form: work.Form) -> None:
    work.reply(house, form, "Hello, this is Ann.")


def _note(house: House, form: work.Form) -> None:
    work.note(house, form, "Telephoned, no answer.")


def _look(house: House, form: work.Form) -> None:
    work.look(house, form.ref, form.by)


def _close(house: House, form: work.Form) -> None:
    work.close(house, form, outcome="advice-given", words="Spoke to her.")


ACTS = (_claim, _claim, _reply, _reply, _reply, _note, _look, _close)
