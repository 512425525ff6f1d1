"""Erasing a person: what would go and what forbids it, first; then all of it in one transaction; and again after a
restore.

The right to erasure has exceptions: UK GDPR, article 17(3)(b) (a task in the public interest) and (e) (legal claims). A
legal hold is how the council says that one of them holds. What is left of an erased person is in `bot.store.erased`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

import structlog

from bot.casework import parting
from bot.house import House
from bot.people import subject
from bot.people.forgetting import forget_in_sheets
from bot.people.subject import Subject
from bot.refs import ref_of
from bot.store import addresses, casework, erased, erasing, holding, people, staff, subjects
from bot.store.database import Tx
from bot.store.erased import LegalHold, Mark
from bot.store.erasing import Scope

log = structlog.get_logger()
DEATH: Final = "review"  # the hold that a death in the household puts (bot.people.changes)
Why = Literal["legal-hold", "death", "open-case", "in-flight"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What forbids the erasure. `about` is a case's reference; `told` the words of whoever put a legal hold."""

    why: Why
    about: str = ""
    told: str = ""
    hold_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """How many rows of each table would go, and what forbids it. `stopped`: numbers that said STOP, whose
    fingerprints stay so that nobody texts them."""

    subject: Subject
    rows: dict[str, int]
    blocks: Sequence[Block]
    stopped: int


class Forbidden(Exception):
    """It may not be erased now; `blocks` say why."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        super().__init__(", ".join(block.why for block in blocks))
        self.blocks = blocks


def rehearse(tx: Tx, ref: str, *, by: int | None = None) -> Rehearsal:
    """Count, and change nothing. Raises NoSuchSubject."""
    found = subject.find_for(tx, ref, by)
    return Rehearsal(
        subject=found, rows=erasing.count(tx, found.whole), blocks=_blocks(tx, found), stopped=_stopped(tx, found)
    )  # fmt: skip


def erase(house: House, ref: str, *, by: int | None, how: str = "request") -> dict[str, int]:
    """Erase whoever has this reference; how many rows of each table went. Raises NoSuchSubject and Forbidden."""
    now = house.clock.now()
    with house.db.write() as tx:
        erasing.lock(tx, subject.find(tx, ref).whole)  # whoever writes at this moment is waited for
        found = subject.find_for(tx, ref, by)
        blocks = _blocks(tx, found)
        if blocks:
            raise Forbidden(blocks)
        gone, marks = _erase(tx, found, now)
        told = ", ".join(f"{number} {name}" for name, number in gone.items())
        staff.add_audit(
            tx, at=now, staff_id=by, action="person.erased", target=_target(found), detail=f"{how}: {told}"[:200]
        )
    _tell(marks)
    return gone


def past_its_time(tx: Tx, whose: str | int) -> int:
    """Remove somebody of whom nothing is left but who they are, by their reference, or an address of nobody by its id.
    How many: none where something forbids it after all. They are on no list: the period removes them again."""
    try:
        found = subject.find(tx, ref_of(whose) if isinstance(whose, int) else whose)
    except subject.NoSuchSubject:
        return 0
    if _blocks(tx, found):
        return 0
    forget_in_sheets(tx, found)
    erasing.remove(tx, found.whole)
    return 1


def again(house: House, listed: Iterable[Mark]) -> int:
    """Erase once more whom a restored copy has brought back: by the list in the database, and by these lines of a list
    kept elsewhere. How many were there. What was written after the erasure stays."""
    with house.db.write() as tx:
        erased.keep_marks(tx, listed)
        wanted = erased.marks(tx)
        there = subjects.behind(tx, wanted)
    count = 0
    refs = {whose for whose, _ in there if isinstance(whose, str)}
    for whose, at in there:
        ref = ref_of(whose) if isinstance(whose, int) else whose
        if isinstance(whose, str):
            house.db.attempt(lambda tx, ref=ref: _apart(house, tx, ref, refs))  # type: ignore[misc]
        count += house.db.attempt(lambda tx, ref=ref, at=at: _once_more(tx, ref, at, house.clock.now()))  # type: ignore[misc]
    return count


def _apart(house: House, tx: Tx, ref: str, refs: Collection[str]) -> None:
    """Who was erased alone, after their record was taken apart from another: in a copy from before that it is so still,
    and the other must stay."""
    own = people.row_of(tx, ref)
    kept = None if own is None else people.find_person(tx, ref)
    if own is not None and kept is not None and kept.id != own and kept.ref not in refs:
        parting.part_from(house, tx, own, house.clock.now())


def _once_more(tx: Tx, ref: str, at: datetime, now: datetime) -> int:
    """Holds and open cases of the copy are of before: whoever erased has ended them."""
    try:
        found = subject.find(tx, ref)
    except subject.NoSuchSubject:
        return 0
    erasing.lock(tx, found.whole)
    subjects.part_from_later_cases(tx, [p.id for p in found.everybody], at)
    found = replace(found, stays=[_until(tx, stay, at) for stay in found.stays])
    if found.kind == "conversation" and not _anything_of_before(tx, found):
        return 0
    gone, _ = _erase(tx, found, at)
    told = ", ".join(f"{number} {name}" for name, number in gone.items())
    staff.add_audit(
        tx,
        at=now,
        staff_id=None,
        action="person.erased",
        target=_target(found),
        detail=f"after a restore: {told}"[:200],
    )
    return 1


def _anything_of_before(tx: Tx, found: Subject) -> bool:
    """Of an address that is nobody's: whether anything said before stands, or its number alone."""
    before = [replace(stay, current=False) for stay in found.stays]
    if erasing.count(tx, Scope(stays=before)):
        return True
    standing = addresses.readable_address(tx, before[0].address_id)
    return before[0].alone and (standing is None or bool(standing.value))


def _until(tx: Tx, stay: erasing.Stay, at: datetime) -> erasing.Stay:
    """Where somebody has written since, the address and what was said since stay."""
    if not subjects.heard_after(tx, stay.address_id, at):
        return stay
    return replace(stay, until=at if stay.until is None else min(at, stay.until), alone=False)


def _erase(tx: Tx, found: Subject, at: datetime) -> tuple[dict[str, int], list[Mark]]:
    marks = list(_marks(tx, found, at))
    forget_in_sheets(tx, found)
    gone = erasing.remove(tx, found.whole)
    erased.keep_marks(tx, marks)
    return gone, marks


def _target(found: Subject) -> str:
    return f"{found.kind}:{found.ref}"


def _tell(marks: Iterable[Mark]) -> None:
    """To the log, which outlives the database: `thrive resume --erased` reads these lines again."""
    for mark in marks:
        log.info("erased", kind=mark.kind, fingerprint=mark.fingerprint, at=mark.at.isoformat())


def _marks(tx: Tx, found: Subject, at: datetime) -> Iterable[Mark]:
    for person in found.everybody:
        yield erased.mark_of(tx, "person", person.ref, at)
    if found.cases:
        yield erased.mark_of(tx, "case", found.ref, at)
    yield from subjects.prints_of(
        tx, [p.id for p in found.everybody], [s.address_id for s in found.stays if s.alone], at
    )


def _stopped(tx: Tx, found: Subject) -> int:
    standing = [addresses.readable_address(tx, stay.address_id) for stay in found.stays]
    return sum(address is not None and address.consent == "stopped" for address in standing)


def _blocks(tx: Tx, found: Subject) -> list[Block]:
    scope = found.whole
    ids = erasing.case_ids(tx, scope)
    refs = casework.refs_of(tx, ids)
    held = erased.legal_holds(tx, people=scope.people, cases=ids)
    blocks = [_held(hold, refs) for hold in held]
    if any(DEATH in holding.holds_of(tx, person.id) for person in found.everybody):
        blocks.append(Block(why="death"))
    blocks += [Block(why="open-case", about=ref) for ref in erasing.open_cases(tx, scope)]
    if erasing.in_flight(tx, scope):
        blocks.append(Block(why="in-flight"))
    return blocks


def _held(hold: LegalHold, refs: dict[int, str]) -> Block:
    about = "" if hold.case_id is None else refs.get(hold.case_id, "")
    return Block(why="legal-hold", about=about, told=hold.why, hold_id=hold.id)
