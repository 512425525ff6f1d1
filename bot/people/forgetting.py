"""Sheets that staff sent and what a case system posted hold rows for some days more: an erased person's go at once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.people.subject import Subject
from bot.store import subjects
from bot.store.database import Tx
from scheduler.enrolment_sheet import COLUMNS


def forget_in_sheets(tx: Tx, found: Subject) -> None:
    """Known by their reference, by a number that is theirs alone, and a file's name by theirs."""
    references, numbers = subjects.known_by(
        tx, [p.id for p in found.everybody], [s.address_id for s in found.stays if s.alone]
    )
    tells = _Tells(references=references, numbers={_digits(number) for number in numbers})
    for part_id, rows, refused in subjects.sheet_parts(tx):
        read, told = json.loads(rows or "[]"), json.loads(refused or "{}")
        kept = [row for row in read if not tells.row(row)]
        left = {name: [one for one in listed if one["reference"] not in references] for name, listed in told.items()}
        if kept != read or left != told:
            subjects.keep_part(
                tx, part_id, None if rows is None else json.dumps(kept, ensure_ascii=False),
                None if refused is None else json.dumps(left, ensure_ascii=False),
            )  # fmt: skip
    names = [word.casefold() for p in found.everybody for word in (p.first_name, p.last_name) if word]
    for upload_id, name in subjects.sheet_names(tx):
        if any(word in name.casefold() for word in names):  # a file may be called after a family
            subjects.rename_sheet(tx, upload_id, "")
    for posted_id, answers in subjects.posts(tx):
        listed: list[dict[str, Any]] = json.loads(answers)
        blank = [
            {**one, "reference": "", "person": None, "reasons": []} if one["reference"] in references else one
            for one in listed
        ]
        if blank != listed:  # their number says how far the post has come: none is taken out
            subjects.keep_posted(tx, posted_id, json.dumps(blank))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tells:
    references: set[str]
    numbers: set[str]

    def row(self, row: Sequence[Any]) -> bool:
        cells = dict(zip(COLUMNS, row[1:], strict=True))
        return cells["reference"] in self.references or _digits(cells["mobile"]) in self.numbers


def _digits(number: str) -> str:
    """The last ten digits: the same however the country is written before them."""
    return "".join(char for char in number if char.isdigit())[-10:]
