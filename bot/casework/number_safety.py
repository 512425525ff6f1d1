"""How a number may be texted, set by staff with the family: safe or not, shared, watched, at which times, and a
private word. Each change is audited by what changed, never by the words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.casework.accounts import SignedIn
from bot.casework.sight import closed_to
from bot.house import House
from bot.refs import number_of
from bot.store import addresses, keeping, people, staff
from bot.store.addresses import Address, read_by_others
from bot.store.database import Tx
from flows.reading import COMMANDS
from flows.understanding.types import Lexicon
from flows.word import FEWEST, MOST, bare
from messages.clean import clean
from scheduler.safe_times import read_safe_times

HIGHEST_ID: Final = 2**31 - 1
LONGEST_TIMES: Final = 300
SAFE: Final = ("safe", "unsafe", "unknown")
UNREAD: Final = "We cannot read these times. Write days and hours, such as weekday mornings, or Mon to Thu after 6pm."
NOT_A_WORD: Final = f"Choose a word or two of {FEWEST} to {MOST} letters or digits."
MEANS_SOMETHING: Final = "This word means something else when it is texted. Choose another, such as a flower."


class NoSuchNumber(LookupError):
    """No mobile number has this reference."""


class Faults(Exception):
    """Nothing was changed; `errors` say why, by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was agreed. `word` empty leaves what stands; `forget_word` takes it away."""

    safe: str
    shared: bool
    watched: bool
    safe_times: str = ""
    word: str = field(default="", repr=False)
    forget_word: bool = False


def number(house: House, by: SignedIn, ref: str) -> Address:
    """The number with its marks; who looked is kept. Raises NoSuchNumber."""
    with house.db.write() as tx:
        found = _number(tx, by, ref)
        staff.add_audit(
            tx, at=house.clock.now(), staff_id=by.staff.id, action="number.view", target=f"conversation:{ref}"
        )  # fmt: skip
        return found


def change(house: House, by: SignedIn, ref: str, told: Told) -> None:
    """Raises Faults and NoSuchNumber."""
    now = house.clock.now()
    with house.db.write() as tx:
        errors, values = _read(house.live.snapshot(tx).assets.lexicon, told)
        if errors:
            raise Faults(errors)
        before = addresses.address_by_id(tx, _number(tx, by, ref).id, lock=True)
        changed = {name: value for name, value in values.items() if getattr(before, name) != value}
        if not changed:
            return
        by_others = read_by_others(told.safe, shared=told.shared, watched=told.watched)
        if "word" in changed or (by_others and not before.read_by_others):
            changed["word_until"] = now  # what was asked before is theirs
        addresses.change_address(tx, before.id, **changed)
        what = ", ".join(sorted(changed.keys() - {"word_until"}))
        staff.add_audit(
            tx, at=now, staff_id=by.staff.id, action="number.safety", target=f"conversation:{ref}", detail=what
        )  # fmt: skip
        _decide_anew(tx, before.id, now)


def _decide_anew(tx: Tx, address_id: int, now: datetime) -> None:
    """What waited for a safe hour is decided by the times that stand now."""
    for enrolment in keeping.enrolments_of(tx, [person.id for person in people.people_at(tx, address_id)]):
        if enrolment.state == "active" and enrolment.waited_for is not None:
            keeping.change_enrolment(tx, enrolment.id, next_at=now)


def _read(lexicon: Lexicon, told: Told) -> tuple[dict[str, str], dict[str, object]]:
    errors: dict[str, str] = {}
    times = clean(told.safe_times).strip()
    if told.safe not in SAFE:
        errors["safe"] = "Say whether it is safe to text this number."
    if len(times) > LONGEST_TIMES:
        errors["safe_times"] = f"At most {LONGEST_TIMES} characters."
    elif times and read_safe_times(times) is None:
        errors["safe_times"] = UNREAD
    values: dict[str, object] = {
        "safe": told.safe, "shared": told.shared, "watched": told.watched, "safe_times": times or None
    }  # fmt: skip
    word = bare(told.word)
    if told.forget_word:
        values["word"] = None
    elif told.word.strip():
        if not FEWEST <= len(word) <= MOST:
            errors["word"] = NOT_A_WORD
        elif _means_something(lexicon, told.word):
            errors["word"] = MEANS_SOMETHING
        else:
            values["word"] = word
    return errors, values


def _means_something(lexicon: Lexicon, words: str) -> bool:
    """A keyword, a need or a danger would act, or alarm, each time that it is said."""
    said = words.strip().casefold()
    understood = lexicon.understand(said)
    return said in COMMANDS or understood.intent != "need" or bool(understood.needs) or _alarms(lexicon, said)


def _alarms(lexicon: Lexicon, said: str) -> bool:
    return lexicon.screen([said]).risk != "none"


def _number(tx: Tx, by: SignedIn, ref: str) -> Address:
    known = number_of(ref)
    found = addresses.find_address_by_id(tx, known) if known <= HIGHEST_ID else None
    if found is None or found.kind != "sms" or not found.value or closed_to(tx, by).silent(found):
        raise NoSuchNumber(ref)
    return found
