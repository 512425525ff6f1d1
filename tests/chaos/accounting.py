"""The one account of every fault: what the stand-in provider has, against our own rows.

What came in is in our inbox exactly once. What we asked to send was accepted at most once, and was not asked again
unless the provider had certainly not taken it. Each row ends accepted, refused, expired, or before a person.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from bot.store import addresses, casework, inbox, outbox
from bot.store.database import Database, Tx
from bot.store.sealed import Keyring
from messages.classes import TO_STAFF
from messages.status import ACCEPTED, ENDS
from tests.chaos.recovery import recover
from tests.story.service import Service

# The only answer after which a row may be asked again: the provider says that it did not take it, and to come back.
ASK_AGAIN = frozenset({"429"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """One line of the table. `messages` are those the provider has, both ways; `broken` says each promise not kept,
    by ids; `seen` what of the fault was met."""

    runs: int
    messages: int
    lost: int
    doubled: int
    before_a_person: int
    broken: tuple[str, ...] = ()
    seen: Mapping[str, int] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        return not (self.lost or self.doubled or self.broken)

    def but(self, more: Collection[str]) -> "Counts":
        """With more promises that were not kept."""
        return replace(self, broken=(*self.broken, *more))


@contextmanager
def database_of(living: Service) -> Iterator[Database]:
    """The service's own database, to look at."""
    keys = Keyring.parse(living.environment["DATA_KEYS"], living.environment["PHONE_INDEX_KEY"])
    database = Database(living.environment["DATABASE_URL"], keys)
    try:
        yield database
    finally:
        database.close()


def finish(
    living: Service, *, runs: int, danger: Collection[str] = (), seen: Mapping[str, int] | None = None,
    broken: Collection[str] = (), in_order: bool = True,
) -> Counts:  # fmt: skip
    """Let the service recover, its minutes moved through, and count. Every fault ends with this.

    `danger` are the numbers that texted an urgent danger: each must have its case. `in_order` is false only where the
    provider itself took messages late.
    """
    with database_of(living) as database:
        still_open = recover(living, database)
        return account(
            living, database, runs=runs, danger=danger, seen=seen, broken=(*broken, *still_open), in_order=in_order,
            open_after=len(still_open),
        )  # fmt: skip


def account(
    living: Service, database: Database, *, runs: int, danger: Collection[str] = (),
    seen: Mapping[str, int] | None = None, broken: Collection[str] = (), in_order: bool = True, open_after: int = 0,
) -> Counts:  # fmt: skip
    """Count now. `open_after` rows did not end in time and count as lost."""
    listed = living.provider.messages()
    came = {str(m["sid"]) for m in listed if m["direction"] == "inbound"}
    accepted = [m for m in listed if m["direction"] != "inbound"]
    told = list(broken)
    with database.read() as tx:
        lost_in, doubled_in = _inbound(tx, came, told)
        out = _outbox(tx)
        # what left while we looked: the ladder climbs on
        has = {str(m["outbox"]) for m in living.provider.messages() if m["direction"] != "inbound"}
        lost_out, doubled_out = _outbound(tx, out, accepted, has, told)
        lost_danger = _danger(tx, danger, told)
    told += _asked_again(living.provider.calls())
    if in_order:
        told += _out_of_order(out, accepted)
    return Counts(
        runs=runs, messages=len(listed), lost=lost_in + lost_out + lost_danger + open_after,
        doubled=doubled_in + doubled_out, before_a_person=sum(row.state == "held" for row in out.values()),
        broken=tuple(told), seen=dict(seen or {}),
    )  # fmt: skip


def _outbox(tx: Tx) -> dict[str, Any]:
    columns = (
        *(outbox.outbox.c[name] for name in ("id", "state", "purpose", "class_", "case_id", "address_id", "body")),
        addresses.address.c.kind,
    )
    asked = sa.select(*columns).join(addresses.address, addresses.address.c.id == outbox.outbox.c.address_id)
    return {str(row.id): row for row in tx.execute(asked.where(addresses.address.c.kind.in_(("sms", "staff"))))}


def _inbound(tx: Tx, came: set[str], told: list[str]) -> tuple[int, int]:
    """Every inbound message the provider has is in our inbox exactly once, and was handled or is before a person."""
    kept = list(tx.execute(sa.select(inbox.inbox.c.id, inbox.inbox.c.provider_sid, inbox.inbox.c.state,
                                     inbox.inbox.c.address_id)))  # fmt: skip
    times = Counter(str(row.provider_sid) for row in kept)
    lost = came - set(times)
    told += [f"inbound {sid} is not in the inbox" for sid in sorted(lost)]
    seen_by = {c.address_id for c in casework.inbox_cases(tx, limit=10_000)}
    unhandled = [
        row.id for row in kept if row.state == "new" or (row.state == "failed" and row.address_id not in seen_by)
    ]
    told += [f"inbox row {one} was neither handled nor put before a person" for one in unhandled]
    return len(lost) + len(unhandled), sum(n - 1 for n in times.values())


def _outbound(
    tx: Tx, out: Mapping[str, Any], accepted: Collection[Mapping[str, Any]], has: Collection[str], told: list[str]
) -> tuple[int, int]:
    """Accepted once at most, and our rows say so; what is held stands on a case that says that it did not arrive."""
    times = Counter(str(m["outbox"]) for m in accepted)
    twice = [row for row, n in times.items() if n > 1]
    told += [f"outbox row {row} was accepted {times[row]} times" for row in twice]
    ours = {key for key, row in out.items() if row.state in ACCEPTED}
    unknown_to_us, never = set(times) - ours, ours - set(has)
    for row, twin in told_for_each_other(out, unknown_to_us, never):
        unknown_to_us.discard(row)
        never.discard(twin)
    told += [
        f"the provider took outbox row {row}, which is {out[row].state if row in out else 'not ours'}"
        for row in sorted(unknown_to_us)
    ]
    told += [f"outbox row {row} says accepted, and the provider has nothing" for row in sorted(never)]
    shown = {
        case_id
        for (case_id,) in tx.execute(
            sa.select(casework.case_event.c.case_id).where(casework.case_event.c.kind == "not-reached")
        )
    }
    unseen = [
        key for key, row in out.items()
        if row.state == "held" and row.purpose not in TO_STAFF and row.case_id not in shown
    ]  # fmt: skip
    told += [f"outbox row {row} is held and no case says so" for row in unseen]
    assert all(row.state in ENDS or row.state in {"queued", "sending", "unknown"} for row in out.values())
    return len(unknown_to_us) + len(never) + len(unseen), sum(times[row] - 1 for row in twice)


def told_for_each_other(
    out: Mapping[str, Any], taken: Collection[str], never: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Pairs of rows to one number with the same words: one that the provider took and a person has, one the other way.

    The provider's list says number and words, and of two alike nobody can say which it means. As many were taken as our
    rows say, and the other is before a person: nothing is lost, nothing doubled.
    """
    free = sorted(never)
    for row in sorted(taken):
        if row not in out or out[row].state != "held":
            continue
        alike = (out[row].address_id, out[row].body)
        twin = next((one for one in free if (out[one].address_id, out[one].body) == alike), None)
        if twin is not None:
            free.remove(twin)
            yield row, twin


def _danger(tx: Tx, numbers: Collection[str], told: list[str]) -> int:
    urgent = {c.address_id for c in casework.inbox_cases(tx, limit=10_000) if c.level == "urgent"}
    missed = 0
    for number in numbers:
        address = addresses.find_address(tx, "sms", number)
        if address is None or address.id not in urgent:
            missed += 1
            told.append("a danger has no urgent case")
    return missed


def _asked_again(calls: Collection[Mapping[str, Any]]) -> list[str]:
    """Rows that were asked to be sent after an answer that does not say "not taken, come back"."""
    before: dict[str, str | None] = {}
    told = []
    for call in calls:
        row = str(call["outbox"])
        if row in before and before[row] not in ASK_AGAIN:
            told.append(f"outbox row {row} was asked again after {before[row] or 'a good answer'}")
        before[row] = call["fault"]
    return told


def _out_of_order(out: Mapping[str, Any], accepted: Collection[Mapping[str, Any]]) -> list[str]:
    """One person's messages of one class are taken in the order in which they were written."""
    furthest: dict[tuple[int, str], int] = defaultdict(int)
    told = []
    for message in accepted:
        row = out.get(str(message["outbox"]))
        if row is None:
            continue
        line = (row.address_id, row.class_)
        if row.id < furthest[line]:
            told.append(f"outbox row {row.id} was taken after {furthest[line]} of the same line")
        furthest[line] = max(furthest[line], row.id)
    return told
