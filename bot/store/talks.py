"""The list of every conversation: one line an address that ever wrote, newest first.

A page is found by where the last one ended (keyset) in the index of `address.last_in_at`, which holds the filters'
columns too; so the hundredth page costs what the first does, however many conversations there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.store.addresses import address
from bot.store.casework import cases
from bot.store.database import Tx
from bot.store.inbox import inbox
from bot.store.people import NAME, name_of, person, person_address
from bot.store.restricting import NOTHING, Closed, outside, unsaid

Cursor = tuple[datetime, int]  # the last message's instant and the address id of a page's last line


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """`raised`: whether a case ever was. None lets all through."""

    raised: bool | None = None
    kind: str | None = None
    language: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCaseRef:
    ref: str
    level: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One conversation. `message_id`, `words`, `pictures` and `risk` are of the family's last message.

    `people` holds reference and name of each who is reached there now. `cases` are newest first.
    """

    address_id: int
    kind: str
    language: str
    last_in_at: datetime
    message_id: int
    words: str
    pictures: int
    risk: str
    people: Sequence[tuple[str, str | None]]
    cases: Sequence[ListedCaseRef]


_RAISED: Final = sa.select(cases.c.address_id).where(cases.c.address_id.is_not(None))


def page_of(filters: Filters, *, after: Cursor | None, limit: int, closed: Closed = NOTHING) -> sa.Select[Any]:
    """The statement that finds a page's addresses: public, so that a test may ask the database how it would do it."""
    statement = sa.select(address.c.id, address.c.kind, address.c.language, address.c.last_in_at)
    statement = statement.where(address.c.last_in_at.is_not(None))
    if closed:
        statement = statement.where(unsaid(address.c.id, address.c.last_in_at, closed))
    if after is not None:
        statement = statement.where(sa.tuple_(address.c.last_in_at, address.c.id) < _keyset(after))
    if filters.since is not None:
        statement = statement.where(address.c.last_in_at >= filters.since)
    if filters.kind is not None:
        statement = statement.where(address.c.kind == filters.kind)
    if filters.language is not None:
        statement = statement.where(address.c.language == filters.language)
    if filters.raised is not None:
        raised = (cases.c.address_id == address.c.id, outside(cases.c.id, closed.cases))
        has_case = sa.exists(_RAISED.where(*raised))
        statement = statement.where(has_case if filters.raised else ~has_case)
    return statement.order_by(address.c.last_in_at.desc(), address.c.id.desc()).limit(limit)


def _keyset(after: Cursor) -> sa.Tuple:
    return sa.tuple_(sa.literal(after[0], address.c.last_in_at.type), sa.literal(after[1], sa.Integer()))


def list_talks(tx: Tx, filters: Filters, *, after: Cursor | None, limit: int, closed: Closed = NOTHING) -> list[Talk]:
    found = tx.execute(page_of(filters, after=after, limit=limit, closed=closed)).all()
    ids = [int(row[0]) for row in found]
    last, known, raised = _last_words(tx, ids), _people(tx, ids), _cases(tx, ids, closed)
    return [
        Talk(
            address_id=address_id, kind=kind, language=language, last_in_at=at, message_id=last[address_id][0],
            words=last[address_id][1], pictures=last[address_id][2], risk=last[address_id][3],
            people=known.get(address_id, ()), cases=raised.get(address_id, ()),
        )
        for address_id, kind, language, at in found if address_id in last
    ]  # fmt: skip


def languages(tx: Tx, *, closed: Closed) -> list[str]:
    """The languages that conversations are in, those that are closed left out."""
    asked = sa.select(address.c.language).where(unsaid(address.c.id, address.c.last_in_at, closed)).distinct()
    return sorted(str(row[0]) for row in tx.execute(asked))


def _last_words(tx: Tx, address_ids: Sequence[int]) -> dict[int, tuple[int, str, int, str]]:
    newest = sa.select(sa.func.max(inbox.c.id)).where(inbox.c.address_id.in_(address_ids)).group_by(inbox.c.address_id)
    rows = tx.execute(
        sa.select(inbox.c.address_id, inbox.c.id, inbox.c.body, inbox.c.pictures, inbox.c.risk).where(
            inbox.c.id.in_(newest)
        )
    )
    return {int(row[0]): (int(row[1]), str(row[2]), int(row[3]), str(row[4])) for row in rows}


def _people(tx: Tx, address_ids: Sequence[int]) -> dict[int, list[tuple[str, str | None]]]:
    rows = tx.execute(
        sa.select(person_address.c.address_id, person.c.ref, *NAME)
        .join(person, person.c.id == person_address.c.person_id)
        .where(person_address.c.address_id.in_(address_ids), person_address.c.released_at.is_(None))
        .order_by(person.c.id)
    )
    found: dict[int, list[tuple[str, str | None]]] = {}
    for address_id, ref, first, last in rows:
        found.setdefault(int(address_id), []).append((str(ref), name_of(first, last)))
    return found


def _cases(tx: Tx, address_ids: Sequence[int], closed: Closed) -> dict[int, list[ListedCaseRef]]:
    rows = tx.execute(
        sa.select(cases.c.address_id, cases.c.ref, cases.c.level, cases.c.state)
        .where(cases.c.address_id.in_(address_ids), outside(cases.c.id, closed.cases))
        .order_by(cases.c.id.desc())
    )
    found: dict[int, list[ListedCaseRef]] = {}
    for address_id, ref, level, state in rows:
        found.setdefault(int(address_id), []).append(ListedCaseRef(ref=ref, level=level, state=state))
    return found
