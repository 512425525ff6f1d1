"""Numbers change hands. One that nobody has confirmed for a year is telephoned before it is texted."""

from datetime import date, timedelta

from scheduler.localtime import in_words

CONFIRMED_FOR = timedelta(days=365)
TELEPHONE_FIRST = "telephone-first"  # the touch under which the ledger and the weekly list say so


def confirmed_on(told_on: date, wrote_on: date | None) -> date:
    """The last local day on which the number was known to be theirs: a worker was told it, or they wrote from it."""
    return told_on if wrote_on is None else max(told_on, wrote_on)


def telephone_first(last_confirmed_on: date, today: date) -> bool:
    """Whether a person must telephone before anything is texted to this number."""
    return today - last_confirmed_on > CONFIRMED_FOR


def why_telephone(last_confirmed_on: date) -> str:
    """The ledger's reason."""
    return f"The number was last confirmed on {in_words(last_confirmed_on)}, over a year ago: telephone them first."
