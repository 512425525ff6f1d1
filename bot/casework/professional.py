"""A referral by a professional, from the public form: it stands on the same desk as a family's own.

Whoever sends it is not signed in. So it opens no person's record, changes nothing that stands, and is told nothing of
anybody; where their words show danger, the case is as grave as if the family had written them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.casework.raising import WORDS_KEPT
from bot.casework.unnamed import gravest
from bot.house import House
from bot.refs import new_ref
from bot.store import addresses
from bot.store import casework as rows
from bot.store.addresses import Address
from bot.store.casework import RANK
from bot.store.database import Tx
from bot.store.sealed import SealError
from flows.effects import Level
from messages.addresses import Phone, one_way, read_phone, textable
from messages.clean import clean, is_visible

REASON: Final = "referral-professional"
LONGEST_LINE: Final = 200
LONGEST_WORDS: Final = 5_000
NO_NUMBER: Final = "none"
FIELDS: Final = ("who", "organisation", "told", "number", "words")


class Faults(ValueError):
    """What is wrong with the form, by field, in its order."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The reference to quote, and by when somebody looks."""

    ref: str
    look_by: datetime


def refer(house: House, ref: str, given: Mapping[str, str]) -> Taken:
    """Raise the referral under `ref`, a fresh reference that the form holds; the same form again raises nothing more,
    and other words under it (a page brought back by Back) are another referral with a reference of its own.

    Raises Faults.
    """
    told = {name: clean(given.get(name, "")) for name in FIELDS}
    number = read_phone(told["number"])
    if errors := _errors(told, number):
        raise Faults(errors)
    answers = {
        "referred_by": told["who"], "organisation": told["organisation"],
        "how_the_family_was_told_and_agreed": told["told"], "phone": number.e164 or NO_NUMBER,
        "what_they_say": told["words"],
    }  # fmt: skip
    now = house.clock.now()
    with house.db.write() as tx:
        snapshot = house.live.snapshot(tx)
        screening = gravest(snapshot.assets.lexicon, (told["words"], told["told"]))
        level: Level = "routine" if screening.risk == "none" else screening.risk
        look_by = snapshot.rules.calendar.look_by(level, now, snapshot.rules.promises)
        address = _address(tx, number, now)
        case = {
            "kind": "referral", "level": level, "rank": RANK[level], "reason": REASON,
            "words": told["words"][:WORDS_KEPT], "address_id": None if address is None else address.id,
            "person_id": None, "because": "[]", "speaker": "worker", "opened_at": now, "look_by": look_by,
        }  # fmt: skip
        while not _raise(tx, ref, case, json.dumps(answers, ensure_ascii=False), now):
            ref = new_ref()
    house.wake.wake()
    return Taken(ref=ref, look_by=look_by)


def _raise(tx: Tx, ref: str, case: Mapping[str, object], answers: str, now: datetime) -> bool:
    """False where another case has this reference."""
    case_id = rows.add_case_once(tx, ref=ref, **case)
    if case_id is None:
        return _is_same(tx, ref, answers)
    rows.add_referral(tx, case_id=case_id, how="professional", answers=answers, shared_with="")
    rows.add_case_event(tx, case_id=case_id, at=now, kind="opened", detail="referral: professional")
    return True


def _is_same(tx: Tx, ref: str, answers: str) -> bool:
    """Whether the case with this reference is this very form's. One whose key is lost is not known to be."""
    standing = rows.find_case(tx, ref)
    try:
        found = None if standing is None else rows.referral_of(tx, standing.id)
    except SealError:
        return False
    return found is not None and found[:2] == ("professional", answers)


def _errors(told: Mapping[str, str], number: Phone) -> dict[str, str]:
    missing = {
        "who": "Give your name, and how we reach you.",
        "organisation": "Give your organisation.",
        "told": "Say how the family was told, and that they agreed.",
        "number": "Give the family's telephone number, or write none.",
        "words": "Say who the family are, what worries you, and what would help.",
    }
    errors = {name: words for name, words in missing.items() if not is_visible(told[name])}
    if "number" not in errors and told["number"].casefold() != NO_NUMBER and (number.e164 is None or one_way(number)):
        errors["number"] = "We cannot read that as a telephone number. Check it, or write none."
    for name, text in told.items():
        most = LONGEST_WORDS if name in {"words", "told"} else LONGEST_LINE
        if len(text) > most:
            errors[name] = f"Enter at most {most} characters."
    return {name: errors[name] for name in FIELDS if name in errors}


def _address(tx: Tx, number: Phone, now: datetime) -> Address | None:
    """Where the family can be texted. A number that was erased, or that does not open, comes back by nobody's form."""
    if number.e164 is None or not textable(number):
        return None
    try:
        found = addresses.find_address(tx, "sms", number.e164, lock=True)
    except SealError:
        return None
    if found is not None and not found.value:
        return None
    return found or addresses.open_address(tx, "sms", number.e164, now)
