"""What erasing a person asks of rows that are found otherwise than by the person's id."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.store.addresses import address
from bot.store.casework import cases
from bot.store.columns import keyring_of, readable
from bot.store.database import Tx
from bot.store.erased import Mark
from bot.store.inbox import inbox
from bot.store.keeping import enrolment
from bot.store.people import person
from bot.store.uploads import part, posted, upload


def behind(tx: Tx, marks: Sequence[Mark]) -> list[tuple[str | int, datetime]]:
    """Who on the list is there (again), each with when they were erased: people by their reference, addresses by
    their id, cases of nobody by their reference. A person who was enrolled anew since then is another."""
    by = {(mark.kind, mark.fingerprint): mark.at for mark in marks}
    keys = keyring_of(tx.dialect)
    found: dict[str | int, datetime] = {}
    for ref, source, created_at in tx.execute(sa.select(person.c.ref, person.c.source, person.c.created_at)):
        asked = [("person", p) for p in keys.prints("erased.person", ref)] + [("reference", source)]
        at = max((by[one] for one in asked if one in by), default=None)
        if at is not None and created_at <= at:
            found[ref] = at
    for address_id, kind, fingerprint in tx.execute(sa.select(address.c.id, address.c.kind, address.c.fingerprint)):
        if (kind, fingerprint) in by:
            found[int(address_id)] = by[kind, fingerprint]
    nobodys = sa.select(cases.c.ref).where(cases.c.person_id.is_(None), cases.c.address_id.is_(None))
    for ref in tx.execute(nobodys).scalars():
        at = max((by["case", p] for p in keys.prints("erased.case", ref) if ("case", p) in by), default=None)
        if at is not None:
            found[str(ref)] = at
    return list(found.items())


def prints_of(tx: Tx, people: Sequence[int], addresses: Sequence[int], at: datetime) -> Iterator[Mark]:
    """How the case system means these people, and these addresses, as fingerprints."""
    sources = tx.execute(sa.select(person.c.source).where(person.c.id.in_(people), person.c.source.is_not(None)))
    for source in sources.scalars():
        yield Mark(kind="reference", fingerprint=source, at=at)
    for kind, found in tx.execute(sa.select(address.c.kind, address.c.fingerprint).where(address.c.id.in_(addresses))):
        yield Mark(kind=kind, fingerprint=found, at=at)


def known_by(tx: Tx, people: Sequence[int], addresses: Sequence[int]) -> tuple[set[str], set[str]]:
    """The case system's references of these people, and these numbers; what does not open is left out."""
    references = tx.execute(sa.select(readable(person.c.source_reference)).where(person.c.id.in_(people))).scalars()
    numbers = tx.execute(sa.select(readable(address.c.value)).where(address.c.id.in_(addresses))).scalars()
    return set(filter(None, references)), set(filter(None, numbers))


def heard_after(tx: Tx, address_id: int, at: datetime) -> bool:
    later = sa.select(inbox.c.id).where(inbox.c.address_id == address_id, inbox.c.received_at > at)
    return tx.execute(later.limit(1)).first() is not None


def part_from_later_cases(tx: Tx, people: Iterable[int], at: datetime) -> None:
    """Cases that were raised since are of whoever writes now."""
    theirs = (cases.c.person_id.in_(list(people)), cases.c.opened_at > at)
    tx.execute(sa.update(cases).where(*theirs).values(person_id=None))


def in_plans_of_others(tx: Tx, children: Sequence[int], own: Sequence[int]) -> set[int]:
    """Those of these children about whom somebody else than these `own` records is enrolled, as a parent is who lives
    apart."""
    others = enrolment.c.person_id.not_in([*own, *children])
    rows = tx.execute(sa.select(enrolment.c.child_id).where(enrolment.c.child_id.in_(children), others))
    return {int(child_id) for child_id in rows.scalars()}


def sheet_parts(tx: Tx) -> list[tuple[int, str | None, str | None]]:
    """Those of sheets that still hold rows of anybody: id, rows, refused."""
    held = sa.or_(part.c.rows.is_not(None), part.c.refused.is_not(None))
    rows = tx.execute(sa.select(part.c.id, readable(part.c.rows), readable(part.c.refused)).where(held))
    return [(int(i), rows_, refused) for i, rows_, refused in rows]


def keep_part(tx: Tx, part_id: int, rows: str | None, refused: str | None) -> None:
    tx.execute(sa.update(part).where(part.c.id == part_id).values(rows=rows, refused=refused))


def sheet_names(tx: Tx) -> list[tuple[int, str]]:
    rows = tx.execute(sa.select(upload.c.id, readable(upload.c.name)))
    return [(int(i), name or "") for i, name in rows]


def rename_sheet(tx: Tx, upload_id: int, name: str) -> None:
    tx.execute(sa.update(upload).where(upload.c.id == upload_id).values(name=name))


def posts(tx: Tx) -> list[tuple[int, str]]:
    rows = tx.execute(sa.select(posted.c.id, readable(posted.c.answers)))
    return [(int(i), answers or json.dumps([])) for i, answers in rows]


def keep_posted(tx: Tx, posted_id: int, answers: str) -> None:
    tx.execute(sa.update(posted).where(posted.c.id == posted_id).values(answers=answers))
