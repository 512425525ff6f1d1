"""A house whose staff can be texted and emailed, with two pigeons that carry what leaves."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.alerts.climbing import climb_due
from bot.casework.accounts import SignedIn, sign_in
from bot.clockwork import tick
from bot.dispatcher import Dispatcher
from bot.store import alerts, outbox
from bot.store.alerts import Alert, Climb
from bot.turn.receipts import take_receipt
from messages.channel import Receipt
from messages.classes import TO_STAFF
from tests.houses import Home, Pigeon, bare_home
from tests.web.worker import PASSWORD, hire

FAMILY = "+447700900321"
DUTY, DEPUTY, MANAGER, EDT = (f"+44770090095{n}" for n in (1, 2, 3, 4))
MAIL = ("duty.worker", "deputy", "team.manager", "edt")
URGENT = "he has a knife hes outside"
SUNDAY_NIGHT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


class Watch:
    """A home with the ladder: what staff were told, and the clock's own work."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.mail = Pigeon()
        self.silent = False
        home.house = replace(home.house, channels={**home.house.channels, "email": self.mail})
        self.by: SignedIn = sign_in(home.house, email=hire(home, "practitioner"), password=PASSWORD, place="here")

    def tick(self, **by: float) -> None:
        """Time passes; the clock does what is due; what is queued leaves by both ways."""
        self.home.later(**by)
        for _ in range(2):  # what a failed message calls for comes with the next tick
            tick(self.home.house)
            self.leave()

    def climb(self, **by: float) -> None:
        self.home.later(**by)
        climb_due(self.home.house, self.home.clock.at)

    def leave(self) -> None:
        self.home.send()
        self.confirm()
        while Dispatcher(self.home.house, by_email=True).once():
            pass

    def confirm(self) -> None:
        """The families' phones have what was sent to them, unless the network is `silent`."""
        with self.home.house.db.read() as tx:
            open_rows = [r for r in outbox.out_in_state(tx, "accepted") if r.purpose not in TO_STAFF]
        for row in [] if self.silent else open_rows:
            told = Receipt(outbox=row.id, sid=str(row.provider_sid), word="delivered", event="delivered")
            take_receipt(self.home.house, told)

    @property
    def texted(self) -> list[str]:
        """Whom of the staff was texted, in order."""
        return [o.to for o in self.home.pigeon.carried if o.to.startswith("+44770090095")]

    @property
    def emailed(self) -> list[str]:
        return [o.to.partition("@")[0] for o in self.mail.carried]

    @property
    def ref(self) -> str:
        return self.home.cases()[0].ref

    def alerts(self) -> list[Alert]:
        with self.home.house.db.read() as tx:
            return alerts.alerts_of(tx, [case.id for case in self.home.cases()])

    def climbs(self) -> list[Climb]:
        with self.home.house.db.read() as tx:
            return alerts.climbs_of(tx, [case.id for case in self.home.cases()])

    def red(self) -> list[str]:
        with self.home.house.db.read() as tx:
            return [case.ref for case in alerts.unreached(tx)]


@pytest.fixture
def watch(furnished_url: str) -> Iterator[Watch]:
    home = bare_home(furnished_url)
    yield Watch(home)
    home.house.db.close()
