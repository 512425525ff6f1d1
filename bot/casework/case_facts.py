"""What is known of a case, by the names of `bot.content.papers.FIELDS`: for a document, and for the case system.

Names, numbers and emails of others whom the service knows are held back in every free word: of those who share the
number and live elsewhere, and of grown-ups of the household other than whom it is about. The children of the household
are whom it is about. The front door, which must ask who lives with a child, is told of the household's grown-ups too.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal

from bot.casework import pathway, said
from bot.casework.pathway import CHECKED, Section
from bot.casework.raising import SHARES
from bot.casework.work import OUTCOMES
from bot.clock import local_date
from bot.live import Snapshot
from bot.people.export_parts import Veil
from bot.store import addresses, people
from bot.store import casework as rows
from bot.store.addresses import Address
from bot.store.casework import Case
from bot.store.database import Tx
from bot.store.people import Person
from messages.addresses import for_reading, read_phone

Whose = Literal["", "family", "professional", "worker"]
ENGLISH: Final = "en"
# The answers of a referral, and the fields that hold them. The others stand under their own names in "others-told".
ANSWERS: Final = {
    "worried": "worried", "going_well": "going-well", "would_help": "would-help", "about": "about",
    "safe_times": "safe-times",
}  # fmt: skip
_ELSEWHERE: Final = frozenset(
    {*ANSWERS, "score", "first_name", "postcode", "contact_how", "phone", "language"} | {f"share_{s}" for s in SHARES}
)
SAFE: Final = {"safe": "Yes, as far as is known", "unsafe": "No: marked not safe to text", "unknown": "Not known"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """`text` for people to read; `code` ours, where it has one; `on` where it is a day; `whose` words they are."""

    text: str
    code: str = ""
    on: date | None = None
    whose: Whose = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one case. A field that nothing is known of is not there. `held_back` counts what was taken out
    of words."""

    ref: str
    facts: Mapping[str, Fact]
    language: str
    held_back: int = 0


@dataclass(slots=True)
class _Making:
    veil: Veil
    facts: dict[str, Fact] = field(default_factory=dict)

    def tell(self, name: str, text: str | None, *, code: str = "", whose: Whose = "") -> None:
        if text and text.strip():
            self.facts[name] = Fact(text=self.veil(text) if whose else text, code=code, whose=whose)

    def day(self, name: str, on: date | None) -> None:
        if on is not None:
            self.facts[name] = Fact(text=_day(on), on=on)


def known(
    snapshot: Snapshot, tx: Tx, case: Case, now: datetime, *, by: str = "", to_front_door: bool = False
) -> Known:  # fmt: skip
    """`by` is the name of the worker who asks, empty for a command."""
    person = None if case.person_id is None else people.person_by_id(tx, case.person_id)
    address = None if case.address_id is None else addresses.readable_address(tx, case.address_id)
    found = rows.referral_of(tx, case.id)
    how, answers, shared = ("", {}, "") if found is None else (found[0], json.loads(found[1] or "{}"), found[2])
    household = [] if person is None or person.household_id is None else people.household_of(tx, person.household_id)
    making = _Making(veil=Veil(_others(tx, person, address, household, household_too=not to_front_door)))
    section = pathway.of_case(snapshot, tx, case, now)
    _of_case(making, case)
    _of_person(making, person, address, household, answers)
    language = _language(making, person, address, answers)
    _in_words(making, case, how, answers, shared)
    if section is not None:
        _of_pathway(making, section)
    _place(making, snapshot.compiled.council.localities, person)
    making.tell("made-by", by)
    making.day("made-on", local_date(now))
    return Known(ref=case.ref, facts=making.facts, language=language, held_back=making.veil.count)


def _others(
    tx: Tx, person: Person | None, address: Address | None, household: Sequence[Person], *, household_too: bool
) -> set[str]:  # fmt: skip
    """Words that tell of somebody else; `household_too`: of its grown-ups. A name that whom it is about has too is
    theirs."""
    about = [one for one in household if one.child or not household_too] + ([] if person is None else [person])
    around = list(household) + ([] if address is None else people.people_at(tx, address.id))
    told: set[str] = set()
    for other in around:
        if other.id in {one.id for one in about}:
            continue
        told |= {word for word in (other.first_name, other.last_name, other.email) if word}
        for number in people.addresses_of(tx, other.id):
            if number.kind == "sms" and (address is None or number.id != address.id):
                read = for_reading(number.value)
                told |= {number.value, read, read.replace(" ", "")}
    ours = {word.casefold() for one in about for word in (one.first_name, one.last_name, one.email) if word}
    return {word for word in told if word.casefold() not in ours}


def _of_case(making: _Making, case: Case) -> None:
    kind = said.kind_of(case.kind, case.reason)
    making.tell("reference", case.ref)
    making.tell("kind", said.KINDS.get(kind, kind), code=case.kind)
    making.tell("urgency", said.LEVELS.get(case.level, case.level), code=case.level)
    making.tell("raised-because", said.REASONS.get(case.reason, case.reason.replace("-", " ")), code=case.reason)
    making.tell("state", said.STATES.get(case.state, case.state), code=case.state)
    making.day("raised-on", local_date(case.opened_at))
    making.day("looked-on", None if case.looked_at is None else local_date(case.looked_at))
    making.day("closed-on", None if case.closed_at is None else local_date(case.closed_at))
    if case.outcome:
        making.tell("outcome", OUTCOMES.get(case.outcome, case.outcome), code=case.outcome)


def _of_person(
    making: _Making, person: Person | None, address: Address | None, household: Iterable[Person],
    answers: Mapping[str, Any],
) -> None:  # fmt: skip
    if person is not None:
        making.tell("person-reference", person.ref)
        making.tell("last-name", person.last_name)
        making.tell("born", person.born)
        making.tell("relation", person.relation, code=person.relation or "")
    making.tell("first-name", (person.first_name if person else None) or _text(answers, "first_name"))
    making.tell("postcode", (person.postcode if person else None) or _text(answers, "postcode"))
    making.tell("children", "\n".join(_child(one) for one in household if one.child and one.died_on is None))
    if address is not None and address.kind == "sms":
        making.tell("phone", for_reading(address.value))
        safe = "watched" if address.watched else address.safe
        words = "No: whoever has the phone may be watched" if address.watched else SAFE.get(safe, safe)
        making.tell("safe-to-text", words + (". The phone is shared." if address.shared else ""), code=safe)
        making.tell("safe-times", address.safe_times, whose="family")
    given = read_phone(_text(answers, "phone")).e164
    making.tell("phone-given", for_reading(given) if given else "")
    contact = _text(answers, "contact_how")
    making.tell("contact-how", said.CONTACT_HOW.get(contact, contact), code=contact)


def _language(
    making: _Making, person: Person | None, address: Address | None, answers: Mapping[str, Any]
) -> str:  # fmt: skip
    """What they asked to be spoken to in, else what they use here; said, and said again where it is not English."""
    asked = _text(answers, "language").strip()
    code = asked if asked in said.LANGUAGES else next((c for c, name in said.LANGUAGES.items() if name == asked), "")
    if not asked:
        code = (person.language if person else "") or (address.language if address else "") or ENGLISH
    words = said.LANGUAGES.get(code, asked or code)
    making.tell("language", words, code=code or asked)
    english = code == ENGLISH or asked.casefold() == "english"
    told = "No" if english else f"Yes: they use {words}. Their words stand as they wrote them, not translated."
    making.tell("interpreter", told, code="no" if english else "yes")
    return code or ("" if asked else ENGLISH)


def _in_words(
    making: _Making, case: Case, how: str, answers: Mapping[str, Any], shared: str
) -> None:  # fmt: skip
    whose: Whose = "professional" if how == "professional" else "family"
    for answer, name in ANSWERS.items():
        making.tell(name, _text(answers, answer), whose=whose)
    told = {_text(answers, answer) for answer in answers}
    if case.words not in told:
        making.tell("words", case.words, whose="worker" if case.speaker == "worker" and not how else whose)
    making.tell("score", _text(answers, "score"), code=_text(answers, "score"))
    other = [
        f"{name.replace('_', ' ').capitalize()}: {_text(answers, name)}"
        for name in answers
        if name not in _ELSEWHERE and _text(answers, name)
    ]
    making.tell("others-told", "\n".join(other), whose=whose)
    if how and how != "professional":
        agreed = [said.PARTNERS.get(one, one) for one in filter(None, shared.split(","))]
        making.tell("shared-with", "; ".join(agreed) or "Nobody: it stays with the team", code=shared or "none")


def _of_pathway(making: _Making, section: Section) -> None:
    rules = section.rules
    levels, offers, checks = dict(rules.levels), dict(rules.offers), dict(rules.checks)
    for one in section.steps:
        told, on = one.told, local_date(one.at)
        if one.level:
            making.tell("level", levels.get(one.level, one.level), code=one.level)
        answers = json.loads(told.get("checklist", "{}")).items()
        making.tell("checklist", "\n".join(f"{checks.get(n, n)}: {CHECKED.get(a, a)}" for n, a in answers))
        if one.team:
            making.tell("team", one.team, code=one.team)
            making.tell("lead", told.get("lead"))
        if one.offer:
            making.tell("offered", offers.get(one.offer, one.offer), code=one.offer)
        words = {"triaged": "triage-words", "help-secured": "help", "passed": "passed-why"}.get(one.step)
        if words:
            making.tell(words, told.get("words"), whose="worker")
        if one.step == "passed":
            making.day("passed-on", on)
        for name, key in (("recorded-ref", "recorded_ref"), ("recorded-by", "recorded_by"), ("acceptor", "acceptor")):
            if key != "acceptor" or one.step == "taken":
                making.tell(name, told.get(key))
        if one.step == "taken":
            making.day("accepted-on", _date(told.get("accepted_on", "")))
            making.tell("accepted-at", told.get("accepted_at"))


def _place(making: _Making, localities: Sequence[str], person: Person | None) -> None:
    """The team that has the referral where that is a locality, else the person's own."""
    assigned = making.facts.get("team")
    where = assigned.text if assigned is not None and assigned.text in localities else person.team if person else None
    making.tell("locality", where, code=where or "")


def _child(child: Person) -> str:
    name = child.first_name or "Name not known"
    return f"{name}, born {_month(child.born)}" if child.born else name


def _month(born: str) -> str:
    try:
        return date.fromisoformat(f"{born}-01").strftime("%B %Y")
    except ValueError:
        return born


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _text(answers: Mapping[str, Any], name: str) -> str:
    value = answers.get(name)
    return "" if value is None else str(value)


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
