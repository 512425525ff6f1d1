"""Several dispatchers at once, in any order of their steps: each line keeps its order, safety overtakes."""

import itertools
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dispatcher import Claimed, Dispatcher
from bot.store import addresses
from bot.store import outbox as rows
from messages.channel import Accepted, ChannelError, ChannelUnknown, Outgoing
from messages.classes import Purpose, class_of, priority_of
from tests.houses import AT, Home, make_home

DISPATCHERS, PEOPLE = 3, 2
PURPOSES: tuple[Purpose, ...] = ("safety", "answer", "check-in")
# What may happen next: a message is written, a dispatcher claims, or one that holds a message hears of it.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, PEOPLE - 1), st.sampled_from(PURPOSES)),
        st.tuples(st.just("claim"), st.integers(0, DISPATCHERS - 1), st.just("")),
        st.tuples(
            st.just("send"), st.integers(0, DISPATCHERS - 1), st.sampled_from(("taken", "lost", "refused", "down"))
        ),
        st.tuples(st.just("wait"), st.integers(1, 40), st.just("")),
    ),
    min_size=8,
    max_size=30,
)
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    from tests.conftest import migrate

    url = f"sqlite:///{tmp_path_factory.mktemp('order') / 'thrive.db'}"
    migrate(url)
    made = make_home(url)
    yield made
    made.house.db.close()


class Street:
    """Two families and three dispatchers, who each stop between the claim and the call."""

    def __init__(self, home: Home) -> None:
        self.home = home
        start = next(NUMBERS)
        self.numbers = [f"+4478{start:06}{n:02}" for n in range(PEOPLE)]
        self.written: list[tuple[int, int, Purpose]] = []  # id, whose, purpose
        self.called: list[int] = []
        self.heard: dict[int, list[str]] = {}
        self.hands: list[list[Claimed]] = [[] for _ in range(DISPATCHERS)]
        self.out = [Dispatcher(home.house) for _ in range(DISPATCHERS)]
        self.how = "taken"
        home.pigeon.does = self.carry
        home.clock.at = AT  # never into the night, when what is not safety waits
        with home.house.db.write() as tx:
            tx.execute(sa.delete(rows.outbox))  # what a street before left, where its test failed

    def carry(self, outgoing: Outgoing) -> Accepted:
        self.called.append(outgoing.outbox)
        self.heard.setdefault(outgoing.outbox, []).append(self.how)
        if self.how == "lost":
            raise ChannelUnknown("no answer")
        if self.how in {"refused", "down"}:
            raise ChannelError(permanent=self.how == "refused", code=None, reason="no")
        return Accepted(sid=f"SM{outgoing.outbox}")

    def write(self, whose: int, purpose: Purpose) -> None:
        now = self.home.clock.now()
        with self.home.house.db.write() as tx:
            address = addresses.open_address(tx, "sms", self.numbers[whose], now)
            addresses.change_address(tx, address.id, consent="given", safe="safe", last_in_at=now)
            made = rows.put_out(
                tx, key=f"o{next(NUMBERS)}", address_id=address.id, purpose=purpose, class_=class_of(purpose),
                rank=priority_of(purpose), text_id="thanks", body="Thank you.", language="en", created_at=now,
                not_before=now,
            )  # fmt: skip
        assert made is not None
        self.written.append((made, whose, purpose))

    def claim(self, who: int) -> None:
        if self.hands[who]:
            return
        before = self.states()
        self.hands[who], _ = self.out[who]._claim(None)
        for claimed in self.hands[who]:
            self.may_be_claimed(claimed.row, before)

    def may_be_claimed(self, claimed: rows.Outbox, before: dict[int, rows.Outbox]) -> None:
        """Nothing of its line before it is open, and nothing that could have left belongs before it."""
        mine = [(number, whose, purpose) for number, whose, purpose in self.written if number == claimed.id]
        assert len(mine) == 1
        _, whose, purpose = mine[0]
        for number, other, also in self.written:
            row = before[number]
            if number < claimed.id and other == whose and also == purpose:
                assert row.state not in {"queued", "sending"}
            elif priority_of(also) < priority_of(purpose) and row.state == "queued":
                waits = row.not_before > self.home.clock.now()
                behind = any(
                    n < number and o == other and p == also and before[n].state in {"queued", "sending"}
                    for n, o, p in self.written
                )
                assert waits or behind

    def send(self, who: int, how: str) -> None:
        self.how = how
        for claimed in self.hands[who]:
            self.out[who]._send(claimed)
        self.hands[who] = []

    def states(self) -> dict[int, rows.Outbox]:
        with self.home.house.db.read() as tx:
            return {number: rows.outbox_by_id(tx, number) for number, _, _ in self.written}

    def live(self, steps: list[tuple[str, int, str]]) -> None:
        for what, number, more in steps:
            match what:
                case "write":
                    self.write(number, more)  # type: ignore[arg-type]
                case "claim":
                    self.claim(number)
                case "send":
                    self.send(number, more)
                case "wait":
                    self.home.later(seconds=number)
        for who in range(DISPATCHERS):
            self.send(who, "taken")
        for _ in range(8):  # everything that may still leave does
            self.home.later(minutes=4)
            self.claim(0)
            while self.hands[0]:
                self.send(0, "taken")
                self.claim(0)

    def account(self) -> None:
        states = {number: row.state for number, row in self.states().items()}
        assert set(states.values()) <= {"accepted", "unknown", "refused", "held"}
        for whose in range(PEOPLE):
            for purpose in PURPOSES:
                line = [number for number, of, also in self.written if (of, also) == (whose, purpose)]
                first_calls = list(dict.fromkeys(number for number in self.called if number in line))
                assert first_calls == [number for number in line if number in first_calls]
                last_calls = list(dict.fromkeys(n for n in self.called[::-1] if n in line))[::-1]
                assert last_calls == sorted(last_calls)
        for told in self.heard.values():  # only what the provider certainly did not take is tried again
            assert set(told[:-1]) <= {"down"}


@given(STEPS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_persons_messages_of_one_class_keep_their_order(shared: Home, steps: list[tuple[str, int, str]]) -> None:
    """Whatever the interleaving and whatever the provider says: safety overtakes, `unknown` blocks nothing, a row that
    is tried again keeps its place, and everything ends."""
    street = Street(shared)
    street.live(steps)
    street.account()


@pytest.mark.postgres
def test_the_same_on_postgres(request: pytest.FixtureRequest) -> None:
    """A fixed set of interleavings, where other transactions' locks are skipped rather than waited for."""
    import random

    from tests.conftest import migrate

    running = request.getfixturevalue("postgres_cluster")
    home = make_home(running.clone("migrated", migrate))
    chance = random.Random(11)
    for _ in range(8):
        street = Street(home)
        steps: list[tuple[str, int, str]] = []
        for _ in range(30):
            what = chance.choice(("write", "write", "claim", "send", "wait"))
            number = chance.randrange({"write": PEOPLE, "wait": 40}.get(what, DISPATCHERS))
            more = {"write": PURPOSES, "send": ("taken", "lost", "refused", "down")}.get(what, ("",))
            steps.append((what, number, chance.choice(more)))
        street.live(steps)
        street.account()
    home.house.db.close()
