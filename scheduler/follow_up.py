"""A check-in went out and the family is silent: remind once, give up, or look again?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scheduler.decide import (
    OVER,
    REMINDER_HOLDS,
    UNREACHABLE,
    ContactRules,
    TouchFacts,
    Wait,
    first_bar,
    first_hold,
    not_confirmed,
)
from scheduler.localtime import in_words, instant, local_date
from scheduler.programme import OnNoReply


@dataclass(frozen=True, slots=True, kw_only=True)
class SentTouch:
    """A check-in that went out. `delivery` is the furthest the provider has told of it; the days are its touch's."""

    sent_at: datetime
    remind_after: int = 3  # 0: never
    give_up_after: int = 4
    on_no_reply: OnNoReply = "list"
    answered: bool = False
    reminded_at: datetime | None = None
    delivery: Literal["accepted", "delivered", "undelivered", "unknown"] = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind:
    """Say it once more, now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """The touch ends. `listed` puts the family on the team's weekly list of those to think of."""

    outcome: Literal["no-reply", "undelivered", "unknown"]
    reason: str
    listed: bool


FollowUp = Remind | Wait | Close | None


def follow_up(sent: SentTouch, facts: TouchFacts, rules: ContactRules, now: datetime) -> FollowUp:
    """What becomes of a check-in that was sent; None once an answer settled it.

    Days are working days of the council's calendar, counted after the day it was sent or reminded. A reminder obeys
    what a check-in obeys, save the cap; where it may not go, the check-in still ends on its day.
    """
    if sent.answered:
        return None
    if sent.delivery == "undelivered":
        return Close(outcome="undelivered", reason="The text could not be delivered.", listed=True)
    calendar = rules.hours.calendar
    sent_on, today = local_date(sent.sent_at), local_date(now)
    remind_on = calendar.add_working_days(sent_on, sent.remind_after) if sent.remind_after else sent_on
    counted_from = remind_on if sent.reminded_at is None else local_date(sent.reminded_at)
    end_on = calendar.add_working_days(counted_from, sent.give_up_after)
    if today >= end_on:
        return _give_up(sent)
    if not sent.remind_after or sent.reminded_at is not None or sent.delivery == "unknown":
        return Wait(until=instant(end_on), reason="Waiting for an answer.")
    if today < remind_on:
        return Wait(until=instant(remind_on), reason="Waiting for an answer.")
    return _remind(sent, facts, rules, now, instant(end_on))


def _remind(sent: SentTouch, facts: TouchFacts, rules: ContactRules, now: datetime, ends: datetime) -> FollowUp:
    """The day of the reminder has come."""
    if (reason := first_bar(OVER, facts)) is not None:
        return Close(outcome="no-reply", reason=f"No answer and no reminder. {reason}", listed=False)
    if (reason := first_bar(UNREACHABLE, facts)) is not None:
        listed = sent.on_no_reply == "list"
        return Close(outcome="no-reply", reason=f"No answer and no reminder. {reason}", listed=listed)
    if facts.fewer:  # one in so many weeks is what they were told
        return Wait(until=ends, reason="Waiting for an answer: they asked for fewer texts, so none reminds them.")
    wait = first_hold(REMINDER_HOLDS, facts, rules, now)
    if wait is None and (reason := not_confirmed(facts, now)) is not None:
        return Close(outcome="no-reply", reason=f"No answer and no reminder. {reason}", listed=True)
    return Remind() if wait is None else Wait(until=min(wait.until, ends), reason=wait.reason)


def _give_up(sent: SentTouch) -> Close:
    if sent.delivery == "unknown":
        return Close(outcome="unknown", reason="The provider never told us whether the text arrived.", listed=True)
    asked = f"No answer to the text of {in_words(local_date(sent.sent_at))}"
    if sent.reminded_at is not None:
        asked += f", nor to the reminder of {in_words(local_date(sent.reminded_at))}"
    return Close(outcome="no-reply", reason=f"{asked}.", listed=sent.on_no_reply == "list")
