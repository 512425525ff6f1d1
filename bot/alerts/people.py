"""Who stands on each rung and how they are reached: the council's file, and what a manager has set since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.casework.accounts import SignedIn
from bot.content import Council
from bot.house import House
from bot.store import alerts as rows
from bot.store import staff
from bot.store.database import Tx
from messages.addresses import for_reading, read_phone, textable
from messages.smtp_email import is_email
from scheduler.calendar import Level
from scheduler.ladder import GRAVEST_FIRST, Rung

LONGEST = 254


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One of the ladder's people. `set_here`: a manager has set the numbers at the desk; else they are the file's."""

    role: str
    title: str
    phone: str | None  # E.164
    email: str | None
    set_here: bool = False

    @property
    def phone_for_reading(self) -> str:
        return for_reading(self.phone) if self.phone else ""

    def ways(self, house: House) -> list[tuple[str, str]]:
        """How this installation can reach them: channel (sms, email) and address."""
        by = (("sms", self.phone), ("email", self.email))
        return [(channel, to) for channel, to in by if to is not None and channel in house.channels]


class ContactFault(ValueError):
    """What was written for a person cannot be used. `faults` by field: phone, email."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = faults


def people_of(tx: Tx, council: Council) -> dict[str, Person]:
    """Everybody the ladder may tell, by role, in the order of the council's file."""
    kept = rows.contacts(tx)
    found = {}
    for one in council.told:
        own = kept.get(one.role)
        phone, email = (one.phone, one.email) if own is None else (own.phone, own.email)
        found[one.role] = Person(role=one.role, title=one.title, phone=phone, email=email, set_here=own is not None)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoIsTold:
    """The ladder as a manager reads it. `texts` and `emails`: whether this installation sends either."""

    people: Sequence[Person]
    rungs: Mapping[Level, Sequence[Rung]]
    when_raised: frozenset[Level]
    texts: bool
    emails: bool

    @property
    def titles(self) -> dict[str, str]:
        return {person.role: person.title for person in self.people}


def staff_phones(house: House) -> list[tuple[str, str]]:
    """Title and number of everybody who is texted, for a demo's phone."""
    with house.db.read() as tx:
        found = people_of(tx, house.live.snapshot(tx).compiled.council)
    return [(person.title, person.phone) for person in found.values() if person.phone]


def who_is_told(house: House, by: SignedIn) -> WhoIsTold:
    """The whole of it, audited."""
    now = house.clock.now()
    with house.db.write() as tx:
        council = house.live.snapshot(tx).compiled.council
        found = people_of(tx, council)
        staff.add_audit(tx, at=now, staff_id=by.staff.id, action="contact.view", target="contacts")
    return WhoIsTold(
        people=list(found.values()), rungs={level: council.ladder.rungs(level) for level in GRAVEST_FIRST},
        when_raised=council.ladder.when_raised, texts="sms" in house.channels, emails="email" in house.channels,
    )  # fmt: skip


def change(house: House, by: SignedIn, role: str, *, phone: str, email: str) -> bool:
    """Set how one of them is reached; both empty: not at all. False where no such role is. Raises ContactFault."""
    number, address = read_contact(phone, email)
    now = house.clock.now()
    with house.db.write() as tx:
        if role not in people_of(tx, house.live.snapshot(tx).compiled.council):
            return False
        rows.put_contact(tx, role=role, phone=number, email=address, now=now, by=by.staff.id)
        staff.add_audit(tx, at=now, staff_id=by.staff.id, action="contact.change", target=f"contact:{role}")
        return True


def read_contact(phone: str, email: str) -> tuple[str | None, str | None]:
    """A number as E.164 and an email, None where empty. Raises ContactFault, naming every field at once."""
    faults, read = {}, read_phone(phone)
    if phone.strip() and not textable(read):
        faults["phone"] = "Give a UK mobile number: the alert is a text, which no landline can read."
    if email.strip() and not is_email(email.strip()):
        faults["email"] = "Give an email address, such as duty.worker@example.gov.uk."
    if faults:
        raise ContactFault(faults)
    return (read.e164 if phone.strip() else None), (email.strip() or None)
