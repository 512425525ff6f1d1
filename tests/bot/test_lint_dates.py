"""School holidays are the council's to supply: whoever forgets the next year's is told before they run out."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from bot.cli.lint_dates import holidays_told, in_holidays
from bot.content import Compiled, compile_content, read_content
from scheduler.terms import SchoolHolidays

SHIPPED = Path(__file__).resolve().parents[2] / "content"


@cache
def shipped() -> Compiled:
    return compile_content(read_content(SHIPPED))


LAST = date(2027, 8, 31)


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (LAST - timedelta(days=61), ""),
        (LAST - timedelta(days=60), "the school holidays end on 31 August 2027: put in the dates"),
        (LAST, "the school holidays end on 31 August 2027"),
        (LAST + timedelta(days=1), "they ended on 31 August 2027"),
    ],
)
def test_two_months_before_the_dates_run_out_it_is_told(today: date, told: str) -> None:
    """Claim: quiet until two months before the last day known, then a warning at its line, until new dates stand."""
    assert holidays_told(shipped(), today).startswith(told)
    assert bool(holidays_told(shipped(), today)) == bool(told)
    found = list(in_holidays(shipped(), {("council.yaml", ("school_holidays",)): 49}, today))
    assert [(s.file, s.line, s.key, s.rule) for s in found] == (
        [("council.yaml", 49, "school_holidays", "dates-run-out")] if told else []
    )


def test_no_dates_at_all_are_told_only_where_a_check_in_asks_for_term_time() -> None:
    """Claim: a council without the list is told so; one whose programmes never ask for term time needs none."""
    compiled = shipped()
    none = replace(compiled, council=replace(compiled.council, school_holidays=SchoolHolidays()))
    assert holidays_told(none, date(2026, 11, 22)).startswith("no school holidays are known")
    assert holidays_told(replace(none, programmes={}), date(2026, 11, 22)) == ""
