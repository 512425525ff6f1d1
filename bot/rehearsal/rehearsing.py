"""A rehearsal joined up: content, families and the model of their answers in; the ledger and the desk's load out."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bot.content import Compiled, ContentFaults, Notes, parse_content
from bot.content.compiling import compile_data
from bot.rehearsal.families import Families, read_families
from bot.rehearsal.hearing import Hearing, usual_words
from bot.rules import rules_of
from scheduler.answering import AnswerModel
from scheduler.desk_load import Week, by_week
from scheduler.enrolment_sheet import RefusedRow
from scheduler.localtime import end_of_day
from scheduler.rehearsal import rehearse
from scheduler.rehearsed import Line, Year


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """From the first day to the last, both included."""

    first: date
    last: date
    families: Families
    year: Year
    weeks: Sequence[Week]
    answers: str  # how families answered, in plain words


def load(folder: Path) -> Compiled:
    """The content, checked. COUNCIL names another council's file, as for the service. Raises ContentFaults."""
    notes = Notes()
    council = os.environ.get("COUNCIL")
    compiled = compile_data(parse_content(folder, notes, Path(council) if council else None).files, notes)
    if notes.faults or compiled is None:
        raise ContentFaults(notes.faults)
    return compiled


def run(
    compiled: Compiled, sheet: Iterable[str], first: date, days: int, *,
    programme: str | None = None, share: float = 0.5, low: float = 0.1, seed: int = 0,
) -> Rehearsal:  # fmt: skip
    """Raises SheetError where the sheet as a whole cannot be read."""
    last = first + timedelta(days=days - 1)
    families = read_families(sheet, compiled.programmes, first, last, compiled.council.young_person_from)
    words = {name: usual_words(flow) for name, flow in compiled.flows.items() if flow.check_in}
    model = AnswerModel(share=share, low=low, seed=seed, words=words)
    year = rehearse(
        families.people.values(), families.placed, rules_of(compiled.council).contact, end_of_day(last),
        hear=Hearing(compiled), answers=model,
    )  # fmt: skip
    # What is refused only at its moment in the year, for what stands by then.
    families.refused += [
        RefusedRow(line=refused.placed.line, reference=refused.placed.person, reasons=(refused.reason,))
        for refused in year.refused
    ]
    families.refused.sort(key=lambda refused: refused.line)
    if programme is not None:
        year = year.of(programme)
    return Rehearsal(
        first=first, last=last, families=families, year=year, weeks=by_week(year, first, last), answers=model.told()
    )


def fields(line: Line) -> Mapping[str, str | None]:
    """What `thrive ledger` prints of a touch, in its order."""
    return {
        "person": line.person, "programme": line.programme, "touch": line.touch, "child": line.child,
        "due_at": line.due_at.isoformat(), "decided_at": line.decided_at.isoformat(), "outcome": line.outcome,
        "reason": line.reason,
    }  # fmt: skip


def before_they_joined(line: Line) -> bool:
    """Its last day was over when they were enrolled: in the ledger with its reason, and no part of the year."""
    return line.outcome == "missed" and line.planned is not None and line.planned.last_on < line.enrolled_on
