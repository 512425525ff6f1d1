"""WHEN, as a date: when we would next start a conversation, by the rules that would decide it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.clock import local_date
from bot.store import keeping
from bot.store.database import Tx
from bot.store.keeping import Enrolment
from bot.store.people import Address
from scheduler.decide import ContactRules
from scheduler.localtime import instant
from scheduler.quiet import next_sending
from scheduler.safe_times import read_safe_times


def own_rules(rules: ContactRules, address: Address | None) -> ContactRules:
    """The council's rules, with the fewer texts that this family asked for."""
    if address is None or address.every_days is None or address.every_days <= rules.cap_days:
        return rules
    return replace(rules, cap_days=address.every_days)


def next_touch_on(
    tx: Tx, rules: ContactRules, address: Address, enrolments: Sequence[Enrolment], now: datetime
) -> date | None:
    """The local date, or None: nothing is planned, or we start nothing at this phone.

    A shared phone is never sent a check-in, and is told no date either: it would tell whoever reads it that there is
    something to tell. The date is when it would go by all that is known today; a parked or merged one may move.
    """
    planned = min((e.next_at for e in enrolments if e.state == "active" and e.next_at), default=None)
    windows = read_safe_times(address.safe_times) if address.safe_times else ()
    if planned is None or address.safe != "safe" or address.shared or address.watched or windows is None:
        return None
    starts = [planned, now]
    if address.paused_until is not None:
        starts.append(instant(address.paused_until))
    sent = [keeping.last_sent_at(tx, address.id, person_id) for person_id in {e.person_id for e in enrolments}]
    if last := max((at for at in sent if at is not None), default=None):
        free_on = local_date(last) + timedelta(days=own_rules(rules, address).cap_days)
        starts.append(instant(free_on))
    return local_date(next_sending(max(starts), rules.hours, windows))
