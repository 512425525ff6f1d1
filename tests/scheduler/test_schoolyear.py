"""England's school year from the month of birth: the cut-off is 31 August."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.schoolyear import (
    BirthMonth,
    reception_closing_date,
    school_year,
    secondary_closing_date,
    stage,
    starts_year,
)

births = st.builds(BirthMonth, year=st.integers(1995, 2040), month=st.integers(1, 12))
dates = st.dates(date(2015, 1, 1), date(2045, 12, 31))


def born(text: str) -> BirthMonth:
    return BirthMonth.read(text)


def age_on(month: BirthMonth, on: date) -> int:
    """Years of age of a child born on the first of the month."""
    return on.year - month.year - (on.month < month.month)


@given(births)
def test_reception_begins_in_the_september_after_the_fourth_birthday(month: BirthMonth) -> None:
    """On the first day of reception every child is four, or turns five that very September; by its end all are five."""
    first = starts_year(month, 0)
    assert first.month == 9
    assert age_on(month, first) == (5 if month.month == 9 else 4)
    assert age_on(month, date(first.year + 1, 8, 31)) == 5


@given(births, dates)
def test_years_follow_each_other(month: BirthMonth, on: date) -> None:
    """Each child is in the year that began last, one year on every 1 September, and in none before or after."""
    year = school_year(month, on)
    if year is None:
        assert on < starts_year(month, 0) or on >= starts_year(month, 14)
    else:
        assert starts_year(month, year) <= on < starts_year(month, year + 1)
        assert year + 4 <= age_on(month, on) <= year + 5


@given(births, births, dates)
def test_an_older_child_is_never_in_a_lower_year(first: BirthMonth, second: BirthMonth, on: date) -> None:
    """Order of birth is order of year; August and the September after it are a year apart."""
    older, younger = sorted((first, second))
    years = school_year(older, on), school_year(younger, on)
    if years[0] is not None and years[1] is not None:
        assert years[0] >= years[1]


@given(births)
def test_closing_dates_are_before_the_year_begins(month: BirthMonth) -> None:
    """Apply for reception in the January before it; for secondary in the October of Year 6."""
    primary, secondary = reception_closing_date(month), secondary_closing_date(month)
    assert primary < starts_year(month, 0) < primary + timedelta(days=240)
    assert school_year(month, secondary) == 6
    assert (secondary.month, secondary.day) == (10, 31)


@pytest.mark.parametrize(
    ("month", "on", "year"),
    [
        ("2022-08", date(2026, 8, 31), None),
        ("2022-08", date(2026, 9, 1), 0),
        ("2022-09", date(2026, 9, 1), None),
        ("2022-09", date(2027, 9, 1), 0),
        ("2019-11", date(2026, 11, 20), 2),
        ("2015-10", date(2026, 11, 20), 6),
        ("2015-08", date(2026, 11, 20), 7),
        ("2010-09", date(2027, 8, 31), 11),
        ("2008-10", date(2027, 7, 1), 13),
        ("2008-08", date(2026, 11, 20), None),
    ],
)
def test_known_children(month: str, on: date, year: int | None) -> None:
    """Worked by hand from the admissions code."""
    assert school_year(born(month), on) == year


def test_a_summer_born_child_may_be_a_year_behind() -> None:
    """Deferred, the closing date and each year are a year later; for a child born in winter it is refused."""
    june = born("2022-06")
    assert school_year(june, date(2026, 11, 1), deferred=True) is None
    assert reception_closing_date(june, deferred=True) == date(2027, 1, 15)
    assert secondary_closing_date(june, deferred=True) == date(2033, 10, 31)
    with pytest.raises(ValueError, match="April to August"):
        school_year(born("2022-03"), date(2026, 11, 1), deferred=True)


@pytest.mark.parametrize(
    ("month", "said"),
    [
        ("2027-01", "not born yet"),
        ("2026-11", "newborn"),
        ("2026-10", "1 month old"),
        ("2025-12", "11 months old"),
        ("2022-11", "4 years old"),
        ("2021-12", "in Reception"),
        ("2019-11", "in Year 2"),
        ("2010-09", "in Year 11"),
        ("2009-09", "of Year 12 age"),
        ("2008-08", "18 or over"),
    ],
)
def test_stage(month: str, said: str) -> None:
    """In a worker's words, on 20 November 2026."""
    assert stage(born(month), date(2026, 11, 20)) == said


@pytest.mark.parametrize("text", ["2022", "2022-13", "2022-00", "March 2022", "0022-03", "", "2022-3"])
def test_other_texts_are_not_months(text: str) -> None:
    """Only YYYY-MM."""
    with pytest.raises(ValueError, match="month of birth"):
        born(text)


@given(births)
def test_a_month_reads_back(month: BirthMonth) -> None:
    """What is written is what is read."""
    assert born(str(month)) == month
