"""Make the table and the picture of docs/rehearsal.md again, from the sample families."""

import re
import sys
from datetime import date
from pathlib import Path

from bot.cli.rehearsing import SAMPLE
from bot.rehearsal import rehearsing
from bot.rehearsal.picture import draw
from bot.rehearsal.rehearsing import Rehearsal

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "rehearsal.md"
PICTURE = ROOT / "docs" / "pictures" / "school-year.svg"
FIRST, DAYS = date(2026, 9, 1), 365
TABLE = re.compile(r"(?<=<!-- weeks -->\n).*?(?=<!-- /weeks -->)", re.DOTALL)


def school_year() -> Rehearsal:
    compiled = rehearsing.load(ROOT / "content")
    with SAMPLE.open(encoding="utf-8", newline="") as sheet:
        return rehearsing.run(compiled, sheet, FIRST, DAYS)


def table(done: Rehearsal) -> str:
    head = ("week from", "check-ins", "reminders", "answers", "cases", "on the weekly list")
    rows = [(w.week_from.isoformat(), w.check_ins, w.reminders, w.answers, w.cases, w.listed) for w in done.weeks]
    total = ("the year", *(sum(int(row[n]) for row in rows) for n in range(1, len(head))))
    lines = [head, ("---",) + ("---:",) * (len(head) - 1), *rows, total]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines) + f"\n{done.answers}\n"


def page(text: str, done: Rehearsal) -> str:
    """The page with its table made again."""
    return TABLE.sub(lambda _: table(done), text)


def main() -> int:
    done = school_year()
    PICTURE.write_text(draw(done), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), done), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
