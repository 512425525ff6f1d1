"""Bank holidays as gov.uk lists them for England and Wales."""

from datetime import date

from scheduler.holidays_england import england_holidays


def test_england_2027() -> None:
    """Christmas Day 2027 is a Saturday: Monday and Tuesday stand in for it and Boxing Day."""
    found = england_holidays([2027])
    weekdays = {on for on in found if on.weekday() < 5}
    assert weekdays == {
        date(2027, 1, 1),
        date(2027, 3, 26),
        date(2027, 3, 29),
        date(2027, 5, 3),
        date(2027, 5, 31),
        date(2027, 8, 30),
        date(2027, 12, 27),
        date(2027, 12, 28),
    }


def test_years_asked_for_and_no_others() -> None:
    """Scotland's second of January is not England's; other years are not there."""
    found = england_holidays([2026, 2028])
    assert {on.year for on in found} == {2026, 2028}
    assert date(2026, 1, 2) not in found
