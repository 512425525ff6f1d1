"""When a message that we start may reach a family: quiet hours, their own safe times, and when someone is there.

Check-ins go out when someone is at work to read the answers. A family's own safe times come first: they replace the
council's quiet hours, and the office's hours too where the two never meet.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from scheduler.calendar import WEEKDAYS, Week, WorkingCalendar
from scheduler.localtime import DAY, Period, Span, instant, local_date

QUIET = Period(starts=time(20), ends=time(8))
SENDING_WEEK = Week.read(dict.fromkeys(WEEKDAYS[:4], "10:00-15:00"))

# A week shows every weekday of their safe times once; one more makes up for a bank holiday.
_DAYS_TO_MEET = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeWindow:
    """Hours on some weekdays (Monday is 0) when it is safe to text this address."""

    days: frozenset[int] = frozenset(range(7))
    hours: Period

    def __post_init__(self) -> None:
        if not self.days or not self.days <= frozenset(range(7)):
            msg = "a safe window needs weekdays, Monday 0 to Sunday 6"
            raise ValueError(msg)

    def spans(self, on: date) -> tuple[Span, ...]:
        if on.weekday() not in self.days:
            return ()
        start, end = self.hours.on(on)
        return ((start, end),) if start < end else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactHours:
    """When this council starts a conversation. `quiet` None: no quiet hours. `sending` is cut to the open hours of
    `calendar`, and left out on the day before a closure unless `before_closures`: the answers would wait."""

    calendar: WorkingCalendar
    quiet: Period | None = QUIET
    sending: Week = field(default_factory=lambda: SENDING_WEEK)
    before_closures: bool = False

    def __post_init__(self) -> None:
        if not any(self._met(day) for day in _MODEL_WEEK):
            msg = "no hour of the week is a sending hour while the team is at work and outside quiet hours"
            raise ValueError(msg)

    def _met(self, on: date) -> bool:
        open_hours = tuple(period.on(on) for period in self.calendar.week.on(on))
        return any(self._loud(overlap) for overlap in _overlaps(self._periods(on), open_hours))

    def _periods(self, on: date) -> tuple[Span, ...]:
        return tuple(period.on(on) for period in self.sending.on(on))

    def _loud(self, span: Span) -> bool:
        ends = quiet_until(span[0], self.quiet)
        return ends is None or ends < span[1]

    def spans(self, on: date) -> tuple[Span, ...]:
        """The sending hours of this local date."""
        if not self.before_closures and self.calendar.is_closed_by_date(on + DAY):
            return ()
        return tuple(_overlaps(self._periods(on), self.calendar.spans(on)))


# An ordinary week without a clock change, to check hours against.
_MODEL_WEEK = tuple(date(2024, 1, day) for day in range(1, 8))


def quiet_until(now: datetime, quiet: Period | None, safe: tuple[SafeWindow, ...] = ()) -> datetime | None:
    """When a message that we start may next arrive, or None if it may now. Safe windows replace quiet hours."""
    if safe:
        found = _first(_window_spans(safe, now), now)
        return None if found is None or found == now else found
    if quiet is None:
        return None
    today = local_date(now)
    for day in (today - DAY, today):
        start, end = quiet.on(day)
        if start <= now < end:
            return end
    return None


def next_sending(now: datetime, hours: ContactHours, safe: tuple[SafeWindow, ...] = ()) -> datetime:
    """The first instant at or after `now` at which a check-in may leave.

    With safe windows: when they meet the sending hours within two weeks, else the next of them alone.
    """
    if safe:
        alone = _first(_window_spans(safe, now), now)
        days = _days(now, _DAYS_TO_MEET)
        met = _first((span for on in days for span in _overlaps(hours.spans(on), _around(safe, on))), now)
        found = met if met is not None else alone
        if found is not None:
            return found
    at = now
    while True:
        day = local_date(at)
        span = next((span for span in hours.spans(day) if span[1] > at), None)
        if span is None:
            at = instant(day + DAY)
            continue
        at = max(span[0], at)
        ends = quiet_until(at, hours.quiet)
        if ends is None:
            return at
        at = ends


def _days(now: datetime, count: int) -> Iterator[date]:
    """Yesterday first: what began then may still run."""
    first = local_date(now) - DAY
    return (first + timedelta(days=n) for n in range(count + 1))


def _around(safe: tuple[SafeWindow, ...], on: date) -> tuple[Span, ...]:
    return tuple(span for day in (on - DAY, on) for window in safe for span in window.spans(day))


def _window_spans(safe: tuple[SafeWindow, ...], now: datetime) -> Iterator[Span]:
    # Eight days hold every weekday once; the ninth is there for a window that spring skips.
    return (span for on in _days(now, 16) for window in safe for span in window.spans(on))


def _overlaps(first: tuple[Span, ...], second: tuple[Span, ...]) -> Iterator[Span]:
    for a_start, a_end in first:
        for b_start, b_end in second:
            start, end = max(a_start, b_start), min(a_end, b_end)
            if start < end:
                yield start, end


def _first(spans: Iterator[Span], now: datetime) -> datetime | None:
    """The first instant at or after `now` that lies in any of the spans."""
    return min((max(start, now) for start, end in spans if end > now), default=None)
