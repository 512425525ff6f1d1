"""Asking "may it leave?" of a row: what the table needs is read in the transaction that claims it."""

from datetime import datetime

from bot import keywords
from bot.house import House
from bot.standing import why_not
from bot.store import addresses, alerts
from bot.store.database import Tx
from bot.store.outbox import Outbox
from messages.addresses import not_texted, read_phone
from messages.classes import TO_STAFF, Purpose
from messages.leave import TABLE, Channel, LeaveFacts, Leaving, Mark, Refuse, Verdict, may_leave
from scheduler.quiet import quiet_until
from scheduler.safe_times import read_safe_times

# Staff are texted as families are; their numbers are addresses of their own kind, with no consent to ask for.
CHANNEL_OF = {"staff": "sms"}


def channel_of(kind: str) -> Channel:
    """The channel an address of this kind is reached by; the column holds only such kinds."""
    return CHANNEL_OF.get(kind, kind)  # type: ignore[return-value]


def mark_of(purpose: Purpose, safe: str, *, shared: bool, watched: bool, has_word: bool) -> Mark:
    """What was said of a phone, as the table's word. A private word stands guard at a shared one, for what waits for it
    alone, and never where the phone is watched."""
    guarded = has_word and TABLE[purpose].waits_for_word and not watched
    return "shared" if shared and not guarded and safe != "unsafe" else safe  # type: ignore[return-value]


def verdict(house: House, tx: Tx, row: Outbox, address: addresses.Address, now: datetime) -> Verdict:
    channel = channel_of(address.kind)
    if channel not in house.channels:
        what = "Email" if address.kind == "email" else "Texting"
        return Refuse(reason=f"{what} is not set up on this service")
    if (reason := why_not(tx, row)) is not None:
        return Refuse(reason=reason)
    rules = house.live.snapshot(tx).rules
    windows = (read_safe_times(address.safe_times) or ()) if address.safe_times else ()
    purpose: Purpose = row.purpose  # type: ignore[assignment]  # the column holds only the table's words
    return may_leave(
        Leaving(purpose=purpose, created_at=row.created_at, channel=channel, expires_at=row.expires_at),
        LeaveFacts(
            now=now, consent=address.consent,  # type: ignore[arg-type]  # likewise
            mark=mark_of(
                purpose, address.safe, shared=address.shared, watched=address.watched, has_word=address.word is not None
            ),
            quiet_until=quiet_until(now, rules.contact.hours.quiet, windows), wrote_at=address.last_in_at,
            released_at=address.released_at,
            not_texted=None if address.kind in {"web", "email"} else not_texted(read_phone(address.value)),
            answered=purpose in TO_STAFF and alerts.answered(tx, row.id),
            locked=address.kind == "sms" and address.locked(now), carrier_confirms_stop=keywords.confirms(tx, row),
        ),
    )  # fmt: skip
