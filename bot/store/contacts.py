"""The contact log: telephone calls, visits and advice to professionals, with the days when each is looked at again."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, readable, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.people import NAME, name_of, person
from bot.store.staff import staff


class ContactRow(Row):
    __tablename__ = "contact_log"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(8), unique=True)
    form_id: Mapped[str] = mapped_column(sa.String(40), unique=True)  # a form that comes twice is one contact
    kind: Mapped[str] = mapped_column(sa.String(8))  # call, visit, advice
    on: Mapped[date] = mapped_column(index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    who: Mapped[str] = mapped_column(Sealed("contact_log.who"))
    organisation: Mapped[str | None] = mapped_column(Sealed("contact_log.organisation"))
    words: Mapped[str] = mapped_column(Sealed("contact_log.words"))
    next_step: Mapped[str | None] = mapped_column(Sealed("contact_log.next_step"))
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)


class ContactReviewRow(Row):
    """A day on which a contact returns to the inbox, until somebody says what came of it."""

    __tablename__ = "contact_review"
    __table_args__ = (sa.Index("ix_contact_review_due", "done_at", "due_on"),)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact_log.id"), primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    done_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    words: Mapped[str | None] = mapped_column(Sealed("contact_review.words"))


log = table_of(ContactRow)
review = table_of(ContactReviewRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """`by` is the worker's name. `person_ref` and `name` are empty where it is about nobody we know."""

    id: int
    ref: str
    kind: str
    on: date
    who: str
    organisation: str | None
    words: str
    next_step: str | None
    made_at: datetime
    by: str
    person_ref: str | None
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """`done_at` is None while it is still to be done."""

    contact_id: int
    due_on: date
    done_at: datetime | None
    done_by: int | None
    by: str | None
    words: str | None


_OWN = ("id", "ref", "kind", "on", "who", "organisation", "words", "next_step", "made_at")
_CONTACT = (
    sa.select(
        *(readable(log.c[f]) for f in _OWN), staff.c.name, person.c.ref.label("person_ref"), *NAME,
    )
    .join(staff, staff.c.id == log.c.made_by)
    .outerjoin(person, person.c.id == log.c.person_id)
)  # fmt: skip


def _contacts(tx: Tx, statement: sa.Select[Any]) -> list[Contact]:
    made = []
    for row in tx.execute(statement):
        own, (by, person_ref, first, last) = row[: len(_OWN)], row[len(_OWN) :]
        values = dict(zip(_OWN, own, strict=True))
        made.append(Contact(**values, by=by, person_ref=person_ref, name=name_of(first, last)))
    return made


def add(tx: Tx, *, reviews: Sequence[date], **values: object) -> int | None:
    """The new contact's id, with its reviews; None where this form was taken before, also at this very moment."""
    contact_id = tx.execute(insert_ignoring(tx, log), values).scalar_one_or_none()
    if contact_id is None:
        tx.execute(sa.select(log.c.id).where(log.c.form_id == values["form_id"])).one()  # else its words would be lost
        return None
    for due_on in sorted(set(reviews)):
        tx.execute(sa.insert(review).values(contact_id=contact_id, due_on=due_on))
    return int(contact_id)


def _of_others(people: Collection[int]) -> sa.ColumnElement[bool]:
    return sa.or_(log.c.person_id.is_(None), log.c.person_id.not_in(people)) if people else sa.true()


def page(
    tx: Tx, *, person_ref: str | None, offset: int, limit: int, unseen: Collection[int] = ()
) -> tuple[int, list[Contact]]:  # fmt: skip
    """How many contacts there are, of everybody or of one person, and one page of them, newest first; none about
    those `unseen`."""
    where = [_of_others(unseen), *([] if person_ref is None else [person.c.ref == person_ref])]
    counted = sa.select(sa.func.count()).select_from(log.outerjoin(person, person.c.id == log.c.person_id))
    total = tx.execute(counted.where(*where)).scalar_one()
    listed = _CONTACT.where(*where).order_by(log.c.on.desc(), log.c.id.desc()).offset(offset).limit(limit)
    return int(total), _contacts(tx, listed)


def find(tx: Tx, ref: str, *, unseen: Collection[int] = ()) -> Contact | None:
    found = _contacts(tx, _CONTACT.where(log.c.ref == ref, _of_others(unseen)))
    return found[0] if found else None


def reviews_of(tx: Tx, contact_id: int) -> list[Review]:
    """The earliest first."""
    rows = tx.execute(
        sa.select(
            review.c.contact_id,
            review.c.due_on,
            review.c.done_at,
            review.c.done_by,
            staff.c.name.label("by"),
            readable(review.c.words),
        )
        .outerjoin(staff, staff.c.id == review.c.done_by)
        .where(review.c.contact_id == contact_id)
        .order_by(review.c.due_on)
    )
    return [Review(**row._asdict()) for row in rows]


def count_due(tx: Tx, on: date) -> int:
    """How many contacts are to be looked at again by a day."""
    counted = sa.select(sa.func.count(review.c.contact_id.distinct()))
    return int(tx.execute(counted.where(review.c.done_at.is_(None), review.c.due_on <= on)).scalar_one())


def due(tx: Tx, on: date, limit: int | None) -> list[tuple[date, Contact]]:
    """What is to be looked at again by a day, the longest due first, each contact by its first day; all without a
    `limit`."""
    first = (
        sa.select(review.c.contact_id, sa.func.min(review.c.due_on).label("due_on"))
        .where(review.c.done_at.is_(None), review.c.due_on <= on)
        .group_by(review.c.contact_id)
        .order_by(sa.func.min(review.c.due_on), review.c.contact_id)
        .limit(limit)
    )
    days = {int(contact_id): due_on for contact_id, due_on in tx.execute(first)}
    found = {one.id: one for one in _contacts(tx, _CONTACT.where(log.c.id.in_(list(days))))}
    return [(due_on, found[key]) for key, due_on in days.items()]


def reviewed(tx: Tx, contact_id: int, due_on: date, *, words: str, by: int, at: datetime) -> bool:
    """False where it was done before, or no such review is planned."""
    statement = sa.update(review).where(
        review.c.contact_id == contact_id, review.c.due_on == due_on, review.c.done_at.is_(None)
    )
    return tx.execute(statement.values(done_at=at, done_by=by, words=words)).rowcount == 1


def count(tx: Tx) -> int:
    return int(tx.execute(sa.select(sa.func.count()).select_from(log)).scalar_one())


def told_names(tx: Tx, *, after: int) -> Iterator[tuple[int, str]]:
    """Who it was with and of which organisation, of every contact after one; empty where it does not open."""
    rows = tx.execute(sa.select(log.c.id, readable(log.c.who), readable(log.c.organisation)).where(log.c.id > after))
    for contact_id, who, organisation in rows:
        yield int(contact_id), " ".join(filter(None, (who, organisation)))


def of_ids(tx: Tx, contact_ids: Sequence[int], *, unseen: Collection[int] = ()) -> list[Contact]:
    """These, in this order; one that is gone, or about somebody `unseen`, is left out."""
    asked = _CONTACT.where(log.c.id.in_(contact_ids), _of_others(unseen))
    found = {one.id: one for one in _contacts(tx, asked)}
    return [found[key] for key in contact_ids if key in found]
