"""May this touch go now? Send, wait until an instant, telephone first, missed, or suppressed: each with its reason in
plain English.

The tables come before the branches; their order is the order in which a worker would want to be told.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal

from scheduler.confirmed import telephone_first, why_telephone
from scheduler.localtime import DAY, in_words, instant, local_date
from scheduler.programme import PlannedTouch
from scheduler.quiet import ContactHours, SafeWindow, next_sending, quiet_until
from scheduler.spread import Slot, next_room, slot_at
from scheduler.terms import SchoolHolidays


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRules:
    """The council's rules for starting a conversation. `cap_days`: one check-in in so many days, all programmes.

    `daily_cap`: so many check-ins a day over all families, None for no cap. `merge_days`: touches of brothers and
    sisters due within so many days go as one.
    """

    hours: ContactHours
    cap_days: int = 14
    daily_cap: int | None = None
    merge_days: int = 7
    school_holidays: SchoolHolidays = field(default_factory=SchoolHolidays)
    conversation: timedelta = timedelta(minutes=30)
    worker: timedelta = timedelta(hours=12)

    def at_their_pace(self, every_days: int | None) -> "ContactRules":
        """With the fewer texts that a family asked for: one in so many days, and never more than the council sends."""
        if every_days is None or every_days <= self.cap_days:
            return self
        return replace(self, cap_days=every_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Not yet; decide again at `until` (later than now)."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchFacts:
    """What is true of the person when the touch is decided, read in the deciding transaction."""

    enrolled_on: date
    has_number: bool = True
    confirmed_on: date | None = None  # the last day the number was known to be theirs; None: that is not in doubt
    consent: Literal["unasked", "given", "stopped"] = "unasked"
    safe_to_text: bool = True
    safe_windows: tuple[SafeWindow, ...] = ()
    safe_times_unread: bool = False  # they gave safe times in words that nobody has yet turned into windows
    ended: bool = False  # the programme was ended: early help opened again, the family moved away
    child_died: bool = False
    person_died: bool = False
    social_care_open: bool = False
    under_review: bool = False  # after a death in the family a person first reviews what they hear from us
    paused_until: date | None = None
    fewer: bool = False  # they asked for fewer texts than the council sends
    family_wrote_at: datetime | None = None
    worker_wrote_at: datetime | None = None  # a worker's last word in a case still claimed
    last_check_in_at: datetime | None = None  # the last sent to this person, of any programme
    sent_in_hour: int = 0  # check-ins to anybody that went in this sending hour
    waited_for: str | None = None  # the last Wait of this touch, where there was one: its reason
    waited_until: datetime | None = None  # and its instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephone:
    """A person telephones them first: the enrolment waits for that, and this touch is decided again at `until`."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """Its time ran out."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """It must not be sent to this person."""

    reason: str


Decision = Send | Wait | Telephone | Missed | Suppressed

Bar = tuple[Callable[[TouchFacts], bool], str]

# The plan is over for this person.
OVER: tuple[Bar, ...] = (
    (lambda facts: facts.person_died, "The person has died."),
    (lambda facts: facts.child_died, "A child of the family has died. A person reviews what the family hears from us."),
    (lambda facts: facts.ended, "The programme was ended for this family."),
)
# The plan stands, and waits for somebody to say that it goes on: nothing of it leaves meanwhile.
HELD: tuple[Bar, ...] = (
    (
        lambda facts: facts.under_review,
        "Held: there was a death in the family, and a person reviews what they hear from us.",
    ),
    (lambda facts: facts.social_care_open, "Paused: children's social care has an open case."),
)
# The plan stands, and a text is not the way to reach them.
UNREACHABLE: tuple[Bar, ...] = (
    (lambda facts: facts.consent == "stopped", "They stopped our texts, and have not started them again."),
    (lambda facts: not facts.has_number, "We hold no mobile number for them."),
    (lambda facts: not facts.safe_to_text, "It is not safe to text them."),
    (
        lambda facts: facts.safe_times_unread,
        "They told us when it is safe to text in words that nobody has set as times yet.",
    ),
)


def first_bar(bars: tuple[Bar, ...], facts: TouchFacts) -> str | None:
    """The reason of the first bar that holds, or None."""
    return next((reason for holds, reason in bars if holds(facts)), None)


def _held(facts: TouchFacts, _rules: ContactRules, now: datetime) -> Wait | None:
    reason = first_bar(HELD, facts)
    # Nobody says beforehand when a case closes or a review is done, so it is looked at daily.
    return None if reason is None else Wait(until=instant(local_date(now) + DAY), reason=reason)


def _paused(facts: TouchFacts, _rules: ContactRules, now: datetime) -> Wait | None:
    if facts.paused_until is None or local_date(now) >= facts.paused_until:
        return None
    return Wait(until=instant(facts.paused_until), reason=f"Paused at their wish until {in_words(facts.paused_until)}.")


def _worker_talking(facts: TouchFacts, rules: ContactRules, now: datetime) -> Wait | None:
    if facts.worker_wrote_at is None or now >= facts.worker_wrote_at + rules.worker:
        return None
    return Wait(until=facts.worker_wrote_at + rules.worker, reason="Parked: a worker was talking with the family.")


def _family_talking(facts: TouchFacts, rules: ContactRules, now: datetime) -> Wait | None:
    if facts.family_wrote_at is None or now >= facts.family_wrote_at + rules.conversation:
        return None
    return Wait(until=facts.family_wrote_at + rules.conversation, reason="Parked: the family was in a conversation.")


def _capped(facts: TouchFacts, rules: ContactRules, now: datetime) -> Wait | None:
    if facts.last_check_in_at is None:
        return None
    # By dates, so that a check-in sent at noon does not push the next one from morning to afternoon.
    sent_on = local_date(facts.last_check_in_at)
    free_on = sent_on + timedelta(days=rules.cap_days)
    if local_date(now) >= free_on:
        return None
    reason = f"They had a check-in on {in_words(sent_on)}, and get one in {rules.cap_days} days at most."
    return Wait(until=instant(free_on), reason=reason)


def _hourly_share(facts: TouchFacts, rules: ContactRules, now: datetime) -> Wait | None:
    if rules.daily_cap is None:
        return None
    slot = slot_at(now, rules.hours, rules.daily_cap)
    if slot is None or facts.sent_in_hour < slot.room:
        return None
    return Wait(
        until=next_room(now, rules.hours, rules.daily_cap),
        reason=f"Many were due: at most {rules.daily_cap} check-ins go out in a day, spread over its hours.",
    )


def _hours(facts: TouchFacts, rules: ContactRules, now: datetime) -> Wait | None:
    at = next_sending(now, rules.hours, facts.safe_windows)
    if at == now:
        return None
    if facts.safe_windows and quiet_until(now, rules.hours.quiet, facts.safe_windows) is not None:
        return Wait(until=at, reason="Waiting for a time that they said is safe.")
    if quiet_until(now, rules.hours.quiet) is not None:
        return Wait(until=at, reason="Quiet hours.")
    return Wait(until=at, reason="Waiting for an hour when someone is there to read the answer.")


Hold = Callable[[TouchFacts, ContactRules, datetime], Wait | None]

# What keeps anything we start waiting, and what more keeps a check-in waiting. The first that holds is told.
HOLDS: tuple[Hold, ...] = (_held, _paused, _worker_talking, _family_talking)
CHECK_IN_HOLDS: tuple[Hold, ...] = (_capped, _hours, _hourly_share)
REMINDER_HOLDS: tuple[Hold, ...] = (*HOLDS, _hours)


def first_hold(holds: tuple[Hold, ...], facts: TouchFacts, rules: ContactRules, now: datetime) -> Wait | None:
    """What keeps it waiting now, or None."""
    return next((wait for hold in holds if (wait := hold(facts, rules, now)) is not None), None)


def decide(planned: PlannedTouch, facts: TouchFacts, rules: ContactRules, now: datetime) -> Decision:
    """What becomes of a planned touch at this instant. The same facts always decide the same.

    `until` never goes past the touch's window, so that deciding again when told always ends.
    """
    opens, closes = planned.window
    if now < opens:
        return Wait(until=opens, reason=f"Not due until {in_words(planned.due_on)}.")
    if (reason := first_bar(OVER + UNREACHABLE, facts)) is not None:
        return Suppressed(reason=reason)
    if now >= closes:
        return Missed(reason=_why_missed(planned, facts, closes))
    if (wait := _waits(planned, facts, rules, now)) is not None:
        return replace(wait, until=min(wait.until, closes))
    late = (local_date(now) - planned.due_on).days
    if not late:
        return Send(reason="Sent on the day it was due.")
    return Send(reason=f"Sent {late} day{'s' if late > 1 else ''} after it was due, {in_words(planned.due_on)}.")


def _waits(planned: PlannedTouch, facts: TouchFacts, rules: ContactRules, now: datetime) -> Wait | Telephone | None:
    wait = _in_holidays(planned, rules, now) or first_hold(HOLDS, facts, rules, now)
    if wait is None and (reason := not_confirmed(facts, now)) is not None:
        # Before its turn and its hour, so that there is time left to telephone in; asked daily, since they may write.
        return Telephone(until=instant(local_date(now) + DAY), reason=reason)
    return wait or first_hold(CHECK_IN_HOLDS, facts, rules, now)


def decide_in_turn(
    planned: PlannedTouch, facts: TouchFacts, rules: ContactRules, now: datetime, sent_in: Callable[[datetime], int]
) -> tuple[Decision, Slot | None]:
    """The decision under the daily cap, and the sending hour that it counts in, where it does.

    `sent_in` tells how many check-ins went in the hour that begins then. It is asked only for what would go: who asks
    may have to lock the hour.
    """
    decision = decide(planned, facts, rules, now)
    slot = None if rules.daily_cap is None else slot_at(now, rules.hours, rules.daily_cap)
    if slot is None or not isinstance(decision, Send):
        return decision, None
    return decide(planned, replace(facts, sent_in_hour=sent_in(slot.starts)), rules, now), slot


def not_confirmed(facts: TouchFacts, now: datetime) -> str | None:
    """Why somebody telephones before anything is texted to this number, or None."""
    if facts.confirmed_on is None or not telephone_first(facts.confirmed_on, local_date(now)):
        return None
    return why_telephone(facts.confirmed_on)


def _in_holidays(planned: PlannedTouch, rules: ContactRules, now: datetime) -> Wait | None:
    """A touch that asks for term time waits for school to begin again."""
    today = local_date(now)
    holiday = rules.school_holidays.holiday_on(today) if planned.touch.term_time else None
    if holiday is None:
        return None
    back = rules.school_holidays.back_on(today)
    return Wait(until=instant(back), reason=f"It goes in term time, and it is {holiday.name} until {in_words(back)}.")


def _why_missed(planned: PlannedTouch, facts: TouchFacts, closes: datetime) -> str:
    last = in_words(planned.last_on)
    if facts.enrolled_on > planned.last_on:
        return f"It could go until {last}, and they were enrolled later, on {in_words(facts.enrolled_on)}."
    # A wait that ended before the window did is not why it was missed.
    if facts.waited_for is not None and facts.waited_until is not None and facts.waited_until >= closes:
        return f"It could go until {last}, and was still waiting then. {facts.waited_for}"
    return f"It could go until {last}, and the service did not get to it in time."
