"""Staff mark what screening got wrong: danger that was missed, alarms that were false.

A missed danger raises or grows the case by the code that danger itself does, so that what follows is the same. A false
alarm lowers nothing: whether a case may be closed is a separate act of a person.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from bot.casework import raising
from bot.casework.accounts import SignedIn
from bot.casework.subjects import Subject, conversation_of, former, given_up, of_case, of_message, standing_case
from bot.casework.work import NotYet, noted
from bot.house import House
from bot.store import casework, staff
from bot.store import reviews as rows
from bot.store.casework import Case
from bot.store.columns import UNREADABLE
from bot.store.database import Tx
from bot.store.reviews import Review
from bot.turn.context import Turn
from bot.turn.load import open_turn
from flows.effects import Level, RaiseEscalation

Says = Literal["missed", "false-alarm"]
LEVELS: Final[Mapping[str, Level]] = {"urgent": "urgent", "concern": "concern"}
# Why an alarm was false. Value: what staff read.
WHY: Final = {
    "figure-of-speech": "A figure of speech",
    "film-game-sport": "About a film, a game or sport",
    "denial": "They say that it is not so",
    "work-training": "About their work or training",
    "other": "Something else",
}
GRAVE: Final = {"none": 0, "routine": 0, "concern": 1, "urgent": 2}
LONGEST_NOTE: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a worker says: `level` of a missed danger, `why` of a false alarm; the other stays empty."""

    says: str
    level: str = ""
    why: str = ""
    note: str = ""


def may_say(subject: Subject) -> list[Given]:
    """What can be said of it: of a message, danger graver than the service saw, or that what it saw was none.

    A case may be doubted whatever raised it.
    """
    missed = [Given(says="missed", level=level) for level in LEVELS if GRAVE[level] > GRAVE[subject.said_level]]
    alarmed = subject.case is not None or GRAVE[subject.said_level] > 0
    return missed + ([Given(says="false-alarm", why=why) for why in WHY] if alarmed else [])


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkPage:
    """`past` are all its marks, newest first, the standing one among them. `case_ref` is where to look next."""

    subject: Subject
    conversation_ref: str | None
    case_ref: str | None
    standing: Review | None
    past: Sequence[Review]
    names: Mapping[int, str]


def message_page(house: House, by: SignedIn, message_id: int) -> MarkPage:
    """Raises NoSuchMessage."""
    with house.db.write() as tx:
        return _page(house, tx, by, of_message(tx, message_id, by))


def case_mark_page(house: House, by: SignedIn, ref: str) -> MarkPage:
    """Raises NoSuchCase."""
    with house.db.write() as tx:
        return _page(house, tx, by, of_case(tx, ref, by))


def mark_message(house: House, by: SignedIn, message_id: int, given: Given) -> str | None:
    """Mark one message of a family; the case that was raised or grew, or of a false alarm the one that is still open.

    Raises NoSuchMessage, and NotYet where the form lacks something.
    """
    with house.db.write() as tx:
        marked = _mark(house, tx, by, of_message(tx, message_id, by, lock=True), given)
    house.wake.wake()
    return marked


def mark_case(house: House, by: SignedIn, ref: str, given: Given) -> str | None:
    """Mark a whole case; likewise. Raises NoSuchCase, and NotYet where the form lacks something."""
    with house.db.write() as tx:
        marked = _mark(house, tx, by, of_case(tx, ref, by, lock=True), given)
    house.wake.wake()
    return marked


def take_back_message(house: House, by: SignedIn, message_id: int) -> bool:
    """The mark was a slip. What it raised stays. False where none stood."""
    with house.db.write() as tx:
        return _take_back(house, tx, by, of_message(tx, message_id, by, lock=True))


def take_back_case(house: House, by: SignedIn, ref: str) -> bool:
    with house.db.write() as tx:
        return _take_back(house, tx, by, of_case(tx, ref, by, lock=True))


def _checked(subject: Subject, given: Given) -> Given:
    note = noted(given.note, most=LONGEST_NOTE)
    if replace(given, note="") not in may_say(subject):
        raise NotYet("Choose what was wrong.")
    return replace(given, note=note)


def _page(house: House, tx: Tx, by: SignedIn, subject: Subject) -> MarkPage:
    past = rows.history(tx, subject.key)
    conversation, case = conversation_of(subject), standing_case(tx, subject)
    staff.add_audit(
        tx, at=house.clock.now(), staff_id=by.staff.id, action="review.view", target=subject.key,
        detail=" ".join(filter(None, (conversation, None if case is None else case.ref))),
    )  # fmt: skip
    return MarkPage(
        subject=subject, conversation_ref=conversation, case_ref=None if case is None else case.ref, past=past,
        standing=next((mark for mark in past if mark.ended_at is None), None), names=staff.staff_names(tx),
    )  # fmt: skip


def _mark(house: House, tx: Tx, by: SignedIn, subject: Subject, given: Given) -> str | None:
    now, given = house.clock.now(), _checked(subject, given)
    stands = rows.standing(tx, [subject.key]).get(subject.key)
    if stands is not None and _same(stands, by, given):
        return None if stands.case_id is None else casework.case_by_id(tx, stands.case_id).ref
    case = (
        _raised(house, tx, by, subject, given, now) if given.says == "missed" else _doubted(tx, by, subject, given, now)
    )
    rows.end_standing(tx, subject.key, at=now, by=by.staff.id)
    rows.add_review(
        tx, subject=subject.key, inbox_id=subject.message_id, case_id=None if case is None else case.id,
        address_id=None if subject.address is None else subject.address.id,
        language="en" if subject.address is None else subject.address.language,
        texts=json.dumps(list(subject.texts), ensure_ascii=False), said_level=subject.said_level,
        said_because=json.dumps(list(subject.said_because), ensure_ascii=False), said_bundle=subject.said_bundle,
        says=given.says, level=given.level or "none", why=given.why or None, note=given.note or None,
        staff_id=by.staff.id, at=now,
    )  # fmt: skip
    _audit(tx, by, now, f"review.{given.says}", subject, given.level or given.why)
    return None if case is None else case.ref


def _same(stands: Review, by: SignedIn, given: Given) -> bool:
    """The form was posted again: nothing is done twice."""
    said = (stands.staff_id, stands.says, stands.level, stands.why or "", stands.note or "")
    return said == (by.staff.id, given.says, given.level or "none", given.why, given.note)


def _raised(house: House, tx: Tx, by: SignedIn, subject: Subject, given: Given, now: datetime) -> Case:
    """The person's case at this level, raised or grown as danger does it, with who marked it."""
    if UNREADABLE in subject.words:
        raise NotYet("These words cannot be opened: the key they were sealed with is missing. Raise it with the team.")
    if subject.address is None:
        raise NotYet("This case has no number or chat of its own any more. Mark the message itself, in its timeline.")
    turn = open_turn(house, tx, subject.address, key=f"mark:{subject.key}", now=now)
    moved_on = _as_it_was(tx, turn, subject)
    level = LEVELS[given.level]
    case = raising.raise_escalation(turn, RaiseEscalation(level=level, reason="marked", words=subject.words))
    if moved_on is not None and case.address_id == subject.address.id:
        # The number is somebody else's now: nothing about those who wrote may be answered to it.
        raising.part_case(tx, case.id, subject.address, moved_on)
    told = f"Marked by {by.staff.name}: this was danger and was missed ({given.level})."
    _note(tx, by, case, now, told, given.note)
    return casework.case_by_id(tx, case.id)


def _as_it_was(tx: Tx, turn: Turn, subject: Subject) -> datetime | None:
    """Turn to those who had the number when this was written; until when they did, None where they still do."""
    if subject.case is not None:
        if subject.case.state != "closed":
            turn.open_cases = [subject.case, *(c for c in turn.open_cases if c.id != subject.case.id)]
        return None
    gone = former(tx, turn.address, subject.at)
    if not gone:
        return None
    turn.people = gone
    turn.open_cases = casework.open_cases_of(tx, address_id=None, person_ids=[person.id for person in gone])
    return given_up(tx, turn.address, subject.at)


def _doubted(tx: Tx, by: SignedIn, subject: Subject, given: Given, now: datetime) -> Case | None:
    case = standing_case(tx, subject)
    if case is not None:
        _note(tx, by, case, now, f"Marked by {by.staff.name} as a false alarm: {WHY[given.why].lower()}.", given.note)
    return case


def _note(tx: Tx, by: SignedIn, case: Case, now: datetime, told: str, note: str) -> None:
    body = f"{told}\n{note}" if note else told
    casework.add_case_event(tx, case_id=case.id, at=now, kind="note", staff_id=by.staff.id, body=body)


def _take_back(house: House, tx: Tx, by: SignedIn, subject: Subject) -> bool:
    now = house.clock.now()
    taken = rows.end_standing(tx, subject.key, at=now, by=by.staff.id)
    if taken:
        _audit(tx, by, now, "review.taken-back", subject, "")
    return taken


def _audit(tx: Tx, by: SignedIn, now: datetime, action: str, subject: Subject, more: str) -> None:
    case = "" if subject.case is None else subject.case.ref
    detail = " ".join(filter(None, (conversation_of(subject), case, more)))
    staff.add_audit(tx, at=now, staff_id=by.staff.id, action=action, target=subject.key, detail=detail)
