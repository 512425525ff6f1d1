"""Finding people: by keyed fingerprints exactly, and all their names for an index that each process keeps.

Names stay sealed in the database; nothing there can be searched. `changed_at` is written by the database's own clock
with every change of a person's row, so that one process learns of what another has written.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.store import merged
from bot.store.addresses import address
from bot.store.casework import cases, referral
from bot.store.columns import Instant, keyring_of, readable
from bot.store.database import Tx
from bot.store.people import NAME, Person, name_of, person, person_address, postcode_prints
from bot.store.restricting import Closed, outside

OVERLAP = timedelta(minutes=15)  # a row bears the time its transaction began; no transaction of ours lasts as long
_NAMED = sa.select(person.c.id, merged.shown(person.c.id), *NAME)
_BY_PROFESSIONAL = referral.c.how == "professional"
_PEOPLE = sa.select(*(readable(person.c[f]) for f in Person.__dataclass_fields__))


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A person's name as it stands, empty where none is known or none opens."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    ref: str
    kind: str
    level: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TellsOf:
    """A professional's referral: the family's name as they wrote it, and who they are."""

    ref: str
    level: str
    state: str
    opened_at: datetime
    family: str
    by: str


def count_people(tx: Tx) -> int:
    return int(tx.execute(sa.select(sa.func.count()).select_from(person)).scalar_one())


def clock(tx: Tx) -> datetime:
    """The database's own, that writes `changed_at`."""
    return tx.execute(sa.select(sa.func.now(type_=Instant))).scalar_one()


def names(tx: Tx, *, since: datetime | None) -> Iterator[Named]:
    """Every name, or those of the rows that may have changed since the database's clock stood there. Of a record that
    was merged into another there is none."""
    statement = _NAMED if since is None else _NAMED.where(person.c.changed_at >= since - OVERLAP)
    for person_id, shown, first, last in tx.execute(statement):
        yield Named(id=person_id, name=(name_of(first, last) or "") if shown else "")


def count_told(tx: Tx) -> int:
    """Referrals by professionals: of each the form told a name."""
    return int(tx.execute(sa.select(sa.func.count()).select_from(referral).where(_BY_PROFESSIONAL)).scalar_one())


def told_names(tx: Tx, *, after: int) -> Iterator[tuple[int, str]]:
    """The case, and the family's name as a professional told it, of every case after one; empty where none opens."""
    statement = sa.select(referral.c.case_id, readable(referral.c.answers)).where(
        _BY_PROFESSIONAL, referral.c.case_id > after
    )
    for case_id, answers in tx.execute(statement):
        yield int(case_id), str(json.loads(answers or "{}").get("family", ""))


def told_of(tx: Tx, case_ids: Sequence[int]) -> dict[int, TellsOf]:
    """These referrals, with the name that each tells as it stands."""
    rows = tx.execute(
        sa.select(
            cases.c.id, cases.c.ref, cases.c.level, cases.c.state, cases.c.opened_at, readable(referral.c.answers)
        )
        .join(referral, referral.c.case_id == cases.c.id)
        .where(_BY_PROFESSIONAL, cases.c.id.in_(case_ids))
    )
    found = {}
    for case_id, ref, level, state, opened_at, answers in rows:
        told = json.loads(answers or "{}")
        found[int(case_id)] = TellsOf(
            ref=ref, level=level, state=state, opened_at=opened_at, family=str(told.get("family", "")),
            by=", ".join(filter(None, (str(told.get("referred_by", "")), str(told.get("organisation", ""))))),
        )  # fmt: skip
    return found


def at_postcode(tx: Tx, postcode: str, *, limit: int) -> list[int]:
    """The ids of those who live there; spaces and small letters are forgiven."""
    prints = postcode_prints(keyring_of(tx.dialect), postcode)
    rows = tx.execute(
        sa.select(person.c.id)
        .where(person.c.postcode_print.in_(prints), merged.shown(person.c.id))
        .order_by(person.c.id)
        .limit(limit)
    )
    return [int(found) for found in rows.scalars()]


def at_number(tx: Tx, e164: str) -> tuple[int | None, list[tuple[int, datetime | None]]]:
    """The number's address, and who has it or had it (until when), those who have it first."""
    found = tx.execute(
        sa.select(address.c.id).where(
            address.c.kind == "sms", address.c.fingerprint.in_(keyring_of(tx.dialect).prints("sms", e164))
        )
    ).scalar_one_or_none()
    if found is None:
        return None, []
    rows = tx.execute(
        sa.select(person_address.c.person_id, person_address.c.released_at)
        .where(person_address.c.address_id == found)
        .order_by(person_address.c.released_at.is_not(None), person_address.c.person_id)
    )
    return int(found), [(int(person_id), released_at) for person_id, released_at in rows]


def by_reference(tx: Tx, typed: str) -> int | None:
    """Whom the case system knows by this reference, as it was typed."""
    prints = keyring_of(tx.dialect).prints("person", typed)
    found = tx.execute(sa.select(person.c.id).where(person.c.source.in_(prints))).scalar_one_or_none()
    return _whom(tx, found)


def by_ref(tx: Tx, ref: str) -> int | None:
    found = tx.execute(sa.select(person.c.id).where(person.c.ref == ref)).scalar_one_or_none()
    return _whom(tx, found)


def _whom(tx: Tx, found: int | None) -> int | None:
    return None if found is None else merged.leads_to(tx, [found]).get(found, found)


def people_of(tx: Tx, person_ids: Sequence[int]) -> dict[int, Person]:
    """These people as a person reads them: what does not open is empty."""
    rows = tx.execute(_PEOPLE.where(person.c.id.in_(person_ids)))
    return {row.id: Person(**row._asdict()) for row in rows}


def adults_of(tx: Tx, household_ids: Sequence[int], *, closed: Closed) -> dict[int, list[Person]]:
    """Who is grown up in these households, those left out who are closed to who looks."""
    found: dict[int, list[Person]] = {}
    theirs = (
        person.c.household_id.in_(household_ids), ~person.c.child, outside(person.c.id, closed.people),
        merged.shown(person.c.id),
    )  # fmt: skip
    for row in tx.execute(_PEOPLE.where(*theirs).order_by(person.c.id)):
        found.setdefault(row.household_id, []).append(Person(**row._asdict()))
    return found


def children_of(tx: Tx, household_ids: Sequence[int]) -> list[Person]:
    """The children of these households, as a person reads them."""
    theirs = (person.c.household_id.in_(household_ids), person.c.child, merged.shown(person.c.id))
    return [Person(**row._asdict()) for row in tx.execute(_PEOPLE.where(*theirs).order_by(person.c.id))]


def open_cases_of(tx: Tx, person_ids: Sequence[int], *, closed: Closed) -> dict[int, list[OpenCase]]:
    """By person, gravest first, those left out that are closed to who looks."""
    found: dict[int, list[OpenCase]] = {}
    rows = tx.execute(
        sa.select(cases.c.person_id, cases.c.ref, cases.c.kind, cases.c.level, cases.c.state)
        .where(cases.c.person_id.in_(person_ids), cases.c.state != "closed", outside(cases.c.id, closed.cases))
        .order_by(cases.c.rank, cases.c.id.desc())
    )
    for person_id, ref, kind, level, state in rows:
        found.setdefault(person_id, []).append(OpenCase(ref=ref, kind=kind, level=level, state=state))
    return found


def conversation_at(tx: Tx, address_id: int) -> int | None:
    """The address, where it exists."""
    found = tx.execute(sa.select(address.c.id).where(address.c.id == address_id)).scalar_one_or_none()
    return None if found is None else int(found)


def addresses_of(tx: Tx, person_id: int) -> list[int]:
    """The numbers and chats where somebody is reached now, by id."""
    rows = tx.execute(
        sa.select(person_address.c.address_id)
        .where(person_address.c.person_id == person_id, person_address.c.released_at.is_(None))
        .order_by(person_address.c.address_id)
    )
    return [int(found) for found in rows.scalars()]
