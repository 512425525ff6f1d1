"""Moving the rows of one record of a person to another, and back: each move tells what stood there before.

Whose row it is stands in one column of each table. What of it may be moved by a statement is here; which plans and
numbers go along is decided by whoever merges.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.store.addresses import consent
from bot.store.casework import cases
from bot.store.columns import Row
from bot.store.contacts import log
from bot.store.database import Tx
from bot.store.holding import hold
from bot.store.inbox import inbox
from bot.store.keeping import Enrolment, enrolment
from bot.store.merged import Change, Value
from bot.store.outbox import outbox
from bot.store.people import change_person, person, person_address
from bot.store.scores import score

# What is told of a person that two records may tell differently, in the order of a page.
FACTS: Final = ("first_name", "last_name", "born", "postcode", "email", "relation", "language", "team")
_OF_A_PERSON: Final = ("cases", "consent", "contact_log", "score", "legal_hold")
_RECORD: Final = (
    *FACTS, "household_id", "worrying", "deferred", "died_on", "born_corrected_on", "created_at"
)  # fmt: skip


def _t(name: str) -> sa.Table:
    return Row.metadata.tables[name]


def lock_people(tx: Tx, person_ids: Collection[int]) -> None:
    """Hold these records until the transaction ends, in one order (SQLite has one writer anyway)."""
    these = sa.select(person.c.id).where(person.c.id.in_(person_ids)).order_by(person.c.id)
    tx.execute(these.with_for_update()).all()


def record_of(tx: Tx, person_id: int) -> Mapping[str, Any]:
    """What stands in a person's row that a merge may change. Raises SealError where it does not open."""
    return dict(tx.execute(sa.select(*(person.c[f] for f in _RECORD)).where(person.c.id == person_id)).mappings().one())


def write_record(tx: Tx, person_id: int, values: Mapping[str, Value]) -> list[Change]:
    """Write what differs; what stood there."""
    before = record_of(tx, person_id)
    new = {name: value for name, value in values.items() if before[name] != value}
    if new:
        change_person(tx, person_id, **new)
    return [
        Change(what="cell", name="person", row_id=person_id, field=name, was=before[name], now=value)
        for name, value in new.items()
    ]  # fmt: skip


def renamed(tx: Tx, person_ids: Collection[int]) -> None:
    """So that each process reads these names again."""
    tx.execute(sa.update(person).where(person.c.id.in_(person_ids)).values(changed_at=sa.func.now()))


def there(tx: Tx, person_ids: Collection[int]) -> set[int]:
    """Those of these records that were not erased."""
    return set(tx.execute(sa.select(person.c.id).where(person.c.id.in_(person_ids))).scalars())


def move_all(tx: Tx, *, away: int, kept: int) -> list[Change]:
    """Cases, consents, contacts, scores and lifted legal holds."""
    done = []
    for name in _OF_A_PERSON:
        table = _t(name)
        ids = tx.execute(sa.update(table).where(table.c.person_id == away).values(person_id=kept).returning(table.c.id))
        done += [
            Change(what="cell", name=name, row_id=int(row_id), field="person_id", was=away, now=kept)
            for row_id in sorted(ids.scalars())
        ]
    return done


def move_holds(tx: Tx, *, away: int, kept: int) -> list[Change]:
    """Every hold that stands, where the kept record has none of its kind; another stays and holds as it did."""
    stands = hold.c.lifted_at.is_(None)
    held = sa.select(hold.c.kind).where(hold.c.person_id == kept, stands)
    moves = sa.select(hold.c.id).where(hold.c.person_id == away, stands, hold.c.kind.not_in(held))
    ids = list(tx.execute(moves.order_by(hold.c.id)).scalars())
    tx.execute(sa.update(hold).where(hold.c.id.in_(ids)).values(person_id=kept))
    return [Change(what="cell", name="hold", row_id=one, field="person_id", was=away, now=kept) for one in ids]


def standing_hold(tx: Tx, person_id: int, kind: str) -> int | None:
    theirs = (hold.c.person_id == person_id, hold.c.kind == kind, hold.c.lifted_at.is_(None))
    found = tx.execute(sa.select(hold.c.id).where(*theirs)).scalar_one_or_none()
    return None if found is None else int(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A person's time at a number: its row in `person_address`."""

    person_id: int
    address_id: int
    since: datetime
    released_at: datetime | None
    told_on: date | None


def ties(tx: Tx, person_ids: Collection[int]) -> list[Tie]:
    """Every number these have or had, by number."""
    asked = sa.select(*(person_address.c[f] for f in Tie.__dataclass_fields__))
    rows = tx.execute(
        asked.where(person_address.c.person_id.in_(person_ids)).order_by(
            person_address.c.address_id, person_address.c.person_id
        )
    )
    return [Tie(**row._asdict()) for row in rows]


def others_at_all(tx: Tx, person_id: int) -> set[int]:
    """Who else has, or had, a number that this person has or had; nobody whose record was merged."""
    theirs = sa.select(person_address.c.address_id).where(person_address.c.person_id == person_id)
    at = (person_address.c.address_id.in_(theirs), person_address.c.person_id != person_id)
    return {int(one) for one in tx.execute(sa.select(person_address.c.person_id).where(*at)).scalars()}


def others_at(tx: Tx, address_id: int, person_ids: Collection[int]) -> bool:
    """Whether anybody but these ever had a number."""
    others = (person_address.c.address_id == address_id, person_address.c.person_id.not_in(person_ids))
    return tx.execute(sa.select(sa.literal(1)).where(*others).limit(1)).first() is not None


def move_tie(tx: Tx, tie: Tie, to: int) -> None:
    """It is the other record's: one that has none of this number."""
    tx.execute(_tie(tie.person_id, tie.address_id).values(person_id=to))


def change_tie(tx: Tx, person_id: int, address_id: int, **values: Value) -> None:
    tx.execute(_tie(person_id, address_id).values(**values))


def take_out_tie(tx: Tx, tie: Tie) -> None:
    theirs = (person_address.c.person_id == tie.person_id, person_address.c.address_id == tie.address_id)
    tx.execute(sa.delete(person_address).where(*theirs))


def put_in_tie(tx: Tx, tie: Tie) -> None:
    tx.execute(sa.insert(person_address).values({f: getattr(tie, f) for f in Tie.__dataclass_fields__}))


def _tie(person_id: int, address_id: int) -> sa.Update:
    theirs = (person_address.c.person_id == person_id, person_address.c.address_id == address_id)
    return sa.update(person_address).where(*theirs)


def plans_of(tx: Tx, person_ids: Collection[int]) -> list[Enrolment]:
    """Theirs and those about them, of whichever parent, locked in one order."""
    columns = (enrolment.c[f] for f in Enrolment.__dataclass_fields__)
    theirs = sa.or_(enrolment.c.person_id.in_(person_ids), enrolment.c.child_id.in_(person_ids))
    rows = tx.execute(sa.select(*columns).where(theirs).order_by(enrolment.c.id).with_for_update())
    return [Enrolment(**row._asdict()) for row in rows]


def children_in_plans(tx: Tx, person_id: int) -> set[int]:
    theirs = sa.select(enrolment.c.child_id).where(enrolment.c.person_id == person_id, enrolment.c.child_id != 0)
    return {int(one) for one in tx.execute(theirs.distinct()).scalars() if one != person_id}


def cell(tx: Tx, name: str, row_id: int, field: str) -> tuple[bool, Value]:
    """Whether the row is there, and what stands in it."""
    table = _t(name)
    row = tx.execute(sa.select(table.c[field]).where(table.c.id == row_id)).one_or_none()
    return (False, None) if row is None else (True, row[0])


def write_cell(tx: Tx, name: str, row_id: int, field: str, value: Value) -> None:
    if name == "person":
        change_person(tx, row_id, **{field: value})
    else:
        table = _t(name)
        tx.execute(sa.update(table).where(table.c.id == row_id).values({field: value}))


def plan_taken(tx: Tx, plan: Enrolment) -> bool:
    """Whether another plan has this person, programme, child and day."""
    same = (enrolment.c.person_id == plan.person_id, enrolment.c.programme == plan.programme,
            enrolment.c.child_id == plan.child_id, enrolment.c.event_on == plan.event_on)  # fmt: skip
    return tx.execute(sa.select(enrolment.c.id).where(*same, enrolment.c.id != plan.id).limit(1)).first() is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """A row of a person that came after a merge. `told`: a reference or a programme, for a page; `address_id`: where it
    came from, None where from nowhere."""

    name: str
    row_id: int
    told: str
    at: datetime
    address_id: int | None


def since(tx: Tx, person_id: int, before: Mapping[str, Collection[int]], at: datetime) -> list[Since]:
    """Cases, contacts, plans, consents and scores of theirs after `at`, those aside that are named in `before`."""
    asked = {
        "cases": (cases, cases.c.ref, cases.c.opened_at, cases.c.address_id),
        "contact_log": (log, log.c.ref, log.c.made_at, sa.null()),
        "enrolment": (enrolment, enrolment.c.programme, enrolment.c.created_at, sa.null()),
        "consent": (consent, consent.c.kind, consent.c.at, consent.c.address_id),
        "score": (score, sa.literal(""), score.c.at, score.c.address_id),
    }
    found = []
    for name, (table, told, when, where) in asked.items():
        rows = tx.execute(
            sa.select(table.c.id, told, when, where)
            .where(table.c.person_id == person_id, when > at, table.c.id.not_in(before.get(name, ())))
            .order_by(table.c.id)
        )
        found += [Since(name=name, row_id=i, told=t, at=w, address_id=a) for i, t, w, a in rows]
    return found


def messages_since(tx: Tx, address_ids: Sequence[int], at: datetime) -> dict[int, int]:
    """How many messages, both ways, there were at each of these numbers after a merge; none where there were none."""
    found: dict[int, int] = {}
    for table, when in ((inbox, inbox.c.received_at), (outbox, outbox.c.created_at)):
        counted = sa.select(table.c.address_id, sa.func.count()).where(table.c.address_id.in_(address_ids), when > at)
        for address_id, number in tx.execute(counted.group_by(table.c.address_id)):
            found[int(address_id)] = found.get(int(address_id), 0) + int(number)
    return found
