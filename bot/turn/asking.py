"""WHEN, as a date: when we would next start a conversation, by the rules that would decide it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.clock import local_date
from bot.store import holding, touches
from bot.store.addresses import Address
from bot.store.database import Tx
from bot.store.keeping import Enrolment
from scheduler.decide import ContactRules
from scheduler.localtime import instant
from scheduler.quiet import next_sending
from scheduler.safe_times import read_safe_times


def next_touch_on(
    tx: Tx, rules: ContactRules, address: Address, enrolments: Sequence[Enrolment], now: datetime
) -> date | None:
    """The local date, or None: nothing is planned, what is planned is held, or we start nothing at this phone.

    A shared phone is never sent a check-in, and is told no date either: it would tell whoever reads it that there is
    something to tell. The date is when it would go by all that is known today; a parked or merged one may move.
    """
    held = {person_id for person_id in {e.person_id for e in enrolments} if holding.holds_of(tx, person_id)}
    going = [e.next_at for e in enrolments if e.state == "active" and e.person_id not in held]
    planned = min((at for at in going if at is not None), default=None)
    windows = read_safe_times(address.safe_times) if address.safe_times else ()
    if planned is None or address.safe != "safe" or address.shared or address.watched or windows is None:
        return None
    starts = [planned, now]
    if address.paused_until is not None:
        starts.append(instant(address.paused_until))
    sent = [touches.last_sent_at(tx, address.id, person_id) for person_id in {e.person_id for e in enrolments}]
    if last := max((at for at in sent if at is not None), default=None):
        free_on = local_date(last) + timedelta(days=rules.at_their_pace(address.every_days).cap_days)
        starts.append(instant(free_on))
    return local_date(next_sending(max(starts), rules.hours, windows))
