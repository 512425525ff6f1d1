"""When a service is open, as of a moment: until when today, from when today, or on which day next.

Weekly hours are wall times of Europe/London. On a bank holiday they say nothing: a service may keep them or not, so
the day is named and nothing is promised. Hours that end at or before they begin run past midnight.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from directory.service import DAYS, Opening, Service

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
AHEAD_DAYS = 21  # a weekly hour comes back within these, whatever bank holidays stand between
WEEK = 7 * DAY
_END = frozenset({"00:00", "23:59"})  # ways to write "until midnight", beside hour 24

Kind = Literal["open", "always", "later", "another-day", "holiday"]
Span = tuple[datetime, datetime]  # from, and until but not including; wall times with no zone


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenNow:
    """`open`: until `at`. `always`: day and night. `later`: today, from `at`. `another-day`: next from `at`.

    `holiday`: it would be open today by its weekly hours, and today is a bank holiday. `at` is in London's zone;
    null where the kind needs none.
    """

    kind: Kind
    at: datetime | None = None


def hours_of(service: Service) -> tuple[tuple[Opening, ...], str]:
    """The weekly hours of an entry and the note beside them. None of either where its venues do not keep the same.

    Where no venue says anything, those of the service hold: so a feed tells the hours of several venues at once.
    """
    if not any(place.hours or place.hours_note for place in service.locations):
        return service.hours, service.hours_note
    kept = {(place.hours, place.hours_note) for place in service.locations}
    return kept.pop() if len(kept) == 1 else ((), "")


def open_now(hours: Iterable[Opening], now: datetime, holidays: Collection[date] = ()) -> OpenNow | None:
    """What the weekly hours say of `now` (aware). `holidays` are local dates. None where there are no hours."""
    if now.tzinfo is None:
        msg = "an instant without a zone"
        raise ValueError(msg)
    week = tuple(hours)
    wall = now.astimezone(LONDON).replace(tzinfo=None)
    today = wall.date()
    days = [today + ahead * DAY for ahead in range(-1, AHEAD_DAYS)]
    spans = [(day, span) for day in days for span in _on(week, day)]
    if any(closes - opens > WEEK for opens, closes in _joined(span for _, span in spans)):
        return OpenNow(kind="always")  # bank holidays too
    for opens, closes in _joined(span for day, span in spans if day not in holidays):
        if closes <= wall:
            continue
        if opens <= wall:
            return OpenNow(kind="open", at=closes.replace(tzinfo=LONDON))
        if today in holidays and any(closes > wall for _, closes in _on(week, today)):
            return OpenNow(kind="holiday")
        return OpenNow(kind="later" if opens.date() == today else "another-day", at=opens.replace(tzinfo=LONDON))
    return None


def _on(week: tuple[Opening, ...], day: date) -> Iterator[Span]:
    name = DAYS[day.weekday()]
    midnight = datetime.combine(day, time())
    for opening in week:
        if opening.day == name:
            opens = datetime.combine(day, time.fromisoformat(opening.opens))
            ends = opening.closes in _END or opening.closes.startswith("24")
            closes = midnight if ends else datetime.combine(day, time.fromisoformat(opening.closes))
            yield opens, closes if closes > opens else closes + DAY


def _joined(spans: Iterable[Span]) -> list[Span]:
    """In order, those that touch or overlap made one."""
    joined: list[Span] = []
    for opens, closes in sorted(spans):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(closes, joined[-1][1]))
        else:
            joined.append((opens, closes))
    return joined
