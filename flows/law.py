"""What the law says of time, where a family is told it."""

import calendar
from datetime import date


def answer_by(asked_on: date) -> date:
    """The last day on which a wish to see or erase what is held may be answered: one month after it came.

    UK GDPR, article 12(3): "without undue delay and in any event within one month of receipt of the request". The
    month runs to the same day of the next one, or to its last day where it has no such day (the ICO's guide to the
    right of access). We take no more days for weekends, nor the two months that the article allows hard cases.
    """
    year, month = divmod(asked_on.year * 12 + asked_on.month, 12)
    return date(year, month + 1, min(asked_on.day, calendar.monthrange(year, month + 1)[1]))
