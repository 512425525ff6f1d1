"""What it costs to rehearse a year for 10,000 families, to the least that any rehearsal must do.

    python -m bench.rehearse [FAMILIES]

The floor asks one rule, `decide`, once for each touch of the same families at its own due date, in a plain loop: no
year passes, nothing waits, nobody answers. The ratio is how often over a rehearsal pays for that; it is judged. Seconds
depend on the machine, and are told.
"""

import sys
import time
from datetime import date, datetime, timedelta

from bench.measure import hold, table
from bot.cli.pure import content_folder
from bot.rehearsal import rehearsing
from bot.rehearsal.families import Families, read_families
from bot.rehearsal.hearing import Hearing, usual_words
from bot.rules import rules_of
from scheduler.answering import AnswerModel
from scheduler.decide import ContactRules, TouchFacts, decide
from scheduler.enrolment_sheet import COLUMNS
from scheduler.localtime import end_of_day
from scheduler.programme import planned
from scheduler.rehearsal import rehearse
from scheduler.rehearsed import Year

FAMILIES, DAYS = 10_000, 365
FIRST = date(2026, 9, 1)
LAST = FIRST + timedelta(days=DAYS - 1)
AT_MOST = 25.0  # a rehearsal, to one decision a touch: most of those due wait for a turn under the daily cap
# Every programme, whose event falls on any day of the year: what families are enrolled for through a year.
PROGRAMMES = ("after-early-help", "key-transitions", "pregnancy-to-two", "new-school", "separation")


def sheet(count: int) -> list[str]:
    """`count` families, one row each: no two share a number or a day's worth of anything else."""
    lines = [",".join(COLUMNS)]
    for n in range(count):
        event = FIRST - timedelta(days=120) + timedelta(days=n % 420)
        told = min(event, FIRST)
        programme = PROGRAMMES[n % len(PROGRAMMES)]
        child = f"Child,{2009 + n % 17}-{n % 12 + 1:02}" if programme == "key-transitions" else ","
        mobile = f"07{400_000_000 + n}"
        lines.append(f"F{n},Name,,{mobile},,en,,H{n},mother,{child},{programme},{event},{told},Sam,yes,")
    return lines


def floor(families: Families, rules: ContactRules, until: datetime) -> int:
    """One decision for each touch that falls due; returns how many."""
    asked = 0
    for placed in families.placed:
        facts = TouchFacts(enrolled_on=placed.plan.enrolled_on, consent="given")
        for touch in planned(placed.programme, placed.plan, rules.hours.calendar):
            at = max(touch.window[0], placed.at)
            if at < until:
                decide(touch, facts, rules, at)
                asked += 1
    return asked


def main(count: int = FAMILIES) -> int:
    compiled = rehearsing.load(content_folder())
    rules, until = rules_of(compiled.council).contact, end_of_day(LAST)
    begun = time.perf_counter()
    families = read_families(sheet(count), compiled.programmes, FIRST, LAST)
    read = time.perf_counter() - begun
    assert not families.refused, families.refused[0]
    hearing = Hearing(compiled)
    words = {name: usual_words(flow) for name, flow in compiled.flows.items() if flow.check_in}

    def live() -> Year:
        return rehearse(
            families.people.values(), families.placed, rules, until, hear=hearing, answers=AnswerModel(words=words)
        )

    floors, years = [], []
    for _ in range(2):  # turn about: a noisy minute falls on both
        begun = time.perf_counter()
        asked = floor(families, rules, until)
        floors.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        year = live()
        years.append(time.perf_counter() - begun)
    floored, lived = min(floors), min(years)
    table(
        [f"{count:,} families, {DAYS} days", "seconds", "rules asked", "microseconds each"],
        [
            ["reading the sheet", f"{read:.1f}", "", ""],
            ["one decision a touch (the floor)", f"{floored:.2f}", f"{asked:,}", f"{1e6 * floored / asked:.0f}"],
            ["the year rehearsed", f"{lived:.1f}", f"{year.steps:,}", f"{1e6 * lived / year.steps:.0f}"],
        ],
    )
    return hold([(f"a year of {count:,} families, to one decision a touch", lived / floored, AT_MOST)])


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
