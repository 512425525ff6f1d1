"""Taking in families many at a time: what a batch of rows needs to know in a few statements, and what it writes.

Sealed values that no key opens any more read as None here: a sheet that knows them says them again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from bot.store import merged
from bot.store.addresses import address, consent
from bot.store.columns import keyring_of, readable, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.keeping import enrolment
from bot.store.people import HouseholdRow, Tenure, found_by, person, person_address
from bot.store.scores import score

household = table_of(HouseholdRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    id: int
    ref: str
    child: bool
    values: Mapping[str, object]  # by column, those that a sheet says
    born_corrected_on: date | None
    deferred: bool
    died_on: date | None
    merged: bool = False  # the reference is that of a record that was merged into theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNumber:
    id: int
    consent: str
    language: str
    safe: str
    last_in_at: datetime | None
    readable: bool  # its number opens; of one that was erased none is left


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEnrolment:
    id: int
    person_id: int
    programme: str
    child_id: int  # 0: none
    event_on: date
    state: str
    told_on: date
    ended_for: str | None
    corrected_on: date | None


SAID = ("first_name", "last_name", "postcode", "email", "language", "relation", "team", "household_id", "born")

_KNOWN = sa.select(
    person.c.source, person.c.id, person.c.ref, person.c.child, person.c.born_corrected_on, person.c.deferred,
    person.c.died_on, *(readable(person.c[name]) for name in SAID),
)  # fmt: skip
_PEOPLE = _KNOWN.where(person.c.source.in_(sa.bindparam("b_sources", expanding=True)))
_BY_IDS = _KNOWN.where(person.c.id.in_(sa.bindparam("b_ids", expanding=True)))
_CHILDREN = _KNOWN.where(
    merged.shown(person.c.id),
    sa.or_(
        sa.and_(person.c.child, person.c.household_id.in_(sa.bindparam("b_households", expanding=True))),
        person.c.id.in_(sa.bindparam("b_ids", expanding=True)),
    ),
).order_by(person.c.id)
_NUMBERS = (
    sa.select(
        address.c.fingerprint, address.c.id, address.c.consent, address.c.language, address.c.safe,
        address.c.last_in_at, readable(address.c.value),
    )
    .where(address.c.kind == "sms", address.c.fingerprint.in_(sa.bindparam("b_prints", expanding=True)))
    .order_by(address.c.id)  # always the same order: two who lock many never wait for each other
)  # fmt: skip
_NUMBERS_LOCKED = _NUMBERS.with_for_update()
_TENURES = sa.select(*(person_address.c[name] for name in Tenure.__dataclass_fields__)).where(
    person_address.c.address_id.in_(sa.bindparam("b_addresses", expanding=True))
)
_HOUSEHOLDS = sa.select(household.c.source, household.c.id, household.c.name.is_not(None).label("named")).where(
    household.c.source.in_(sa.bindparam("b_sources", expanding=True))
)
_ENROLMENTS = (
    sa.select(*(enrolment.c[name] for name in KnownEnrolment.__dataclass_fields__))
    .where(enrolment.c.person_id.in_(sa.bindparam("b_people", expanding=True)))
    .order_by(enrolment.c.id)
)
_ADD_PEOPLE = sa.insert(person)
_IDS = sa.select(person.c.ref, person.c.id).where(person.c.ref.in_(sa.bindparam("b_refs", expanding=True)))
_CHANGE_PERSON = sa.update(person).where(person.c.id == sa.bindparam("b_id"))
_CHANGE_NUMBERS = sa.update(address).where(address.c.id.in_(sa.bindparam("b_ids", expanding=True)))
_REMOVE_NUMBERS = sa.delete(address).where(address.c.id.in_(sa.bindparam("b_ids", expanding=True)))
_TAKE_BACK = (
    sa.update(person_address)
    .where(person_address.c.person_id == sa.bindparam("b_person"), person_address.c.address_id == sa.bindparam("b_at"))
    .values(since=sa.bindparam("b_since"), released_at=None)
)
_TOLD = (
    sa.update(person_address)
    .where(person_address.c.person_id == sa.bindparam("b_person"), person_address.c.address_id == sa.bindparam("b_at"))
    .values(told_on=sa.bindparam("b_told"))
)
_OWN_SCORES = (
    sa.update(score)
    .where(score.c.address_id == sa.bindparam("b_at"), score.c.person_id.is_(None))
    .values(person_id=sa.bindparam("b_person"))
)


def people_named(tx: Tx, references: Collection[str]) -> dict[str, KnownPerson]:
    """Those of these references that are known, by reference; of a record that was merged into another, that other."""
    keys = keyring_of(tx.dialect)
    by_print = {print_: reference for reference in references for print_ in keys.prints("person", reference)}
    rows = tx.execute(_PEOPLE, {"b_sources": list(by_print)}).mappings() if by_print else ()
    found = {by_print[row["source"]]: _known(row) for row in rows}
    into = merged.leads_to(tx, [one.id for one in found.values()])
    if not into:
        return found
    kept = {row["id"]: _known(row) for row in tx.execute(_BY_IDS, {"b_ids": list(into.values())}).mappings()}
    return {
        reference: replace(kept[into[one.id]], merged=True) if one.id in into else one
        for reference, one in found.items()
    }


def children(tx: Tx, household_ids: Collection[int], ids: Collection[int]) -> list[KnownPerson]:
    """The children of these households, and those of these ids wherever they live."""
    if not household_ids and not ids:
        return []
    rows = tx.execute(_CHILDREN, {"b_households": list(household_ids), "b_ids": list(ids)})
    return [_known(row) for row in rows.mappings()]


def _known(row: Mapping[Any, Any]) -> KnownPerson:
    return KnownPerson(
        id=row["id"], ref=row["ref"], child=row["child"], values={name: row[name] for name in SAID},
        born_corrected_on=row["born_corrected_on"], deferred=row["deferred"],
        died_on=row["died_on"],
    )  # fmt: skip


def numbers(tx: Tx, mobiles: Collection[str], *, lock: bool) -> dict[str, KnownNumber]:
    """Those of these numbers (E.164) that are known; `lock` holds them until the transaction ends."""
    keys = keyring_of(tx.dialect)
    by_print = {print_: mobile for mobile in mobiles for print_ in keys.prints("sms", mobile)}
    rows = tx.execute(_NUMBERS_LOCKED if lock else _NUMBERS, {"b_prints": list(by_print)}) if by_print else ()
    return {
        by_print[row.fingerprint]: KnownNumber(
            id=row.id, consent=row.consent, language=row.language, safe=row.safe, last_in_at=row.last_in_at,
            readable=bool(row.value),
        )
        for row in rows
    }  # fmt: skip


def add_numbers(tx: Tx, mobiles: Collection[str], now: datetime) -> set[int]:
    """Make those that are new; the ids of those it made. A family that writes at this very moment makes the same row,
    and it is one."""
    keys = keyring_of(tx.dialect)
    rows = [
        {"kind": "sms", "fingerprint": keys.index("sms", mobile), "value": mobile, "created_at": now}
        for mobile in mobiles
    ]
    return set(tx.execute(insert_ignoring(tx, address), rows).scalars()) if rows else set()


def remove_numbers(tx: Tx, made: Collection[int]) -> None:
    """Of those that this very transaction made, so that nothing names them yet."""
    if made:
        tx.execute(_REMOVE_NUMBERS, {"b_ids": list(made)})


def tenures(tx: Tx, address_ids: Collection[int]) -> list[Tenure]:
    """Everybody's, at these addresses."""
    if not address_ids:
        return []
    return [Tenure(**row._asdict()) for row in tx.execute(_TENURES, {"b_addresses": list(address_ids)})]


def households(tx: Tx, names: Collection[str]) -> dict[str, tuple[int, bool]]:
    """Those of these names that are known: the id, and whether the name is kept with it, as it is of late."""
    keys = keyring_of(tx.dialect)
    by_print = {print_: name for name in names for print_ in keys.prints("household", name)}
    rows = tx.execute(_HOUSEHOLDS, {"b_sources": list(by_print)}) if by_print else ()
    return {by_print[row.source]: (row.id, row.named) for row in rows}


def name_household(tx: Tx, household_id: int, name: str) -> None:
    kept = {"name": name, "source": keyring_of(tx.dialect).index("household", name)}
    tx.execute(sa.update(household).where(household.c.id == household_id).values(**kept))


def add_households(tx: Tx, names: Collection[str], now: datetime) -> None:
    keys = keyring_of(tx.dialect)
    if names:
        rows = [{"source": keys.index("household", name), "name": name, "created_at": now} for name in names]
        tx.execute(insert_ignoring(tx, household, returning=False), rows)


def enrolments(tx: Tx, person_ids: Collection[int]) -> list[KnownEnrolment]:
    """The oldest first."""
    if not person_ids:
        return []
    return [KnownEnrolment(**row._asdict()) for row in tx.execute(_ENROLMENTS, {"b_people": list(person_ids)})]


def add_people(tx: Tx, rows: Sequence[Mapping[str, object]], now: datetime) -> list[int]:
    """The ids of the new people, in order. Each row has `ref`, `source_reference` and what `SAID` names."""
    if not rows:
        return []
    keys = keyring_of(tx.dialect)
    values = [
        {**row, **found_by(tx, row), "source": keys.index("person", str(row["source_reference"])), "created_at": now}
        for row in rows
    ]
    # One call of the driver, and their ids by their own references: asked for one by one in order, it is as many calls.
    tx.execute(_ADD_PEOPLE, values)
    ids = {found.ref: int(found.id) for found in tx.execute(_IDS, {"b_refs": [row["ref"] for row in rows]})}
    return [ids[str(row["ref"])] for row in rows]


def change_people(tx: Tx, rows: Sequence[tuple[int, Mapping[str, object]]]) -> None:
    """With a `source_reference` in the values, from then on that is who the case system's reference means."""
    keys = keyring_of(tx.dialect)
    for person_id, values in rows:
        named = values.get("source_reference")
        known_by = {} if named is None else {"source": keys.index("person", str(named))}
        tx.execute(_CHANGE_PERSON, {"b_id": person_id, **values, **found_by(tx, values), **known_by})


def change_numbers(tx: Tx, rows: Sequence[tuple[int, Mapping[str, object]]]) -> None:
    """One statement for all that change in the same way."""
    alike: dict[tuple[tuple[str, object], ...], list[int]] = {}
    for address_id, values in rows:
        alike.setdefault(tuple(sorted(values.items())), []).append(address_id)
    for changed, ids in alike.items():
        tx.execute(_CHANGE_NUMBERS.values(**dict(changed)), {"b_ids": ids})


def link_all(tx: Tx, pairs: Sequence[tuple[int, int, date | None]], now: datetime) -> None:
    """These (person, address, told_on) belong together, from now where they did not before."""
    if pairs:
        values = [{"person_id": who, "address_id": where, "told_on": on, "since": now} for who, where, on in pairs]
        tx.execute(insert_ignoring(tx, person_address, returning=False), values)


def told_all(tx: Tx, pairs: Sequence[tuple[int, int, date]]) -> None:
    """The day on which a worker was last told that this number is this person's."""
    if pairs:
        tx.execute(_TOLD, [{"b_person": who, "b_at": where, "b_told": told_on} for who, where, told_on in pairs])


def take_back_all(tx: Tx, pairs: Sequence[tuple[int, int]], now: datetime) -> None:
    if pairs:
        tx.execute(_TAKE_BACK, [{"b_person": who, "b_at": where, "b_since": now} for who, where in pairs])


def own_all_scores(tx: Tx, pairs: Sequence[tuple[int, int]]) -> None:
    """Answers given at these addresses before anybody knew who was writing are these people's."""
    if pairs:
        tx.execute(_OWN_SCORES, [{"b_person": who, "b_at": where} for who, where in pairs])


def add_consents(tx: Tx, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        tx.execute(sa.insert(consent), rows)


def add_enrolments(tx: Tx, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        whole = [{"state": "active", "child_id": 0, **row} for row in rows]
        tx.execute(insert_ignoring(tx, enrolment, returning=False), whole)
