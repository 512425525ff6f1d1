"""What a mark can be of: one message of a family, or a whole case; with what the service said of it and why."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.casework.accounts import SignedIn
from bot.casework.sight import closed_to, sees
from bot.casework.work import NoSuchCase
from bot.refs import ref_of
from bot.store import addresses, casework, inbox, people
from bot.store import reviews as rows
from bot.store.addresses import Address
from bot.store.casework import Case
from bot.store.database import Tx
from bot.turn.receive import JOINED

TICK: Final = timedelta(microseconds=1)


class NoSuchMessage(LookupError):
    """No message has this number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is marked. `texts` were screened together, newest last; `words` are what a case would show of it.

    `said_level`, `said_because` and `said_bundle` are what the service made of it, and with which content.
    """

    key: str
    message_id: int | None
    case: Case | None
    address: Address | None
    texts: Sequence[str]
    words: str
    said_level: str
    said_because: Sequence[str]
    said_bundle: int | None
    at: datetime


def of_message(tx: Tx, message_id: int, by: SignedIn, *, lock: bool = False) -> Subject:
    """A message as it was screened: with the texts of the two minutes before it that showed nothing by themselves.

    Raises NoSuchMessage, also where it is not for this worker to see.
    """
    found, closed = inbox.find_inbox(tx, message_id), closed_to(tx, by)
    if found is None or closed.has(found.address_id, found.received_at):
        raise NoSuchMessage(message_id)
    address = addresses.address_by_id(tx, found.address_id, lock=lock)
    over = [one.until for one in closed.ended if one.address_id == found.address_id and one.until < found.received_at]
    since = max([found.received_at - JOINED, *(until + TICK for until in over)])
    before = inbox.recent_words(tx, found.address_id, since=since, before_id=found.id)
    said = rows.said_of(tx, found.id)
    texts = [*before, found.body]
    return Subject(
        key=f"message:{found.id}", message_id=found.id, case=None, address=address, texts=texts, words=found.body,
        said_level=found.risk, at=found.received_at,
        said_because=_because(tx, address, found.risk, said.because, texts),
        said_bundle=said.bundle or rows.bundle_at(tx, found.received_at),
    )  # fmt: skip


def _because(tx: Tx, address: Address, risk: str, kept: str | None, texts: Sequence[str]) -> Sequence[str]:
    """The words that decided. Of a message from before they were kept: those of its cases that it holds."""
    if kept is not None:
        return [str(word) for word in json.loads(kept)]
    if risk == "none":
        return []
    whole = " ".join(texts).casefold()
    of_cases = (
        str(word)
        for case in casework.cases_of(tx, address_ids=[address.id], person_ids=[])
        for word in json.loads(case.because)
    )
    return [word for word in dict.fromkeys(of_cases) if word.casefold() in whole]


def of_case(tx: Tx, ref: str, by: SignedIn, *, lock: bool = False) -> Subject:
    """A case with its words, where this worker may see it. `lock` holds its address first, as a family's turn does.

    Raises NoSuchCase.
    """
    case = casework.find_case(tx, ref)
    if case is not None and lock:
        if case.address_id is not None:
            addresses.lock_address(tx, case.address_id)
        case = casework.find_case(tx, ref, lock=True)
    if case is None or not sees(tx, by, case):
        raise NoSuchCase(ref)
    key = f"case:{case.id}"
    stands = rows.standing(tx, [key]).get(key)  # a mark may have raised its level: what the service said is kept there
    return Subject(
        key=key, message_id=None, case=case, texts=[case.words], words=case.words, at=case.opened_at,
        address=None if case.address_id is None else addresses.readable_address(tx, case.address_id),
        said_level=case.level if stands is None else stands.said_level,
        said_because=[str(word) for word in json.loads(case.because if stands is None else stands.said_because)],
        said_bundle=rows.bundle_at(tx, case.opened_at) if stands is None else stands.said_bundle,
    )  # fmt: skip


def conversation_of(subject: Subject) -> str | None:
    """The reference of its conversation's page."""
    return None if subject.address is None else ref_of(subject.address.id)


def standing_case(tx: Tx, subject: Subject) -> Case | None:
    """The case it is, or the open escalation that its danger is in."""
    if subject.case is not None:
        return subject.case
    if subject.address is None:
        return None
    gone = former(tx, subject.address, subject.at)
    whose = gone or people.people_at(tx, subject.address.id)
    at = None if gone else subject.address.id
    found = casework.open_cases_of(tx, address_id=at, person_ids=[person.id for person in whose])
    return next((case for case in found if case.kind == "escalation"), None)


def former(tx: Tx, address: Address, at: datetime) -> list[people.Person]:
    """Who had a number at an instant and has it no longer; nobody where it has not changed hands since."""
    over = given_up(tx, address, at)
    ended = [] if over is None else people.tenures_ended(tx, [over])
    return [people.person_by_id(tx, t.person_id) for t in ended if t.address_id == address.id]


def given_up(tx: Tx, address: Address, at: datetime) -> datetime | None:
    """When a number was first said to be the wrong one after an instant; None where it has not changed hands since."""
    known = people.tenures(tx, person_id=None, address_ids=[address.id])
    return min((t.released_at for t in known if t.released_at is not None and t.released_at >= at), default=None)
