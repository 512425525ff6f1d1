"""Who is who: people, their households, and the addresses where each is reached."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import merged
from bot.store.addresses import ADDRESSES, Address, address
from bot.store.columns import Instant, Row, Sealed, keyring_of, readable, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.sealed import Keyring

IMPORTS = 7_700_900  # names the lock of those who import families; `receipts.NEWS` names the only others


class HouseholdRow(Row):
    __tablename__ = "household"
    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str | None] = mapped_column(sa.String(64), unique=True)  # keyed fingerprint of the source's name
    name: Mapped[str | None] = mapped_column(Sealed("household.name"))  # that name: the fingerprint can be made anew
    created_at: Mapped[datetime] = mapped_column(Instant)


class PersonRow(Row):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(8), unique=True)
    household_id: Mapped[int | None] = mapped_column(sa.ForeignKey("household.id"), index=True)
    source: Mapped[str | None] = mapped_column(sa.String(64), unique=True)  # keyed fingerprint of the case system's id
    source_reference: Mapped[str | None] = mapped_column(Sealed("person.source_reference"))
    first_name: Mapped[str | None] = mapped_column(Sealed("person.first_name"))
    last_name: Mapped[str | None] = mapped_column(Sealed("person.last_name"))
    born: Mapped[str | None] = mapped_column(Sealed("person.born"))  # YYYY-MM
    born_corrected_on: Mapped[date | None] = mapped_column()  # by staff: a sheet told of by then does not undo it
    died_on: Mapped[date | None] = mapped_column()  # nothing is planned for them, or about them, from then on
    postcode: Mapped[str | None] = mapped_column(Sealed("person.postcode"))
    email: Mapped[str | None] = mapped_column(Sealed("person.email"))
    relation: Mapped[str | None] = mapped_column(Sealed("person.relation"))
    child: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(sa.String(8), default="en")
    worrying: Mapped[bool] = mapped_column(default=False)
    # a summer-born child who started reception a year later
    deferred: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    team: Mapped[str | None] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)
    postcode_print: Mapped[str | None] = mapped_column(sa.String(64), index=True)  # keyed: finds, never tells
    # by the database's own clock: what each process keeps of names is brought up to date by it
    changed_at: Mapped[datetime | None] = mapped_column(
        Instant, index=True, default=sa.func.now(), onupdate=sa.func.now()
    )


class PersonAddressRow(Row):
    __tablename__ = "person_address"
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    address_id: Mapped[int] = mapped_column(sa.ForeignKey("address.id"), primary_key=True, index=True)
    since: Mapped[datetime] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    told_on: Mapped[date | None] = mapped_column()  # last, to a worker, that it is theirs; None: they wrote from it


def name_of(first: str | None, last: str | None) -> str | None:
    """A person's name as lists show it; None where none is known or none opens."""
    return " ".join(filter(None, (first, last))) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: int
    ref: str
    household_id: int | None
    first_name: str | None
    last_name: str | None
    born: str | None
    postcode: str | None
    email: str | None
    relation: str | None
    child: bool
    language: str
    worrying: bool
    team: str | None
    deferred: bool = False
    died_on: date | None = None

    @property
    def name(self) -> str:
        return name_of(self.first_name, self.last_name) or "Name not known"


person = table_of(PersonRow)
person_address = table_of(PersonAddressRow)
NAME = (readable(person.c.first_name), readable(person.c.last_name))  # what `name_of` joins
_PERSON = sa.select(*(person.c[f] for f in Person.__dataclass_fields__))
_PEOPLE_AT = (
    _PERSON.join(person_address, person_address.c.person_id == person.c.id)
    .where(person_address.c.address_id == sa.bindparam("b_address"), person_address.c.released_at.is_(None))
    .order_by(person.c.id)
)
_OWN = sa.select(person_address).where(person_address.c.person_id == sa.bindparam("b_person"))
_DEAD = sa.select(person.c.id).where(
    person.c.id.in_(sa.bindparam("b_people", expanding=True)), person.c.died_on.is_not(None)
)


# A plan that was kept while the tables were empty reads all of them when they are full, until somebody analyses them.
_PLAN_ANEW = sa.func.set_config("plan_cache_mode", "force_custom_plan", True)
_ALONE = sa.select(_PLAN_ANEW, sa.func.pg_advisory_xact_lock(IMPORTS))
_BESIDE = sa.select(_PLAN_ANEW)


def import_alone(tx: Tx) -> None:
    """Wait until no other import has a transaction open; SQLite has one writer anyway."""
    if tx.dialect.name == "postgresql":
        tx.execute(_ALONE)


def look_beside(tx: Tx) -> None:
    """The same for an import that only looks: it waits for nobody."""
    if tx.dialect.name == "postgresql":
        tx.execute(_BESIDE)


def people_at(tx: Tx, address_id: int) -> list[Person]:
    """Who is reached at this address, children never among them unless the number is their own."""
    return [Person(**r._asdict()) for r in tx.execute(_PEOPLE_AT, {"b_address": address_id})]


def addresses_of(tx: Tx, person_id: int) -> list[Address]:
    rows = tx.execute(
        ADDRESSES.join(person_address, person_address.c.address_id == address.c.id)
        .where(person_address.c.person_id == person_id, person_address.c.released_at.is_(None))
        .order_by(address.c.id)
    )
    return [Address(**r._asdict()) for r in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenure:
    """A person's time at an address. `released_at`: said then to be the wrong number; `told_on`: the day on which a
    worker was last told that it is theirs, None where nobody was."""

    person_id: int
    address_id: int
    since: datetime
    released_at: datetime | None
    told_on: date | None = None


def tenures(tx: Tx, *, person_id: int | None, address_ids: Sequence[int] = ()) -> list[Tenure]:
    """Every tenure at the addresses this person ever had, and at these."""
    at = person_address.c.address_id
    return _tenures(tx, sa.or_(at.in_(address_ids), at.in_(_had_by([] if person_id is None else [person_id]))))


def tenures_of(tx: Tx, person_ids: Collection[int]) -> list[Tenure]:
    """Every tenure, other people's too, at the addresses that any of these people ever had."""
    return _tenures(tx, person_address.c.address_id.in_(_had_by(person_ids)))


def tenures_ended(tx: Tx, at: Collection[datetime]) -> list[Tenure]:
    """Those that ended at one of these instants."""
    return _tenures(tx, person_address.c.released_at.in_(at))


def _had_by(person_ids: Collection[int]) -> sa.Select[tuple[int]]:
    return sa.select(person_address.c.address_id).where(person_address.c.person_id.in_(person_ids))


def _tenures(tx: Tx, which: sa.ColumnElement[bool]) -> list[Tenure]:
    columns = (person_address.c[f] for f in Tenure.__dataclass_fields__)
    rows = tx.execute(sa.select(*columns).where(which).order_by(person_address.c.since))
    return [Tenure(**r._asdict()) for r in rows]


def own_tenures(tx: Tx, person_id: int) -> dict[int, Tenure]:
    """This person's, by the id of the address; those that are over too."""
    return {row.address_id: Tenure(**row._asdict()) for row in tx.execute(_OWN, {"b_person": person_id})}


def told_of(tx: Tx, person_id: int, address_id: int, on: date) -> None:
    """A worker was told on that day that it is theirs. What was told on a later day stands."""
    theirs = (person_address.c.person_id == person_id, person_address.c.address_id == address_id)
    older = sa.or_(person_address.c.told_on.is_(None), person_address.c.told_on < on)
    tx.execute(sa.update(person_address).where(*theirs, older).values(told_on=on))


def person_by_id(tx: Tx, person_id: int) -> Person:
    return Person(**tx.execute(_PERSON.where(person.c.id == person_id)).one()._asdict())


def dead(tx: Tx, person_ids: Sequence[int]) -> set[int]:
    """Those of these people who have died; their names stay sealed."""
    return set(tx.execute(_DEAD, {"b_people": list(person_ids)}).scalars())


def find_person(tx: Tx, ref: str) -> Person | None:
    """Whom a reference means: of a record that was merged into another, that other."""
    row = tx.execute(_PERSON.where(person.c.ref == ref)).one_or_none()
    return None if row is None else _whom(tx, Person(**row._asdict()))


def row_of(tx: Tx, ref: str) -> int | None:
    """The record that has this very reference, though it was merged into another."""
    found = tx.execute(sa.select(person.c.id).where(person.c.ref == ref)).scalar_one_or_none()
    return None if found is None else int(found)


def _whom(tx: Tx, found: Person) -> Person:
    kept = merged.leads_to(tx, [found.id]).get(found.id)
    return found if kept is None else person_by_id(tx, kept)


def find_person_by_source(tx: Tx, reference: str) -> Person | None:
    row = tx.execute(
        _PERSON.where(person.c.source.in_(keyring_of(tx.dialect).prints("person", reference)))
    ).one_or_none()
    return None if row is None else _whom(tx, Person(**row._asdict()))


def postcode_print(keys: Keyring, postcode: str | None) -> str | None:
    """The keyed fingerprint by which those at a postcode are found, however it is spaced; None where there is none."""
    letters = "".join(char for char in (postcode or "").upper() if char.isalnum())
    return keys.index("postcode", letters) if letters else None


def postcode_prints(keys: Keyring, postcode: str) -> list[str]:
    """Those by which a postcode may stand: for finding."""
    letters = "".join(char for char in postcode.upper() if char.isalnum())
    return keys.prints("postcode", letters) if letters else []


def found_by(tx: Tx, values: Mapping[str, object]) -> dict[str, object]:
    """What a person's row is found by besides, of the values written to it; nothing where they do not touch it."""
    if "postcode" not in values:
        return {}
    postcode = values["postcode"]
    told = None if postcode is None else str(postcode)
    return {"postcode_print": postcode_print(keyring_of(tx.dialect), told)}


def add_person(tx: Tx, *, ref: str, now: datetime, source_reference: str | None = None, **values: object) -> int:
    source = None if source_reference is None else keyring_of(tx.dialect).index("person", source_reference)
    result = tx.execute(
        sa.insert(person)
        .values(
            ref=ref, source=source, source_reference=source_reference, created_at=now, **values, **found_by(tx, values)
        )
        .returning(person.c.id)
    )
    return int(result.scalar_one())


def change_person(tx: Tx, person_id: int, **values: object) -> None:
    tx.execute(sa.update(person).where(person.c.id == person_id).values(**values, **found_by(tx, values)))


def household(tx: Tx, source: str, now: datetime) -> int:
    """The household the source knows by this name, made if new."""
    table, keys = table_of(HouseholdRow), keyring_of(tx.dialect)
    found = sa.select(table.c.id).where(table.c.source.in_(keys.prints("household", source)))
    standing = tx.execute(found).scalar_one_or_none()
    if standing is not None:
        return int(standing)
    values = {"source": keys.index("household", source), "name": source, "created_at": now}
    tx.execute(insert_ignoring(tx, table), values)
    return int(tx.execute(found).scalar_one())


def around(tx: Tx, person_ids: Collection[int]) -> list[Person]:
    """Whoever's names may stand in words of these: all records of theirs, who lives with any of them, and all records
    of those."""
    own = merged.one_person(tx, person_ids)
    homes = sa.select(person.c.household_id).where(person.c.id.in_(own), person.c.household_id.is_not(None))
    mates = tx.execute(sa.select(person.c.id).where(person.c.household_id.in_(homes))).scalars()
    every = merged.one_person(tx, own | set(mates))
    return [Person(**r._asdict()) for r in tx.execute(_PERSON.where(person.c.id.in_(every)).order_by(person.c.id))]


def household_of(tx: Tx, household_id: int) -> list[Person]:
    theirs = _PERSON.where(person.c.household_id == household_id, merged.shown(person.c.id))
    rows = tx.execute(theirs.order_by(person.c.child, person.c.id))
    return [Person(**r._asdict()) for r in rows]


def link(tx: Tx, person_id: int, address_id: int, now: datetime) -> None:
    tx.execute(insert_ignoring(tx, person_address), {"person_id": person_id, "address_id": address_id, "since": now})


def release(tx: Tx, address_id: int, now: datetime) -> None:
    """Wrong person: the number is nobody's any more."""
    tx.execute(
        sa.update(person_address)
        .where(person_address.c.address_id == address_id, person_address.c.released_at.is_(None))
        .values(released_at=now)
    )
