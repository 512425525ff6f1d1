"""Who is who: addresses, people, households and their consents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, keyring_of, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.sealed import Keyring, SealError

IMPORTS = 7_700_900  # names the lock of those who import families; no other advisory lock is used


class AddressRow(Row):
    """A number or a web chat: one conversation, one texting consent, its safety marks."""

    __tablename__ = "address"
    __table_args__ = (
        sa.UniqueConstraint("kind", "fingerprint"),
        # the list of conversations, newest first, with what it is filtered by
        sa.Index("ix_address_last_in", "last_in_at", "id", "kind", "language"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(8))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))  # keyed: finds, never tells
    value: Mapped[str] = mapped_column(Sealed("address.value"))
    consent: Mapped[str] = mapped_column(sa.String(8), default="unasked")
    asked_since_stop: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(sa.String(8), default="en")
    safe: Mapped[str] = mapped_column(sa.String(8), default="unknown")  # unknown, safe, unsafe
    shared: Mapped[bool] = mapped_column(default=False)
    watched: Mapped[bool] = mapped_column(default=False)
    safe_times: Mapped[str | None] = mapped_column(Sealed("address.safe_times"))
    first_said_at: Mapped[datetime | None] = mapped_column(Instant)
    last_in_at: Mapped[datetime | None] = mapped_column(Instant)
    worker_wrote_at: Mapped[datetime | None] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)  # last said to be the wrong person's number
    paused_until: Mapped[date | None] = mapped_column()  # by their own wish: the first date we may start again
    every_days: Mapped[int | None] = mapped_column()  # by their own wish: one check-in in so many days at most
    created_at: Mapped[datetime] = mapped_column(Instant)


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


class ConsentRow(Row):
    """Every consent given or refused, with its wording and time. Only ever added to."""

    __tablename__ = "consent"
    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int | None] = mapped_column(sa.ForeignKey("address.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(32))  # text, share:health ...
    given: Mapped[bool] = mapped_column()
    wording_id: Mapped[str] = mapped_column(sa.String(80))
    wording: Mapped[str] = mapped_column(sa.Text)
    via: Mapped[str] = mapped_column(sa.String(16))  # sms, web, staff, import, provider
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    id: int
    kind: str
    value: str
    consent: str
    asked_since_stop: bool
    language: str
    safe: str
    shared: bool
    watched: bool
    safe_times: str | None
    first_said_at: datetime | None
    last_in_at: datetime | None
    worker_wrote_at: datetime | None
    released_at: datetime | None
    paused_until: date | None = None
    every_days: int | None = None


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

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name))) or "Name not known"


address = table_of(AddressRow)
person = table_of(PersonRow)
person_address = table_of(PersonAddressRow)
consent = table_of(ConsentRow)

_ADDRESS = sa.select(*(address.c[f] for f in Address.__dataclass_fields__))
_BY_ID = _ADDRESS.where(address.c.id == sa.bindparam("b_id"))
_BY_VALUE = _ADDRESS.where(
    address.c.kind == sa.bindparam("b_kind"), address.c.fingerprint.in_(sa.bindparam("b_prints", expanding=True))
)
_ID = sa.select(address.c.id).where(address.c.id == sa.bindparam("b_id"))
_LOCK = _ID.with_for_update()
_LOCK_UNLESS_BUSY = _ID.with_for_update(skip_locked=True)
_CHANGE_ADDRESS = sa.update(address).where(address.c.id == sa.bindparam("b_id"))
_PERSON = sa.select(*(person.c[f] for f in Person.__dataclass_fields__))
_PEOPLE_AT = (
    _PERSON.join(person_address, person_address.c.person_id == person.c.id)
    .where(person_address.c.address_id == sa.bindparam("b_address"), person_address.c.released_at.is_(None))
    .order_by(person.c.id)
)


def address_by_id(tx: Tx, address_id: int, *, lock: bool = False) -> Address:
    """One address; `lock` holds it until the transaction ends (PostgreSQL; SQLite has one writer anyway)."""
    row = tx.execute(_BY_ID.with_for_update() if lock else _BY_ID, {"b_id": address_id}).one()
    return Address(**row._asdict())


def find_address_by_id(tx: Tx, address_id: int) -> Address | None:
    row = tx.execute(_BY_ID, {"b_id": address_id}).one_or_none()
    return None if row is None else Address(**row._asdict())


def address_unless_busy(tx: Tx, address_id: int) -> Address | None:
    """The address, locked; None while another transaction holds it. Whoever locks a row before its address must not
    wait for it: two that did would wait for each other."""
    row = tx.execute(_BY_ID.with_for_update(skip_locked=True), {"b_id": address_id}).one_or_none()
    return None if row is None else Address(**row._asdict())


def readable_address(tx: Tx, address_id: int) -> Address | None:
    """An address for a page; None where its number cannot be opened any more, and the page does without."""
    try:
        return address_by_id(tx, address_id)
    except SealError:
        return None


def kind_of(tx: Tx, address_id: int) -> str:
    """What kind of address it is, its number left sealed."""
    return str(tx.execute(sa.select(address.c.kind).where(address.c.id == address_id)).scalar_one())


def lock_address(tx: Tx, address_id: int) -> None:
    """Hold an address until the transaction ends without opening its number (SQLite has one writer anyway)."""
    tx.execute(_LOCK, {"b_id": address_id}).one()


def lock_unless_busy(tx: Tx, address_id: int) -> bool:
    """The same; False while another transaction holds it."""
    return tx.execute(_LOCK_UNLESS_BUSY, {"b_id": address_id}).first() is not None


def find_address(tx: Tx, kind: str, value: str, *, lock: bool = False) -> Address | None:
    row = tx.execute(
        _BY_VALUE.with_for_update() if lock else _BY_VALUE,
        {"b_kind": kind, "b_prints": keyring_of(tx.dialect).prints(kind, value)},
    ).one_or_none()
    return None if row is None else Address(**row._asdict())


def open_address(tx: Tx, kind: str, value: str, now: datetime) -> Address:
    """The address, locked, made if it is new. Two makers at once end with one row."""
    try:
        found = find_address(tx, kind, value, lock=True)
    except SealError:
        found = _seal_again(tx, kind, value)
    if found is not None:
        return found
    fingerprint = keyring_of(tx.dialect).index(kind, value)
    tx.execute(
        insert_ignoring(tx, address), {"kind": kind, "fingerprint": fingerprint, "value": value, "created_at": now}
    )
    made = find_address(tx, kind, value, lock=True)
    assert made is not None
    return made


def _seal_again(tx: Tx, kind: str, value: str) -> Address | None:
    """The key of a number is lost, and whoever has it has just written: it is known again. When it is safe to text
    was lost with the key, so a person is asked (words that nobody can read as times)."""
    theirs = (address.c.kind == kind, address.c.fingerprint.in_(keyring_of(tx.dialect).prints(kind, value)))
    asked = sa.case((address.c.safe_times.is_(None), None), else_=sa.literal("not known", address.c.safe_times.type))
    tx.execute(sa.update(address).where(*theirs).values(value=value, safe_times=asked))
    return find_address(tx, kind, value, lock=True)


def import_alone(tx: Tx) -> None:
    """Wait until no other import has a transaction open; SQLite has one writer anyway."""
    if tx.dialect.name == "postgresql":
        tx.execute(sa.select(sa.func.pg_advisory_xact_lock(IMPORTS)))


def change_address(tx: Tx, address_id: int, **values: object) -> None:
    tx.execute(_CHANGE_ADDRESS, {"b_id": address_id, **values})


def add_consent(
    tx: Tx, *, address_id: int | None, person_id: int | None, kind: str, given: bool, wording_id: str, wording: str,
    via: str, at: datetime,
) -> None:  # fmt: skip
    tx.execute(
        sa.insert(consent).values(
            address_id=address_id, person_id=person_id, kind=kind, given=given, wording_id=wording_id, wording=wording,
            via=via, at=at,
        )
    )  # fmt: skip


def consents_of(tx: Tx, *, address_ids: Sequence[int], person_ids: Sequence[int]) -> list[sa.Row[tuple[object, ...]]]:
    table = consent
    return list(
        tx.execute(
            sa.select(table)
            .where(sa.or_(table.c.address_id.in_(address_ids), table.c.person_id.in_(person_ids)))
            .order_by(table.c.at, table.c.id)
        )
    )


def newest_consent(tx: Tx, address_id: int, kind: str) -> tuple[bool, datetime] | None:
    """The last answer of this kind at this address, with its time."""
    rows = tx.execute(
        sa.select(consent.c.given, consent.c.at)
        .where(consent.c.address_id == address_id, consent.c.kind == kind)
        .order_by(consent.c.id.desc())
        .limit(1)
    )
    found = rows.one_or_none()
    return None if found is None else (bool(found[0]), found[1])


def people_at(tx: Tx, address_id: int) -> list[Person]:
    """Who is reached at this address, children never among them unless the number is their own."""
    return [Person(**r._asdict()) for r in tx.execute(_PEOPLE_AT, {"b_address": address_id})]


def addresses_of(tx: Tx, person_id: int) -> list[Address]:
    rows = tx.execute(
        _ADDRESS.join(person_address, person_address.c.address_id == address.c.id)
        .where(person_address.c.person_id == person_id, person_address.c.released_at.is_(None))
        .order_by(address.c.id)
    )
    return [Address(**r._asdict()) for r in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenure:
    """A person's time at an address. `released_at`: said then to be the wrong number."""

    person_id: int
    address_id: int
    since: datetime
    released_at: datetime | None


def tenures(tx: Tx, *, person_id: int | None, address_ids: Sequence[int] = ()) -> list[Tenure]:
    """Every tenure at the addresses this person ever had, and at these."""
    theirs = sa.select(person_address.c.address_id).where(person_address.c.person_id == person_id)
    at = person_address.c.address_id
    rows = tx.execute(
        sa.select(*(person_address.c[f] for f in Tenure.__dataclass_fields__))
        .where(sa.or_(at.in_(address_ids), at.in_(theirs)))
        .order_by(person_address.c.since)
    )
    return [Tenure(**r._asdict()) for r in rows]


def take_back(tx: Tx, person_id: int, address_id: int, now: datetime) -> None:
    """A number said to be the wrong person's is theirs after all, as a worker was told since."""
    tx.execute(
        sa.update(person_address)
        .where(person_address.c.person_id == person_id, person_address.c.address_id == address_id)
        .values(since=now, released_at=None)
    )


def person_by_id(tx: Tx, person_id: int) -> Person:
    return Person(**tx.execute(_PERSON.where(person.c.id == person_id)).one()._asdict())


def find_person(tx: Tx, ref: str) -> Person | None:
    row = tx.execute(_PERSON.where(person.c.ref == ref)).one_or_none()
    return None if row is None else Person(**row._asdict())


def find_person_by_source(tx: Tx, reference: str) -> Person | None:
    row = tx.execute(
        _PERSON.where(person.c.source.in_(keyring_of(tx.dialect).prints("person", reference)))
    ).one_or_none()
    return None if row is None else Person(**row._asdict())


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


def household_of(tx: Tx, household_id: int) -> list[Person]:
    rows = tx.execute(_PERSON.where(person.c.household_id == household_id).order_by(person.c.child, person.c.id))
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
