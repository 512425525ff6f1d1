"""One person enrolled by a form, by the same rules as a sheet; and numbers that were confirmed by telephone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.casework.accounts import SignedIn
from bot.casework.sight import closed_to
from bot.clock import local_date
from bot.house import House
from bot.people import telephoning
from bot.people.enrol import By, take_all
from bot.people.writing import begin
from bot.store import keeping, people, staff
from bot.store.addresses import lock_address
from bot.store.beside import Beside
from bot.store.keeping import HELD
from scheduler.confirmed import TELEPHONE_FIRST
from scheduler.enrolment_sheet import COLUMNS, SheetRow, column_of

PAGE: Final = 50
FIRST_NAME: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|['\u2019-]){0,29}")
FIELDS: Final = (*COLUMNS, "signed_by", "service")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What became of a form: its person's reference, or the faults by column ("" for none of them)."""

    ref: str | None = None
    outcome: str = ""
    to_telephone: bool = False
    faults: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToTelephone:
    """An enrolment that waits until a person has confirmed the number."""

    enrolment_id: int
    ref: str
    name: str
    number: str | None
    programme: str
    told_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One page of those to telephone first."""

    listed: Sequence[ToTelephone]
    page: int
    more: bool


def programmes(house: House) -> dict[str, str]:
    """Titles by id."""
    return {name: found.title for name, found in house.live.of(house.db).compiled.programmes.items()}


def services(house: House) -> dict[str, str]:
    """The services of the directory by id, in the order of their names."""
    found = house.live.of(house.db).finder.snapshot.services
    named = {service.id: f"{service.name}, {service.organisation.name}" for service in found}
    return dict(sorted(named.items(), key=lambda one: one[1].casefold()))


def enter(house: House, me: SignedIn, cells: Mapping[str, str]) -> Entered:
    """Enrol one person, or say what is to be mended, field by field."""
    told = Beside(signed_by=cells.get("signed_by", "").strip() or None, listing=cells.get("service") or None)
    faults = dict(_amiss(house, told))
    row = SheetRow(line=1, cells={name: " ".join(cells.get(name, "").split()) for name in COLUMNS})
    by = By(staff_id=me.staff.id, name="by form")
    ((taken,),) = take_all(house, [row], dry_run=bool(faults), by=by, beside=told)  # every fault at once
    if taken.outcome != "refused" and not faults:
        return Entered(ref=taken.ref, outcome=taken.outcome, to_telephone=taken.to_telephone, faults={})
    for reason in taken.reasons:
        faults.setdefault(column_of(reason) or "", reason)
    return Entered(faults=faults)


def _amiss(house: House, told: Beside) -> Iterator[tuple[str, str]]:
    if told.signed_by is not None and not FIRST_NAME.fullmatch(told.signed_by):
        yield "signed_by", "Enter one first name, of at most 30 letters"
    if told.listing is not None and told.listing not in house.live.of(house.db).finder.snapshot.by_id:
        yield "service", "Choose a service from the list"


def to_telephone(house: House, page: int = 1, *, by: SignedIn | None = None) -> Waiting:
    """Whom to ring before they are texted; of restricted families, those whom this worker may see."""
    with house.db.read() as tx:
        found = []
        unseen = frozenset() if by is None else closed_to(tx, by).people
        # One more than a page holds tells whether there is a next.
        for enrolment in keeping.in_state(tx, HELD, offset=(page - 1) * PAGE, limit=PAGE + 1, unseen=unseen):
            person = people.person_by_id(tx, enrolment.person_id)
            number = telephoning.number_of(tx, person.id)
            found.append(
                ToTelephone(
                    enrolment_id=enrolment.id, ref=person.ref, name=person.name,
                    number=None if number is None else number.value,
                    programme=enrolment.programme, told_on=enrolment.told_on,
                )
            )  # fmt: skip
    return Waiting(listed=found[:PAGE], page=page, more=len(found) > PAGE)


def confirmed(house: House, me: SignedIn, enrolment_id: int) -> bool:
    """They were telephoned, and it is their number: the check-ins begin. False where it no longer waits."""
    now = house.clock.now()
    with house.db.write() as tx:
        seen = keeping.find_enrolment(tx, enrolment_id)
        if seen is not None and seen.person_id in closed_to(tx, me).people:
            return False
        # The number is locked before what hangs on it, as in a family's turn.
        number = None if seen is None else telephoning.number_of(tx, seen.person_id)
        if number is not None:
            lock_address(tx, number.id)
        found = keeping.find_enrolment(tx, enrolment_id, lock=True)
        if found is None or found.state != HELD:
            return False
        person = people.person_by_id(tx, found.person_id)
        if number is not None:
            people.told_of(tx, person.id, number.id, local_date(now))
        keeping.change_enrolment(
            tx, found.id, state="active", told_on=max(found.told_on, local_date(now)), told_by=me.staff.name
        )
        begin(tx, house.live.snapshot(tx), found.id)
        staff.add_audit(
            tx, at=now, staff_id=me.staff.id, action="people.enrol", target=person.ref, detail=TELEPHONE_FIRST
        )
    return True
