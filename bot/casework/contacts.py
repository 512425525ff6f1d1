"""The contact log: what was said on the telephone, on a visit, or as advice to a professional, and when it is looked at
again. Every review returns to the inbox on its day and stays there until somebody says what came of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.casework.accounts import SignedIn
from bot.casework.listing import audit_list
from bot.casework.sight import closed_to
from bot.clock import local_date
from bot.house import House
from bot.refs import new_ref, read_ref
from bot.store import contacts as rows
from bot.store import people, staff
from bot.store.contacts import Contact, Review
from messages.clean import clean, is_visible

PAGE: Final = 50
KINDS: Final = {"call": "Telephone call", "visit": "Visit", "advice": "Advice to a professional"}
WEEKS: Final = (4, 8, 12)  # when early help looks again at what it began
MOST_FOUND: Final = 50  # on the page; who is looked for among more is named more fully
LONGEST_NAME: Final = 200
LONGEST_WORDS: Final = 10_000
FURTHEST: Final = timedelta(days=366)


class Faults(ValueError):
    """What is wrong with a form, by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


class DoneBefore(Faults):
    """Somebody has said already what came of it, in other words."""

    def __init__(self, name: str) -> None:
        super().__init__({"words": f"{name} has reviewed this already. What you wrote was not kept."})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A contact as its form tells it. `weeks` after it, and on `follow_up_on`, it returns to the inbox."""

    form_id: str
    kind: str
    on: date | None
    person: str  # a reference, or nothing
    who: str
    organisation: str
    words: str
    next_step: str
    follow_up_on: date | None
    weeks: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    total: int
    contacts: Sequence[Contact]
    page: int

    @property
    def more(self) -> bool:
        return self.page * PAGE < self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    contact: Contact
    reviews: Sequence[Review]
    today: date


def begin(house: House, by: SignedIn, person: str | None) -> date:
    """The empty form is looked at, audited with the person whom it is to be about; the day that it begins with."""
    now = house.clock.now()
    with house.db.write() as tx:
        detail = person or ""
        staff.add_audit(tx, at=now, staff_id=by.staff.id, action="log.form", target="log:new", detail=detail)
    return local_date(now)


def keep(house: House, by: SignedIn, told: Told) -> None:
    """Add to the log; a form that comes twice adds once. Raises Faults."""
    now = house.clock.now()
    who, organisation, words, next_step = map(clean, (told.who, told.organisation, told.words, told.next_step))
    errors = _errors(told, local_date(now), who, organisation, words, next_step)
    ref = new_ref()
    with house.db.write() as tx:
        person_ref = read_ref(told.person) if told.person else None
        person = None if person_ref is None else people.find_person(tx, person_ref)
        if person is not None and person.id in closed_to(tx, by).people:
            person = None
        if told.person and person is None:
            errors["person"] = "Nobody here has this reference. Search for them, or leave it empty."
        if errors or told.on is None:
            raise Faults(errors)
        days = [told.on + timedelta(weeks=weeks) for weeks in told.weeks]
        days += [] if told.follow_up_on is None else [told.follow_up_on]
        made = rows.add(
            tx, reviews=days, ref=ref, form_id=told.form_id, kind=told.kind, on=told.on, who=who,
            organisation=organisation or None, words=words, next_step=next_step or None, made_by=by.staff.id,
            made_at=now, person_id=None if person is None else person.id,
        )  # fmt: skip
        if made is not None:
            detail = "" if person is None else person.ref
            staff.add_audit(
                tx, at=now, staff_id=by.staff.id, action="log.add", target=f"contact:{ref}", detail=detail
            )  # fmt: skip


def _errors(told: Told, today: date, who: str, organisation: str, words: str, next_step: str) -> dict[str, str]:
    errors = {}
    if told.kind not in KINDS:
        errors["kind"] = "Choose what it was."
    if told.on is None or not today - FURTHEST <= told.on <= today:
        errors["on"] = "Give the day on which it was: today, or within the last year."
    if not is_visible(who):
        errors["who"] = "Say who it was."
    if told.kind == "advice" and not is_visible(organisation):
        errors["organisation"] = "Say which organisation the professional is of."
    if not is_visible(words):
        errors["words"] = "Say what was said or advised."
    if told.follow_up_on is not None and not today < told.follow_up_on <= today + FURTHEST:
        errors["follow_up_on"] = "Give a day to come, within a year."
    if any(weeks not in WEEKS for weeks in told.weeks):
        errors["weeks"] = "Choose from the list."
    for name, text in (("who", who), ("organisation", organisation)):
        if len(text) > LONGEST_NAME:
            errors[name] = f"Enter at most {LONGEST_NAME} characters."
    for name, text in (("words", words), ("next_step", next_step)):
        if len(text) > LONGEST_WORDS:
            errors[name] = f"Enter at most {LONGEST_WORDS} characters."
    return errors


def listed(house: House, by: SignedIn, *, person: str | None, page: int) -> Log:
    """One page of the log, newest first, audited."""
    with house.db.write() as tx:
        closed = closed_to(tx, by)
        total, found = rows.page(tx, person_ref=person, offset=(page - 1) * PAGE, limit=PAGE, unseen=closed.people)
        refs = [ref for one in found for ref in (one.ref, one.person_ref) if ref]
        audit_list(tx, by, house.clock.now(), action="log.view", target=f"log:{person or 'all'}", refs=refs)
        return Log(total=total, contacts=found, page=page)


def sought(house: House, by: SignedIn, typed: str) -> Log:
    """The contacts with somebody, or of an organisation, of such a name, misspelt too, the nearest first and then the
    newest; or of such a reference. Audited: who was shown, not what was sought. Raises Faults.

    What was said is not searched: that would be to read everybody's.
    """
    typed = " ".join(typed.split())
    if not typed:
        raise Faults({"words": "Enter a name, an organisation or a reference."})
    if len(typed) > LONGEST_NAME:
        raise Faults({"words": f"Enter at most {LONGEST_NAME} characters."})
    with house.db.read() as tx:
        near = dict(house.names.find_contacts(tx, typed, limit=MOST_FOUND + 1))
    ref = read_ref(typed)
    with house.db.write() as tx:
        unseen = closed_to(tx, by).people
        exact = None if ref is None else rows.find(tx, ref, unseen=unseen)
        order = sorted(near, key=lambda key: (-near[key], -key))
        found = rows.of_ids(tx, list(dict.fromkeys([*([exact.id] if exact else []), *order])), unseen=unseen)
        shown = found[:MOST_FOUND]
        refs = [one for contact in shown for one in (contact.ref, contact.person_ref) if one]
        audit_list(tx, by, house.clock.now(), action="log.search", target=f"log:{len(shown)}", refs=refs)
        return Log(total=len(found), contacts=shown, page=1)


def whole(house: House, by: SignedIn, ref: str) -> Whole | None:
    """One contact with its reviews, audited; None where none has this reference."""
    now = house.clock.now()
    with house.db.write() as tx:
        found = rows.find(tx, ref, unseen=closed_to(tx, by).people)
        if found is None:
            return None
        detail = found.person_ref or ""
        staff.add_audit(tx, at=now, staff_id=by.staff.id, action="log.open", target=f"contact:{ref}", detail=detail)
        return Whole(contact=found, reviews=rows.reviews_of(tx, found.id), today=local_date(now))


def reviewed(house: House, by: SignedIn, ref: str, due_on: date, words: str) -> bool:
    """Somebody looked again; the same words by the same worker twice change nothing. False where no contact has this
    reference. Raises Faults, and DoneBefore where what they wrote would be lost."""
    now = house.clock.now()
    words = clean(words)
    if not is_visible(words):
        raise Faults({"words": "Say in a sentence what came of it."})
    if len(words) > LONGEST_WORDS:
        raise Faults({"words": f"Enter at most {LONGEST_WORDS} characters."})
    with house.db.write() as tx:
        found = rows.find(tx, ref, unseen=closed_to(tx, by).people)
        if found is None:
            return False
        if not rows.reviewed(tx, found.id, due_on, words=words, by=by.staff.id, at=now):
            stands = next((one for one in rows.reviews_of(tx, found.id) if one.due_on == due_on), None)
            if stands is None:
                raise Faults({"words": "No review is planned for this day. Nothing was kept."})
            if (stands.done_by, stands.words) == (by.staff.id, words):
                return True
            raise DoneBefore(stands.by or "")
        detail = " ".join(filter(None, (found.person_ref, str(due_on))))
        staff.add_audit(tx, at=now, staff_id=by.staff.id, action="log.reviewed", target=f"contact:{ref}", detail=detail)
        return True
