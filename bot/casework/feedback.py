"""Feedback at the desk: what families said would have been better, read by the team and answered for everybody.

An answer is the team's own words: what people told us, and what was done. It may hold nothing that shows who wrote:
what a machine can see of that is refused, and a worker says for each answer that nobody can be known by it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.casework.accounts import SignedIn
from bot.casework.listing import audit_list
from bot.casework.sight import closed_to
from bot.house import House
from bot.store import feedback as rows
from bot.store import people, staff
from bot.store.database import Tx
from bot.store.feedback import Answered, Feedback, Which
from messages.addresses import find_phone
from messages.clean import clean, is_visible

WHICH: Final[tuple[Which, ...]] = ("waiting", "answered", "aside")
PAGE: Final = 50
LONGEST: Final = 500
SAME_WORDS: Final = 6  # so many words in a row as the family wrote them may be known again by somebody
SHORTEST_NAME: Final = 3
_EMAIL = re.compile(r"\S+@\S+\.\S")
_POSTCODE = re.compile(r"\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


class Faults(ValueError):
    """What is wrong with an answer, by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


class Changed(Faults):
    """Somebody settled it meanwhile, or it is no longer there."""

    def __init__(self) -> None:
        super().__init__({"said": "Somebody has changed this since you opened it. Nothing was published."})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer as its form tells it. `sure`: nobody can be known by it."""

    feedback_id: int
    version: int
    said: str
    did: str
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    which: Which
    counts: Mapping[Which, int]
    found: Sequence[Feedback]
    page: int

    @property
    def more(self) -> bool:
        return self.page * PAGE < self.counts[self.which]


@dataclass(frozen=True, slots=True, kw_only=True)
class YouSaid:
    total: int
    answers: Sequence[Answered]
    page: int

    @property
    def more(self) -> bool:
        return self.page * PAGE < self.total


def listed(house: House, by: SignedIn, asked: str, *, page: int) -> Page:
    """One of `WHICH`, the first where it is none. Read and audited in one transaction: their words are shown."""
    which = next((one for one in WHICH if one == asked), WHICH[0])
    with house.db.write() as tx:
        closed = closed_to(tx, by)
        found = rows.page(tx, which, offset=(page - 1) * PAGE, limit=PAGE, closed=closed)
        refs = [str(one.id) for one in found]
        audit_list(tx, by, house.clock.now(), action="feedback.view", target=f"feedback:{which}", refs=refs)
        counts: dict[Which, int] = {one: rows.count(tx, one, closed=closed) for one in WHICH}
        return Page(which=which, counts=counts, found=found, page=page)


def answer(house: House, by: SignedIn, told: Told) -> None:
    """Publish what people said and what was done. Raises Faults; what is refused is published in no part."""
    said, did = clean(told.said), clean(told.did)
    now = house.clock.now()
    with house.db.write() as tx:
        found = rows.find(tx, told.feedback_id)
        if found is None or closed_to(tx, by).has(found.address_id, found.at):
            raise Changed
        names = _names(tx, found)
        errors = {
            field: error
            for field, words in (("said", said), ("did", did))
            if (error := _fault(words, found.words, names))
        }
        if not told.sure:
            errors["sure"] = "Check that nobody can be known by it, and say so."
        if errors:
            raise Faults(errors)
        _settle(tx, by, told.feedback_id, told.version, "feedback.answer", now, said=said, did=did)


def put_aside(house: House, by: SignedIn, feedback_id: int, version: int) -> None:
    """Read, and not answered in public; what was published before is taken down. Raises Changed."""
    with house.db.write() as tx:
        found = rows.find(tx, feedback_id)
        if found is None or closed_to(tx, by).has(found.address_id, found.at):
            raise Changed
        _settle(tx, by, feedback_id, version, "feedback.aside", house.clock.now(), said=None, did=None)


def you_said(house: House, *, page: int) -> YouSaid:
    """What anybody may read."""
    with house.db.read() as tx:
        total, answers = rows.answered(tx, offset=(page - 1) * PAGE, limit=PAGE)
    return YouSaid(total=total, answers=answers, page=page)


def _settle(
    tx: Tx,
    by: SignedIn,
    feedback_id: int,
    version: int,
    action: str,
    at: datetime,
    *,
    said: str | None,
    did: str | None,
) -> None:
    if not rows.settle(tx, feedback_id, version, settled_by=by.staff.id, settled_at=at, said=said, did=did):
        raise Changed
    staff.add_audit(tx, at=at, staff_id=by.staff.id, action=action, target=f"feedback:{feedback_id}", detail="")


def _names(tx: Tx, found: Feedback) -> frozenset[str]:
    """First and last names of those at the number it came from, and of who lives with them."""
    if found.address_id is None:
        return frozenset()
    known = people.around(tx, [one.id for one in people.people_at(tx, found.address_id)])
    said = (name for one in known for name in (one.first_name, one.last_name) if name)
    return frozenset(part.casefold() for name in said for part in name.split() if len(part) >= SHORTEST_NAME)


def _fault(words: str, theirs: str, names: frozenset[str]) -> str:
    if not is_visible(words):
        return "Write something."
    if len(words) > LONGEST:
        return f"Use {LONGEST} characters or fewer."
    if find_phone(words) or _EMAIL.search(words) or _POSTCODE.search(words):
        return "Take out the telephone number, email address or postcode: anybody can read this."
    own = _words(words)
    if names & set(own):
        return "Take out the name: somebody of this family is called so."
    if _runs(own) & _runs(_words(theirs)):
        return "Say it in your own words: whoever knows them may know these."
    return ""


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + SAME_WORDS]) for at in range(len(words) - SAME_WORDS + 1)}
