"""Every conversation, with a case or without: the list, newest first, and one conversation's own page, read only.

Both are read and audited in one transaction. A conversation's reference is its address's number in another dress, so
that it can be read out and kept in the audit where no person or case exists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from bot.casework import timeline
from bot.casework.accounts import SignedIn
from bot.casework.listing import audit_list
from bot.casework.sight import closed_to
from bot.casework.timeline import Timeline
from bot.house import House
from bot.refs import number_of, ref_of
from bot.store import addresses, people, reviews, staff, talks
from bot.store.addresses import Address
from bot.store.database import Tx
from bot.store.people import Person
from bot.store.reviews import Review
from bot.store.talks import Cursor, Filters, Talk

PAGE: Final = 50
MOST: Final = 5_000  # messages each way on one page
HIGHEST_ID: Final = 2**31 - 1
Raised = Literal["all", "none", "some"]
Age = Literal["day", "week", "all"]
_SINCE: Final[Mapping[Age, timedelta | None]] = {"day": timedelta(days=1), "week": timedelta(days=7), "all": None}
_RAISED: Final[Mapping[Raised, bool | None]] = {"all": None, "none": False, "some": True}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The list's filters as a page names them. `kind` and `language` empty: all."""

    raised: Raised = "all"
    kind: str = ""
    language: str = ""
    age: Age = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One conversation on the list. `mark` is what staff said of its last message."""

    ref: str
    talk: Talk
    mark: Review | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversations:
    """One page of the list. `older` asks for the next; empty on the last."""

    asked: Asked
    lines: Sequence[Line]
    languages: Sequence[str]
    older: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """Somebody who had this number once, until it was said to be the wrong one."""

    person: Person
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPage:
    """`people` are reached here now. `cut`: older messages than the page holds exist."""

    ref: str
    address: Address
    timeline: Timeline
    people: Sequence[Person]
    former: Sequence[Former]
    cut: bool
    now: datetime


class NoSuchConversation(LookupError):
    """No conversation has this reference."""


def conversations(house: House, by: SignedIn, asked: Asked, *, after: Cursor | None) -> Conversations:
    """One page of every conversation that fits, from the one after `after` on."""
    now = house.clock.now()
    age = _SINCE[asked.age]
    filters = Filters(
        raised=_RAISED[asked.raised], kind=asked.kind or None, language=asked.language or None,
        since=None if age is None else now - age,
    )  # fmt: skip
    with house.db.write() as tx:
        closed = closed_to(tx, by)
        found = talks.list_talks(tx, filters, after=after, limit=PAGE + 1, closed=closed)
        shown, more = found[:PAGE], len(found) > PAGE
        marks = reviews.standing_of_messages(tx, [talk.message_id for talk in shown])
        lines = [Line(ref=ref_of(t.address_id), talk=t, mark=marks.get(t.message_id)) for t in shown]
        refs = [ref for line in lines for ref in (line.ref, *(person for person, _ in line.talk.people))]
        audit_list(tx, by, now, action="conversations.view", target=f"conversations:{asked.raised}", refs=refs)
        return Conversations(
            asked=asked, lines=lines, languages=talks.languages(tx, closed=closed), now=now,
            older=write_cursor((shown[-1].last_in_at, shown[-1].address_id)) if more else "",
        )  # fmt: skip


def conversation(house: House, by: SignedIn, ref: str) -> ConversationPage:
    """One conversation, whole. Nothing is changed: no case is looked at by it. Raises NoSuchConversation."""
    now = house.clock.now()
    with house.db.write() as tx:
        address, closed = _address(tx, ref), closed_to(tx, by)
        if closed.silent(address):
            raise NoSuchConversation(ref)
        known = people.people_at(tx, address.id)
        refs = " ".join([ref, *(person.ref for person in known)])
        staff.add_audit(
            tx,
            at=now,
            staff_id=by.staff.id,
            action="conversation.view",
            target=f"conversation:{ref}",
            detail=refs[:200],
        )
        story = timeline.of_address(house, tx, address, now, most=MOST, closed=closed)
        each_way = [sum(entry.kind == kind for entry in story.entries) for kind in ("wrote", "said")]
        former = [
            Former(person=people.person_by_id(tx, tenure.person_id), until=tenure.released_at)
            for tenure in people.tenures(tx, person_id=None, address_ids=[address.id])
            if tenure.released_at is not None and tenure.person_id not in closed.people
        ]
        return ConversationPage(
            ref=ref, address=address, timeline=story, people=known, former=former,
            cut=max(each_way) >= MOST, now=now,
        )  # fmt: skip


def write_cursor(cursor: Cursor) -> str:
    """Where a page ended, as its address carries it: microseconds since 1970 and the address's number."""
    return f"{(cursor[0] - _EPOCH) // _TICK}-{cursor[1]}"


def read_cursor(text: str) -> Cursor | None:
    """None where it is not one of ours: then the list begins at its beginning."""
    ticks, _, number = text.partition("-")
    if not (ticks.isascii() and ticks.isdigit() and number.isascii() and number.isdigit()):
        return None
    if len(ticks) > 17 or int(number) > HIGHEST_ID:
        return None
    return _EPOCH + int(ticks) * _TICK, int(number)


def _address(tx: Tx, ref: str) -> Address:
    number = number_of(ref)
    found = addresses.find_address_by_id(tx, number) if number <= HIGHEST_ID else None
    if found is None:
        raise NoSuchConversation(ref)
    return found
