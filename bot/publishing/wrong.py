"""What families say is wrong with an entry: to the team's list, and to whoever keeps the entry at its organisation.

Under an entry of /help nobody is asked who they are, and no answer can be given. The team reads what they chose and
wrote; the organisation reads only what was chosen, since a family's own words may tell of them. By text, what they
write stands with their case, which is answered, and the entry alone comes here. A first report also sends the
organisation its link, at most one a week, so that no stranger at our page can fill anybody's letter box.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.casework.accounts import SignedIn
from bot.house import House
from bot.publishing.entries import NoSuchEntry
from bot.publishing.providers import send_link
from bot.store import entries, providers, staff, wrong
from bot.store.database import Tx
from directory.service import Service, from_text
from messages.clean import clean

KINDS: Final = ("phone", "closed", "place", "hours", "not-taking", "other")
LONGEST: Final = 500
MOST_OPEN: Final = 20  # of one entry: more tell the team nothing that these do not
LETTER_EVERY: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One report that waits."""

    id: int
    at: datetime
    service: Service
    kind: str
    words: str


def known(house: House, service_id: str) -> Service:
    """The entry that a report would be of, as families are shown it. Raises NoSuchEntry."""
    with house.db.read() as tx:
        row = entries.standing(tx, service_id)
    if row is None or row.withdrawn_at is not None:
        raise NoSuchEntry(service_id)
    return from_text(row.document)


def tell(house: House, service_id: str, kind: str, words: str) -> None:
    """Keep a report. Raises NoSuchEntry, also for a `kind` that is none of KINDS."""
    with house.db.write() as tx:
        if kind not in KINDS or not take(house, tx, service_id, kind, words):
            raise NoSuchEntry(service_id)


def take(house: House, tx: Tx, service_id: str, kind: str, words: str = "") -> bool:
    """Keep a report, however it came; False where no such entry is shown."""
    now = house.clock.now()
    row = entries.standing(tx, service_id, lock=True)
    if row is None or row.withdrawn_at is not None:
        return False
    waiting = wrong.open_number(tx, service_id)
    if waiting >= MOST_OPEN:
        return True
    wrong.add_wrong(tx, service_id=service_id, at=now, kind=kind, words=clean(words)[:LONGEST] or None)
    staff.add_audit(tx, at=now, staff_id=None, action="directory.wrong", target=service_id[:80], detail=kind)
    organisation = from_text(row.document).organisation
    keeper = providers.find_provider(tx, organisation.id, lock=True)
    if waiting or keeper is None or keeper.email is None:
        return True
    last = providers.sent_to(tx, organisation.id, limit=1)
    if not last or now - last[0].made_at >= LETTER_EVERY:
        send_link(house, tx, keeper, organisation=organisation.name)
    return True


def waiting(house: House, by: SignedIn) -> Sequence[Told]:
    """What nobody has settled, oldest first. Looking is audited."""
    with house.db.read() as tx:
        rows = wrong.open_wrongs(tx)
        documents = {one: entries.standing(tx, one) for one in {row.service_id for row in rows}}
    with house.db.write() as tx:
        staff.add_audit(tx, at=house.clock.now(), staff_id=by.staff.id, action="directory.view", target="wrong")
    return [
        Told(id=row.id, at=row.at, service=from_text(found.document), kind=row.kind, words=row.words or "")
        for row in rows
        if (found := documents[row.service_id]) is not None
    ]


def settle(house: House, by: SignedIn, wrong_id: int) -> bool:
    """Somebody has seen to it; their words are erased. False where somebody was faster."""
    now = house.clock.now()
    with house.db.write() as tx:
        service_id = wrong.settle_wrong(tx, wrong_id, by=by.staff.id, now=now)
        if service_id is None:
            return False
        staff.add_audit(
            tx, at=now, staff_id=by.staff.id, action="directory.wrong-settled", target=service_id[:80]
        )  # fmt: skip
    return True
