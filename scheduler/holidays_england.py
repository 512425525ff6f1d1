"""England's bank holidays, from the `holidays` package (its source is gov.uk/bank-holidays)."""

from collections.abc import Iterable
from datetime import date

import holidays


def england_holidays(years: Iterable[int]) -> frozenset[date]:
    """The bank holidays of these years, substitute days included."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=list(years)))
