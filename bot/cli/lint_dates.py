"""What `thrive lint` and `thrive doctor` see in dates that the council must supply each year: its school holidays."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from bot.cli.lint_places import Seen
from bot.content import Compiled
from scheduler.localtime import in_words

FILE = "council.yaml"
# A school year's dates are published a year ahead and more; so long before ours end there is time to look them up.
SOON = timedelta(days=60)


def in_holidays(
    compiled: Compiled, lines: Mapping[tuple[str, tuple[str | int, ...]], int], today: date
) -> Iterator[Seen]:
    """School holidays that are missing, over, or over within two months, where any check-in asks for term time."""
    if told := holidays_told(compiled, today):
        line = lines.get((FILE, ("school_holidays",)), 0)
        yield Seen(file=FILE, line=line, node="", key="school_holidays", rule="dates-run-out", message=told)


def holidays_told(compiled: Compiled, today: date) -> str:
    """What to do about them; nothing where nothing is to be done. A day beyond the list counts as term."""
    asked = any(touch.term_time for programme in compiled.programmes.values() for touch in programme.touches)
    known = compiled.council.school_holidays.holidays
    ends = max((holiday.last for holiday in known), default=None)
    if not asked or (ends is not None and ends - today > SOON):
        return ""
    if ends is None:
        when = "no school holidays are known"
    else:
        when = f"the school holidays end on {in_words(ends)}" if ends >= today else f"they ended on {in_words(ends)}"
    return f"{when}: put in the dates that the council has published, or check-ins of term time go in the holidays"
