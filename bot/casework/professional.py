"""A referral by a professional, from the public form: it stands on the same desk as a family's own.

Whoever sends it is not signed in. So it opens no person's record, changes nothing that stands, and is told nothing of
anybody; where their words show danger, the case is as grave as if the family had written them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.casework.raising import WORDS_KEPT
from bot.casework.unnamed import gravest
from bot.house import House
from bot.refs import new_ref
from bot.store import addresses
from bot.store import casework as rows
from bot.store.addresses import Address
from bot.store.casework import RANK
from bot.store.database import Tx
from bot.store.desk import BY_PROFESSIONAL
from bot.store.sealed import SealError
from flows.effects import Level
from flows.understanding.types import Screening
from messages.addresses import Phone, one_way, read_phone, textable
from messages.clean import clean, is_visible

REASON: Final = BY_PROFESSIONAL
LONGEST_LINE: Final = 200
LONGEST_WORDS: Final = 5_000
NO_NUMBER: Final = "none"
FIELDS: Final = ("who", "organisation", "family", "told", "number", "words")
UNFINISHED: Final = "danger-professional"
CROWDED: Final = (
    "It came past what one place may send in a minute, and was taken for its words of danger. Forms of the same place "
    "stand beside it: look whether they tell of one family."
)


class Faults(ValueError):
    """What is wrong with the form, by field, in its order. `danger`: the team has its words as they stand."""

    def __init__(self, errors: Mapping[str, str], *, danger: bool = False) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)
        self.danger = danger


class TooMany(Exception):
    """The place has sent its allowance, and these words show no danger. Nothing was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The reference to quote, and by when somebody looks."""

    ref: str
    look_by: datetime


def refer(house: House, ref: str, given: Mapping[str, str], *, crowded: bool = False) -> Taken:
    """Raise the referral under `ref`, a fresh reference that the form holds; the same form again raises nothing more,
    and other words under it (a page brought back by Back) are another referral with a reference of its own.

    Words of danger, in any field, are never dropped: where the form cannot be taken they are a case by themselves, and
    where the place is `crowded` they are taken and marked. Raises Faults, and TooMany.
    """
    told = {name: clean(given.get(name, "")) for name in FIELDS}
    screening = gravest(house.live.of(house.db).assets.lexicon, told.values())
    in_danger = screening.risk != "none"
    if crowded and not in_danger:
        raise TooMany
    number = read_phone(told["number"])
    if errors := _errors(told, number):
        if in_danger:
            _keep_danger(house, ref, told, screening, crowded=crowded)
        raise Faults(errors, danger=in_danger)
    answers = {
        "referred_by": told["who"], "organisation": told["organisation"], "family": told["family"],
        "how_the_family_was_told_and_agreed": told["told"], "phone": number.e164 or NO_NUMBER,
        "what_they_say": told["words"],
    }  # fmt: skip
    now = house.clock.now()
    with house.db.write() as tx:
        address = _address(tx, number, now)
        case = _case(house, tx, screening, now) | {
            "kind": "referral", "reason": REASON, "words": told["words"][:WORDS_KEPT],
            "address_id": None if address is None else address.id,
        }  # fmt: skip
        while not _raise(tx, ref, case, json.dumps(answers, ensure_ascii=False), now, crowded=crowded):
            ref = new_ref()
    house.wake.wake()
    return Taken(ref=ref, look_by=case["look_by"])


def _case(house: House, tx: Tx, screening: Screening, now: datetime) -> dict[str, Any]:
    """What every case of this form has, as grave as its words are."""
    snapshot = house.live.snapshot(tx)
    level: Level = "routine" if screening.risk == "none" else screening.risk
    return {
        "level": level, "rank": RANK[level], "address_id": None, "person_id": None, "speaker": "worker",
        "because": json.dumps(screening.because, ensure_ascii=False), "opened_at": now,
        "look_by": snapshot.rules.calendar.look_by(level, now, snapshot.rules.promises),
    }  # fmt: skip


def _keep_danger(
    house: House, ref: str, told: Mapping[str, str], screening: Screening, *, crowded: bool
) -> None:  # fmt: skip
    """What stands in a form that is not taken yet: whoever wrote it may never send it again.

    One case a form: what is written into it next is added. The whole form, once taken, is a referral of its own.
    """
    words = "\n".join(text for text in told.values() if is_visible(text))[:WORDS_KEPT]
    now = house.clock.now()
    with house.db.write() as tx:
        case = _case(house, tx, screening, now) | {"kind": "escalation", "reason": UNFINISHED, "words": words}
        standing = None
        while (case_id := rows.add_case_once(tx, ref=ref, **case)) is None:
            standing = rows.find_case(tx, ref, lock=True)
            if standing is not None and standing.reason == UNFINISHED and standing.state != "closed":
                break
            ref = new_ref()
        detail = f"{screening.risk}: {UNFINISHED}"
        if case_id is not None:
            rows.add_case_event(tx, case_id=case_id, at=now, kind="opened", body=words, detail=detail)
            if crowded:
                rows.add_case_event(tx, case_id=case_id, at=now, kind="note", body=CROWDED)
        elif standing is not None and standing.words != words:
            grew = {name: case[name] for name in ("level", "rank", "look_by", "because")}
            graver = case["rank"] < standing.rank
            rows.change_case(tx, standing.id, words=words, looked_at=None, **(grew if graver else {}))
            kind = "grew" if graver else "updated"
            rows.add_case_event(tx, case_id=standing.id, at=now, kind=kind, body=words, detail=detail)
    house.wake.wake()


def _raise(
    tx: Tx, ref: str, case: Mapping[str, object], answers: str, now: datetime, *, crowded: bool
) -> bool:  # fmt: skip
    """False where another case has this reference."""
    case_id = rows.add_case_once(tx, ref=ref, **case)
    if case_id is None:
        return _is_same(tx, ref, answers)
    rows.add_referral(tx, case_id=case_id, how="professional", answers=answers, shared_with="")
    rows.add_case_event(tx, case_id=case_id, at=now, kind="opened", detail="referral: professional")
    if crowded:
        rows.add_case_event(tx, case_id=case_id, at=now, kind="note", body=CROWDED)
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
        "family": "Give the family's name, or write not known.",
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
