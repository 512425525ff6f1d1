"""Working a case: look, claim, reply, note, hand back, close. Each change with its audit row in one transaction.

Every change from the desk is compare-and-swap on the case's version: two people never overwrite each other.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from bot.casework.accounts import SignedIn
from bot.casework.saved import blanks_left, saved_replies
from bot.casework.sight import sees
from bot.house import House
from bot.store import addresses, closing, staff, team
from bot.store import casework as rows
from bot.store.casework import Case
from bot.store.database import Tx
from bot.store.sealed import SealError
from bot.turn.load import open_turn
from bot.turn.receive import run
from bot.turn.say import put
from flows.events import StaffReplied
from messages.clean import clean, is_visible
from messages.sms import plain

# The council's list; the ledger of outcomes that figures are made from. Value: what staff read.
OUTCOMES: Final = {
    "advice-given": "Advice given",
    "signposted": "Put in touch with a local service",
    "early-help-offered": "Early help offered",
    "early-help-secured": "Early help in place",
    "passed-to-front-door": "Passed to the front door (safeguarding)",
    "emergency-services": "Emergency services called",
    "spoken-to-all-well": "Spoken to: all is well",
    "could-not-reach": "Could not reach them after trying",
    "false-alarm": "False alarm: the words meant something else",
    "declined": "They do not want help now; told how to come back",
}
FRONT_DOOR: Final = "passed-to-front-door"  # never without who accepted it there
LONGEST_REPLY: Final = 1_600
LONGEST_NOTE: Final = 10_000
NUMBER_LOST: Final = (
    "Their number cannot be opened: the key that it was sealed with is missing. Telephone if you know the number from "
    "elsewhere, and tell whoever runs this service."
)


# What closing asks besides its outcome and words, kept in the transaction that closes it: returns who accepted it at
# the front door, empty where nobody had to. Raises NotYet.
Ending = Callable[[Tx, Case, str, str], str]
SECOND: Final = "It is urgent: somebody else than who asked for it must confirm that it can be closed."
Closed = Literal["closed", "asked"]
KeyLost = SealError  # what a page meets that cannot do without words whose key is gone


class NoSuchCase(LookupError):
    """No case has this reference, or it is not for this worker to see."""


class Stale(Exception):
    """Somebody changed the case since the page was made. Nothing was done; the draft is kept."""


class NotYet(Exception):
    """It cannot be done as the case or the form stands; the message is for the worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A change from the desk: which case, as of which version, by whom. `form_id` makes a repeated post harmless."""

    ref: str
    version: int
    by: SignedIn
    form_id: str = ""


def look(house: House, ref: str, by: SignedIn) -> Case:
    """Open a case: the first look is kept, since the family was promised one. Raises NoSuchCase."""
    with house.db.write() as tx:
        return looked_at(tx, ref, by, house.clock.now())


def looked_at(tx: Tx, ref: str, by: SignedIn, now: datetime) -> Case:
    """`look` within a transaction that reads more of the page. Raises NoSuchCase."""
    case = _case(tx, ref, by)
    if case.looked_at is None and case.state != "closed":
        rows.change_case(tx, case.id, looked_at=now)
        rows.add_case_event(tx, case_id=case.id, at=now, kind="looked", staff_id=by.staff.id)
    staff.add_audit(tx, at=now, staff_id=by.staff.id, action="case.view", target=f"case:{ref}")
    team.saw(tx, case.id, by.staff.id, now)
    return rows.case_by_id(tx, case.id)


def claim(house: House, form: Form) -> None:
    """Take the case. Raises Stale when another did first."""
    now = house.clock.now()
    with house.db.write() as tx:
        case = _case(tx, form.ref, form.by, lock=True)
        if case.state == "closed":
            raise NotYet("This case is closed.")
        swap(
            tx,
            case,
            form,
            state="claimed",
            claimed_by=form.by.staff.id,
            claimed_at=now,
            looked_at=case.looked_at or now,
        )
        team.end_offer(tx, case.id, how="overtaken", at=now)
        record(tx, case, form, now, "claimed")


def hand_back(house: House, form: Form) -> None:
    """Return a case to the queue; the bot speaks again."""
    now = house.clock.now()
    with house.db.write() as tx:
        case = _case(tx, form.ref, form.by, lock=True)
        if case.state != "claimed":
            raise NotYet("Nobody has claimed this case.")
        swap(tx, case, form, state="open", claimed_by=None, claimed_at=None)
        bot_speaks_again(tx, case)
        team.end_offer(tx, case.id, how="overtaken", at=now)
        record(tx, case, form, now, "handed-back")


def noted(words: str, missing: str | None = None, *, called: str = "A note", most: int = LONGEST_NOTE) -> str:
    """What staff wrote, as it is kept; empty where nothing in it can be seen. `missing` is what is asked for where
    something must be. `called` names it where it is too long. Raises NotYet."""
    words = clean(words)
    if not is_visible(words):
        if missing is not None:
            raise NotYet(missing)
        return ""
    if len(words) > most:
        raise NotYet(f"{called} holds at most {most} characters.")
    return words


def note(house: House, form: Form, words: str) -> None:
    """A private note: the family never sees it."""
    words = noted(words, "Write the note first.")
    now = house.clock.now()
    with house.db.write() as tx:
        case = _case(tx, form.ref, form.by, lock=True)
        swap(tx, case, form)
        record(tx, case, form, now, "note", body=words)


def reply(house: House, form: Form, words: str) -> None:
    """Write to the family by their own channel. Raises Stale, and NotYet where it cannot be sent or is blank."""
    words = clean(words)
    if not is_visible(words):
        raise NotYet("Write the reply first.")
    if len(words) > LONGEST_REPLY:
        raise NotYet(f"A reply holds at most {LONGEST_REPLY} characters; this one has {len(words)}.")
    if blanks := blanks_left(saved_replies(house), words):
        raise NotYet(f"Fill in what is still blank: {', '.join(blanks)}.")
    now = house.clock.now()
    with house.db.write() as tx:
        case = _case(tx, form.ref, form.by, lock=True)
        if case.state != "claimed" or case.claimed_by != form.by.staff.id:
            raise NotYet("Claim the case first, so that only one of you answers.")
        if case.address_id is None:
            raise NotYet("We hold no number or chat for this person.")
        address = addresses.readable_address(tx, case.address_id)
        if address is None:
            raise NotYet(f"Nothing was sent. {NUMBER_LOST}")
        if address.consent == "stopped":
            raise NotYet("They texted STOP. Telephone instead.")
        key = f"form:{form.form_id}" if form.form_id else f"reply:{case.id}.{case.version}"
        turn = open_turn(house, tx, address, key=key, now=now)
        if address.kind == "sms":
            words = plain(words)  # what a word processor curled would double the price
        # A repeated post finds its key used: nothing is said twice, and the version has moved already.
        if put(turn, text_id="staff.reply", body=words, purpose="staff-reply", case_id=case.id) is None:
            return
        swap(tx, case, form, waiting_since=None)
        addresses.change_address(tx, address.id, worker_wrote_at=now)
        turn.key = f"{key}:step"
        run(turn, StaffReplied(staff=form.by.staff.name))
        record(tx, case, form, now, "replied", body=words)
    house.wake.wake()


def close(
    house: House, form: Form, *, outcome: str, words: str, ending: Ending | None = None,
    given: Mapping[str, str] | None = None,
) -> Closed:  # fmt: skip
    """Close with an outcome from the council's list and a reason in words; or ask a second person, where the council
    wants one for an urgent case.

    `ending` keeps what else was asked: of a referral, and of any case that passes to the front door; `given` is what
    it is made of, kept until the second person has confirmed. Raises Stale and NotYet.
    """
    words = clean(words)
    if outcome not in OUTCOMES:
        raise NotYet("Choose an outcome.")
    if not is_visible(words):
        raise NotYet("Say in a sentence what was done and why it can be closed.")
    now = house.clock.now()
    with house.db.write() as tx:
        case = _case(tx, form.ref, form.by, lock=True)
        if case.state == "closed":
            raise NotYet("This case is closed already.")
        with tx.begin_nested() as kept:
            accepted = ""
            if ending is not None:
                accepted = ending(tx, case, outcome, words)
            elif case.kind == "referral":
                raise NotYet("A referral closes with what was offered, and where it is recorded.")
            elif outcome == FRONT_DOOR:
                raise NotYet(
                    "It passes to the front door with the name of who accepted it there, the day and the time."
                )
            asks = asks_second(house, tx, case)
            if asks:
                kept.rollback()  # it has everything that closing needs; nothing of it is so until it is confirmed
        if asks:
            ask_second(tx, case, form, now, act="close", outcome=outcome, words=words, given=given or {})
            return "asked"
        end(house, tx, case, form, now, outcome=outcome, words=words, accepted=accepted)
        return "closed"


def asks_second(house: House, tx: Tx, case: Case) -> bool:
    """Whether closing this case only asks, since nobody has asked yet."""
    return _needs_second(house, tx, case) and closing.standing(tx, case.id) is None


def _needs_second(house: House, tx: Tx, case: Case) -> bool:
    """A level never falls, so what was urgent once still is."""
    return case.level == "urgent" and house.live.snapshot(tx).compiled.council.second_person


def ask_second(
    tx: Tx, case: Case, form: Form, now: datetime, *, act: str, outcome: str, words: str, given: Mapping[str, str]
) -> None:
    """Keep what closing this case needs until somebody else has confirmed it. Raises Stale."""
    swap(tx, case, form)
    closing.ask(
        tx, case_id=case.id, asked_by=form.by.staff.id, asked_at=now, act=act, outcome=outcome, words=words, given=given
    )
    record(tx, case, form, now, "close-asked", body=words, detail=outcome)


def end(
    house: House, tx: Tx, case: Case, form: Form, now: datetime, *, outcome: str, words: str, accepted: str = ""
) -> None:
    """Close a locked case: the one way there is. `accepted` stands beside the words on its page.

    Raises Stale, and NotYet where the council wants a second person and this is not the one who confirms, word for
    word, what another has asked.
    """
    asked = closing.standing(tx, case.id)
    if _needs_second(house, tx, case):
        if asked is None or asked.asked_by == form.by.staff.id:
            raise NotYet(SECOND)
        if (asked.outcome, asked.words) != (outcome, words):
            raise NotYet("A colleague has asked to close this case. Confirm what they asked, or decline it first.")
    if asked is not None:
        closing.end(tx, asked.id, how="confirmed", by=form.by.staff.id, at=now)
    note = "\n".join(filter(None, (words, accepted)))
    swap(
        tx, case, form, state="closed", closed_at=now, closed_by=form.by.staff.id, outcome=outcome,
        outcome_note=note, waiting_since=None, looked_at=case.looked_at or now,
    )  # fmt: skip
    bot_speaks_again(tx, case)
    team.end_offer(tx, case.id, how="overtaken", at=now)
    team.end_call(tx, case.id, how="closed", by=form.by.staff.id, at=now)
    record(tx, case, form, now, "closed", body=words, detail=outcome)


def done_before(house: House, form: Form, kind: str, *, words: str | None = None, detail: str | None = None) -> bool:
    """Whether the last thing a worker did to the case is this very act: then a form posted again changes nothing.

    `kind` is the case event's: claimed, handed-back, replied, note, closed.
    """
    with house.db.read() as tx:
        case = _case(tx, form.ref, form.by)
        acts = [event for event in rows.events_of(tx, [case.id]) if event.staff_id is not None]
    body = None if words is None else clean(words)
    last = acts[-1] if acts else None
    return last is not None and (last.kind, last.staff_id, last.body, last.detail) == (
        kind, form.by.staff.id, body, detail,
    )  # fmt: skip


def _case(tx: Tx, ref: str, by: SignedIn | None, *, lock: bool = False) -> Case:
    """The case; `lock` holds its address first and then itself, in the order that a family's turn does.

    Raises NoSuchCase where it is not for this worker to see; `by` None is the service itself. The number is not opened:
    a case whose number's key is lost is claimed, noted, handed back and closed as any.
    """
    case = rows.find_case(tx, ref)
    if case is not None and lock:
        if case.address_id is not None:
            addresses.lock_address(tx, case.address_id)
        case = rows.find_case(tx, ref, lock=True)
    if case is None or (by is not None and not sees(tx, by, case)):
        raise NoSuchCase(ref)
    return case


def seen_case(tx: Tx, ref: str, by: SignedIn) -> Case:
    """The case, where this worker may see it. Raises NoSuchCase."""
    return _case(tx, ref, by)


def locked_case(tx: Tx, ref: str, by: SignedIn | None = None) -> Case:
    """The case to be changed, held until the transaction ends. Raises NoSuchCase.

    `by` is whoever changes it. Where that is left out, `swap` asks whether they may see it, before anything is written.
    """
    return _case(tx, ref, by, lock=True)


def swap(tx: Tx, case: Case, form: Form, **values: object) -> None:
    """Change the case as of the form's version. Raises Stale, and NoSuchCase where it is not theirs to see."""
    if not sees(tx, form.by, case):
        raise NoSuchCase(form.ref)
    if not rows.change_case(tx, case.id, version=form.version, **values):
        raise Stale


def record(
    tx: Tx, case: Case, form: Form, now: datetime, kind: str, *, body: str | None = None, detail: str | None = None
) -> None:
    rows.add_case_event(tx, case_id=case.id, at=now, kind=kind, staff_id=form.by.staff.id, body=body, detail=detail)
    staff.add_audit(
        tx, at=now, staff_id=form.by.staff.id, action=f"case.{kind}", target=f"case:{case.ref}", detail=detail or ""
    )


def bot_speaks_again(tx: Tx, case: Case) -> None:
    """No worker is talking with them any more."""
    if case.address_id is not None:
        addresses.change_address(tx, case.address_id, worker_wrote_at=None)


def because_of(case: Case) -> Sequence[str]:
    """The words that decided."""
    return [str(word) for word in json.loads(case.because)]
