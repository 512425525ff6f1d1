"""The council's rules, joined: its hours with England's holidays, its promises, when we may start a conversation."""

from dataclasses import dataclass
from functools import cache

from bot.content import Council
from flows.flood import AnswerLimits
from messages.bucket import Rate
from scheduler.calendar import Promises, WorkingCalendar
from scheduler.decide import ContactRules
from scheduler.holidays_england import england_holidays
from scheduler.quiet import ContactHours
from scheduler.worry import WorrySettings

YEARS = range(2020, 2061)  # far enough either way; the package knows England's rules, not only a list
HOLIDAYS = england_holidays(YEARS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    calendar: WorkingCalendar
    promises: Promises
    contact: ContactRules
    worry: WorrySettings
    texting: Rate
    answers: AnswerLimits


@cache
def rules_of(council: Council) -> Rules:
    """Everything that follows from a council's own settings."""
    calendar = WorkingCalendar(week=council.hours, holidays=HOLIDAYS, closures=council.closures)
    hours = ContactHours(
        calendar=calendar, quiet=council.quiet, sending=council.sending, before_closures=council.send_before_closures
    )
    contact = ContactRules(
        hours=hours, cap_days=council.cap_days, daily_cap=council.daily_cap, merge_days=council.merge_days,
        school_holidays=council.school_holidays,
    )  # fmt: skip
    return Rules(
        calendar=calendar,
        promises=council.promises,
        contact=contact,
        worry=council.worry,
        texting=council.texting,
        answers=council.answers,
    )
