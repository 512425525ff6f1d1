"""The sheet that is imported on the first morning: the families known to early help."""

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from tests.pilot.households import Family
from tests.story.service import COLUMNS

BORN: Final = "2021-05"


def written(path: Path, families: Sequence[Family], first: date) -> int:
    """Rows for these families, a row a child; the first day of the pilot is `first`. Returns how many rows."""
    rows = [row for family in families if family.reference for row in _rows(family, first)]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def _rows(family: Family, first: date) -> list[dict[str, str]]:
    closed = first - timedelta(days=family.closed_days_ago)
    shared = {
        "reference": family.reference, "first_name": "Parent", "last_name": family.name, "mobile": family.number or "",
        "language": family.language, "postcode": "SW18 2PU", "household": family.household,
        "programme": "after-early-help", "event_on": closed.isoformat(), "told_on": closed.isoformat(),
        "told_by": "A worker", "safe_to_text": "yes", "team": "",
    }  # fmt: skip
    return [
        {**dict.fromkeys(COLUMNS, ""), **shared, "child_first_name": f"Child{n}", "child_born": BORN}
        for n in range(1, family.children + 1)
    ]
