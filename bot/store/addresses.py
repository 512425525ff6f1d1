"""Addresses: a number or a web chat, with its marks; and the consents, to be texted and to share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, keyring_of, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.sealed import SealError
from flows import word


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
    word: Mapped[str | None] = mapped_column(Sealed("address.word"))  # their private word, as `flows.word.bare` has it
    word_until: Mapped[datetime | None] = mapped_column(Instant)  # it was said: what waits for it may go until then
    created_at: Mapped[datetime] = mapped_column(Instant)


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
    word: str | None = None
    word_until: datetime | None = None

    @property
    def read_by_others(self) -> bool:
        return read_by_others(self.safe, shared=self.shared, watched=self.watched)

    def locked(self, now: datetime) -> bool:
        """What is private waits here until they have said their word."""
        return word.locked(
            has_word=self.word is not None, read_by_others=self.read_by_others, until=self.word_until, now=now
        )


def read_by_others(safe: str, *, shared: bool, watched: bool) -> bool:
    """Whether somebody else may read what is sent there: where a private word counts."""
    return safe == "unsafe" or shared or watched


# Of an address that was erased and said STOP: its fingerprint stays, with no number, and this tells nothing of when.
ERASED = datetime(1970, 1, 1, tzinfo=UTC)

address = table_of(AddressRow)
consent = table_of(ConsentRow)

ADDRESSES = sa.select(*(address.c[f] for f in Address.__dataclass_fields__))
_BY_ID = ADDRESSES.where(address.c.id == sa.bindparam("b_id"))
_BY_VALUE = ADDRESSES.where(
    address.c.kind == sa.bindparam("b_kind"), address.c.fingerprint.in_(sa.bindparam("b_prints", expanding=True))
)
_ID = sa.select(address.c.id).where(address.c.id == sa.bindparam("b_id"))
_LOCK = _ID.with_for_update()
_LOCK_UNLESS_BUSY = _ID.with_for_update(skip_locked=True)
_CHANGE_ADDRESS = sa.update(address).where(address.c.id == sa.bindparam("b_id"))


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
    if found is not None and not found.value:  # it was erased, and whoever has it has just written
        change_address(tx, found.id, created_at=now)
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
    tx.execute(sa.update(address).where(*theirs).values(value=value, safe_times=asked, word=None))
    return find_address(tx, kind, value, lock=True)


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


def said_yes(tx: Tx, person_id: int, at: datetime) -> bool:
    """Whether this person's own yes to being texted, written from their phone, came at this instant."""
    theirs = (consent.c.person_id == person_id, consent.c.at == at, consent.c.kind == "text", consent.c.given)
    return tx.execute(sa.select(consent.c.id).where(*theirs, consent.c.via == "sms").limit(1)).first() is not None


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
