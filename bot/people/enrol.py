"""Enrolling families from a sheet. Safe to repeat: the same file twice changes nothing.

Being told by a worker, on a day, is the consent to be texted; STOP stands over it, and only START from that phone
undoes a STOP.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Literal

from bot.clock import local_date
from bot.house import House
from bot.live import Snapshot
from bot.refs import new_ref
from bot.store import keeping, people, staff
from bot.store.database import Tx
from bot.turn.touches import plan_next
from messages.addresses import read_phone, textable
from scheduler.enrolment_sheet import EnrolmentRow, RefusedRow, SheetRow, read_row, read_sheet, resolve_dates

LONGEST_TEAM = 64
BATCH = 200  # rows a transaction: a long file never holds the service up
Outcome = Literal["added", "changed", "unchanged"]


@dataclass(slots=True, kw_only=True)
class Report:
    """Rows by what happened to them; `refused` with every reason."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[RefusedRow] = field(default_factory=list)


def read_mobile(text: str) -> str | None:
    """A UK mobile in E.164, or None."""
    phone = read_phone(text)
    return phone.e164 if textable(phone) else None


def enrol_sheet(house: House, lines: Iterable[str], *, dry_run: bool = False, relative_dates: bool = False) -> Report:
    """Enrol every row that can be. Raises SheetError where the file as a whole cannot be read."""
    report = Report()
    now = house.clock.now()
    today = local_date(now)
    rows: Iterable[SheetRow] = read_sheet(lines)
    if relative_dates:
        rows = resolve_dates(rows, today)
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        # Tried again where the database gave it up for a turn's sake: what it had counted goes with it.
        report = house.db.attempt(partial(_enrol_batch, house, batch, report, now, dry_run))
    return report


def _enrol_batch(
    house: House,
    batch: Sequence[SheetRow],
    before: Report,
    now: datetime,
    dry_run: bool,
    tx: Tx,
) -> Report:
    """The report with these rows. One import at a time: two with rows in opposite orders would lock each other out."""
    people.import_alone(tx)
    report = replace(before, refused=[*before.refused])
    snapshot = house.live.snapshot(tx)
    for sheet_row in batch:
        row = read_row(sheet_row, read_mobile, snapshot.compiled.programmes.keys(), local_date(now))
        if isinstance(row, RefusedRow):
            report.refused.append(row)
            continue
        with tx.begin_nested() as savepoint:
            reason = _why_not(tx, row)
            outcome: Outcome = "unchanged" if reason else _enrol(tx, snapshot, row, now)
            if dry_run:
                savepoint.rollback()
        if reason:
            report.refused.append(RefusedRow(line=row.line, reference=row.reference, reasons=(reason,)))
            continue
        setattr(report, outcome, getattr(report, outcome) + 1)
    if not dry_run:
        told = f"so far: {report.added} added, {report.changed} changed, {report.unchanged} unchanged"
        staff.add_audit(tx, at=now, staff_id=None, action="people.enrol", target="sheet", detail=told)
    return report


def _why_not(tx: Tx, row: EnrolmentRow) -> str | None:
    """Why a row that can be read is not taken. A number said to be the wrong person's waits for a later word."""
    if row.team is not None and len(row.team) > LONGEST_TEAM:
        return f"team: at most {LONGEST_TEAM} characters"
    person = people.find_person_by_source(tx, row.reference)
    address = people.find_address(tx, "sms", row.mobile)
    if person is None or address is None:
        return None
    for tenure in people.tenures(tx, person_id=person.id):
        ours = tenure.person_id == person.id and tenure.address_id == address.id
        if ours and tenure.released_at is not None and local_date(tenure.released_at) >= row.told_on:
            return "mobile: whoever holds this number said that it is the wrong person's; ask the family again"
    return None


def _enrol(tx: Tx, snapshot: Snapshot, row: EnrolmentRow, now: datetime) -> Outcome:
    changed = False
    household_id = people.household(tx, row.household or row.reference, now)
    values: dict[str, object] = {
        "first_name": row.first_name, "last_name": row.last_name or None, "postcode": row.postcode, "email": row.email,
        "language": row.language, "relation": row.relation, "team": row.team, "household_id": household_id,
    }  # fmt: skip
    person = people.find_person_by_source(tx, row.reference)
    if person is None:
        person_id = people.add_person(tx, ref=new_ref(), now=now, source_reference=row.reference, **values)
    else:
        person_id = person.id
        if {name: getattr(person, name) for name in values} != values:
            people.change_person(tx, person_id, **values)
            changed = True
    address = people.open_address(tx, "sms", row.mobile, now)
    changed |= _number(tx, address, row, person_id, now)
    changed |= _child(tx, row, household_id, now)
    enrolment_id = keeping.enrol(
        tx, person_id=person_id, programme=row.programme, event_on=row.event_on, told_on=row.told_on,
        told_by=row.told_by, team=row.team, created_at=now,
    )  # fmt: skip
    if enrolment_id is not None:
        plan_next(tx, snapshot, keeping.enrolment_by_id(tx, enrolment_id))
    if person is None or enrolment_id is not None:
        return "added"
    return "changed" if changed else "unchanged"


def _number(tx: Tx, address: people.Address, row: EnrolmentRow, person_id: int, now: datetime) -> bool:
    """The number is theirs, safe or not as told. Returns whether anything changed."""
    there = {p.id for p in people.people_at(tx, address.id)}
    new = person_id not in there
    if new:
        people.link(tx, person_id, address.id, now)
        people.take_back(tx, person_id, address.id, now)
        if not there:
            keeping.own_scores(tx, address.id, person_id)
    safe = "safe" if row.safe_to_text else "unsafe"
    values: dict[str, object] = {}
    if address.safe != safe and (safe == "unsafe" or _may_be_safe(address, row, shared=bool(there - {person_id}))):
        values["safe"] = safe
    if address.language != row.language and address.last_in_at is None:
        values["language"] = row.language
    if address.consent == "unasked" and row.safe_to_text and not _said_no_since(tx, address, row):
        values["consent"] = "given"
        people.add_consent(
            tx, address_id=address.id, person_id=person_id, kind="text", given=True, wording_id="enrolment.told",
            wording=f"Told by a worker on {row.told_on.isoformat()} that we would text, and how to stop.",
            via="import", at=now,
        )  # fmt: skip
    if values:
        people.change_address(tx, address.id, **values)
    return new or bool(values)


def _may_be_safe(address: people.Address, row: EnrolmentRow, *, shared: bool) -> bool:
    """Not safe stands over a sheet, unless a worker was told otherwise since they last wrote, and it is theirs alone.

    The same sheet comes again and again; what the family said in between must not be undone by it.
    """
    if address.safe != "unsafe":
        return True
    wrote_on = None if address.last_in_at is None else local_date(address.last_in_at)
    return not shared and (wrote_on is None or wrote_on < row.told_on)


def _said_no_since(tx: Tx, address: people.Address, row: EnrolmentRow) -> bool:
    """They answered a question of ours with no, and no worker was told otherwise on a later day."""
    asked = people.newest_consent(tx, address.id, "text")
    return asked is not None and not asked[0] and local_date(asked[1]) >= row.told_on


def _child(tx: Tx, row: EnrolmentRow, household_id: int, now: datetime) -> bool:
    """The child of this row, a person of the household. Returns whether anything changed."""
    if row.child_first_name is None:
        return False
    source = f"{row.household or row.reference}/{row.child_first_name.casefold()}"
    born = None if row.child_born is None else f"{row.child_born.year}-{row.child_born.month:02}"
    known = people.find_person_by_source(tx, source)
    if known is None:
        people.add_person(
            tx, ref=new_ref(), now=now, source_reference=source, first_name=row.child_first_name, born=born,
            child=True, household_id=household_id,
        )  # fmt: skip
        return True
    if known.born != born:
        people.change_person(tx, known.id, born=born)
        return True
    return False
