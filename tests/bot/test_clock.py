"""The day as London has it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.clock import local_date, midnight


@pytest.mark.parametrize(
    ("on", "begins", "hours"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 29, 0, tzinfo=UTC), 23),
        (date(2026, 10, 25), datetime(2026, 10, 24, 23, tzinfo=UTC), 25),
        (date(2026, 11, 23), datetime(2026, 11, 23, 0, tzinfo=UTC), 24),
    ],
)
def test_a_day_begins_at_londons_midnight_and_is_as_long_as_the_clock_change_makes_it(
    on: date, begins: datetime, hours: int
) -> None:
    """Claim: the instant before is the day before, and the next midnight is 23, 24 or 25 hours on."""
    assert midnight(on) == begins
    assert local_date(begins - timedelta(microseconds=1)) == on - timedelta(days=1)
    assert midnight(on + timedelta(days=1)).astimezone(UTC) - begins == timedelta(hours=hours)
