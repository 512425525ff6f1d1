"""Cases as a sheet for the council's case system, by its mapping. What a family wrote is never a formula there."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.casework import case_facts
from bot.casework.accounts import SignedIn
from bot.casework.case_facts import Fact, Known
from bot.casework.sight import closed_to, closed_to_all
from bot.casework.work import looked_at
from bot.clock import midnight
from bot.content.case_system import CODECS, DAYS, FORMULAS, CaseSystem
from bot.house import House
from bot.store import casework, staff
from bot.store.database import Tx
from bot.store.restricting import Closed

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOST_CASES: Final = 20_000  # of one sheet: held in memory, and more than a council's year


class TooMany(ValueError):
    """More cases than one sheet holds: ask for fewer days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`body` with its heading. `cases` counts its rows."""

    body: bytes
    cases: int


def of_case(house: House, ref: str, by: SignedIn) -> Sheet:
    """One case, audited with the look at it that this is. Raises NoSuchCase."""
    now = house.clock.now()
    with house.db.write() as tx:
        case = looked_at(tx, ref, by, now)
        snapshot = house.live.snapshot(tx)
        known = case_facts.known(snapshot, tx, case, now, by=by.staff.name)
        staff.add_audit(tx, at=now, staff_id=by.staff.id, action="case.sheet", target=f"case:{case.ref}")
    return _sheet(snapshot.compiled.case_system, [known])


def of_days(
    house: House, first: date, last: date, *, kind: str = "referral", by: SignedIn | None = None,
    mapping: CaseSystem | None = None, room: Callable[[int], None] | None = None,
) -> Sheet:  # fmt: skip
    """Each case of a kind that came on these days, both included, oldest first; audited. None that is restricted to
    people of whom `by` is none, and none that is restricted at all for a command, where `by` is None. `mapping` stands
    in for the published one. `room` is asked, by how many bytes there are at most, whether they can be taken: what it
    raises leaves no row. Nothing is told unless the audit's row is committed; the cases are opened before, while others
    may write. Raises TooMany."""
    now = house.clock.now()
    since, until = midnight(first), midnight(last + timedelta(days=1))
    with house.db.read() as tx:
        snapshot = house.live.snapshot(tx)
        found = casework.cases_between(tx, since, until, kind=kind, limit=MOST_CASES + 1)
        if len(found) > MOST_CASES:
            raise TooMany(f"More than {MOST_CASES:,} cases came on these days: ask for fewer days.")
        closed = _closed(tx, by)
        open_ = [case for case in found if not closed.holds(case)]
        read = [case_facts.known(snapshot, tx, case, now, by=by.staff.name if by else "") for case in open_]
    columns = mapping or snapshot.compiled.case_system
    sheet = _sheet(columns, read)
    if room is not None:
        room(len(sheet.body))
    with house.db.write() as tx:
        closed = _closed(tx, by)  # as it is now: what was restricted meanwhile is not told
        told = [known for case, known in zip(open_, read, strict=True) if not closed.holds(case)]
        staff.add_audit(
            tx, at=now, staff_id=None if by is None else by.staff.id, action="cases.export",
            target=f"cases:{first.isoformat()}..{last.isoformat()}", detail=f"{kind}: {len(told)}",
        )  # fmt: skip
    return sheet if len(told) == len(read) else _sheet(columns, told)


def _closed(tx: Tx, by: SignedIn | None) -> Closed:
    return closed_to_all(tx) if by is None else closed_to(tx, by)


def looked(house: House, by: SignedIn) -> CaseSystem:
    """The published mapping, for whoever opened its page; audited."""
    with house.db.write() as tx:
        staff.add_audit(
            tx, at=house.clock.now(), staff_id=by.staff.id, action="cases.mapping", target="content:case-system"
        )
        return house.live.snapshot(tx).compiled.case_system


def _sheet(mapping: CaseSystem, known: Iterable[Known]) -> Sheet:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")  # RFC 4180
    writer.writerow(mapping.heading)
    count = 0
    for count, one in enumerate(known, 1):  # noqa: B007 - the last is how many there were
        writer.writerow(list(_row(mapping, one)))
    return Sheet(body=made.getvalue().encode(CODECS[mapping.encoding]), cases=count)


def _row(mapping: CaseSystem, known: Known) -> Iterator[str]:
    for ours in mapping.columns:
        fact = known.facts.get(ours)
        yield "" if fact is None else harmless(_cell(mapping, ours, fact))
    yield from mapping.constants.values()


def _cell(mapping: CaseSystem, ours: str, fact: Fact) -> str:
    if ours in DAYS and fact.on is not None:
        return as_date(fact.on, mapping.dates)
    return mapping.codes.get(ours, {}).get(fact.code, fact.text)


def as_date(on: date, form: str) -> str:
    """A day in the form that a mapping names: dd, mm, mmm and yyyy, and what stands between them."""
    text = form.replace("yyyy", f"{on.year:04}").replace("mmm", "\0")
    return text.replace("mm", f"{on.month:02}").replace("dd", f"{on.day:02}").replace("\0", MONTHS[on.month - 1])


def harmless(text: str) -> str:
    """One line, and nothing that a spreadsheet would take for a formula: such a cell begins with an apostrophe."""
    line = "; ".join(part.strip() for part in text.splitlines() if part.strip())
    return f"'{line}" if line.startswith(FORMULAS) else line


def span(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """From the first to the last day asked for; the last seven days unless told."""
    last = until or today
    return since or last - timedelta(days=6), last


def read_day(text: str) -> date | None:
    """A day as a form or a command has it (2026-11-23), of this century's first hundred years; None for another."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None
