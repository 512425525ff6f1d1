"""The provider's own handling of STOP, START and HELP: how it shows, and what it changes for us.

Where it is on, the provider confirms a STOP by itself and from then on refuses whatever we send there with 21610, a
safety reply too (Twilio, "Support for opt-out keywords"). Its webhook tells so with `OptOutType` where Advanced Opt-Out
is used; elsewhere only the refusal of our own confirmation shows it. Our list of words and our record of consent stay
the truth: this adds what the provider does beside them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.house import House
from bot.store import addresses, carrier
from bot.store import inbox as rows
from bot.store.database import Tx
from bot.store.outbox import Outbox
from flows.vocabulary import CARRIER_START, CARRIER_STOP

log = structlog.get_logger()
# What showed so long ago is tried again: our next confirmation of a STOP goes out, and is refused or arrives.
LASTS: Final = timedelta(days=30)
BY_OPT_OUT_TYPE: Final = "opt-out-type"
BY_REFUSAL: Final = "21610"
TURN_OFF: Final = (
    "In the Twilio console open Messaging, Services, the service that sends for us, Opt-Out Management, and turn its "
    "handling of keywords off. For a number that no messaging service sends for, ask Twilio's support to turn off its "
    "STOP filtering."
)
STOP_RECEIPTS: Final = frozenset({"stop-receipt", "stop-receipt.loss"})  # texts that confirm a STOP
REACHES_THE_STOPPED: Final = frozenset({"safety", "stop-receipt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """The provider handles keywords: when that last showed, and how many numbers it blocks for all we know."""

    seen_at: datetime
    blocked: int


def standing(tx: Tx, now: datetime) -> Handled | None:
    """What operators and staff are warned of; None where nothing has shown it for thirty days."""
    seen = [one.seen_at for one in carrier.accounts(tx) if now - one.seen_at < LASTS]
    return Handled(seen_at=max(seen), blocked=carrier.count_blocked(tx)) if seen else None


def looked_up(house: House) -> Handled | None:
    """The same, for a page."""
    with house.db.read() as tx:
        return standing(tx, house.clock.now())


def blocks(house: House, address_id: int) -> bool:
    """The provider refuses every text to this number, for all we know."""
    with house.db.read() as tx:
        return carrier.blocked_since(tx, address_id) is not None


def told(handled: Handled) -> str:
    """What is wrong and what to do, for an operator. Where in the console: Twilio, "Advanced Opt-Out"."""
    count = handled.blocked
    those = "the number that texted STOP" if count == 1 else f"the {count} numbers that texted STOP"
    blocked = f" A safety reply to {those} would be refused with 21610." if count else ""
    return (
        f"The provider answers STOP, START and HELP itself (last seen {handled.seen_at.isoformat(timespec='seconds')}) "
        f"and refuses whatever we send after a STOP, safety replies too.{blocked} {TURN_OFF}"
    )


def heard(tx: Tx, *, account: str, address_id: int, words: str, opt_out: str | None, now: datetime) -> None:
    """A text came. `opt_out` is what its webhook told, "" where it told nothing; None of a text that was only listed.

    Called before the text is stepped, in its transaction.
    """
    known = carrier.account_of(tx, account)
    word = words.strip().casefold()
    if opt_out:
        carrier.note_account(tx, account, learnt_by=BY_OPT_OUT_TYPE, at=now)
    elif opt_out == "" and word in CARRIER_STOP and known is not None and known.learnt_by == BY_OPT_OUT_TYPE:
        # While it is on, each keyword's webhook says so: it has been turned off.
        carrier.forget_account(tx, account)
        known = None
    handles = known is not None and now - known.seen_at < LASTS
    if opt_out == "STOP" or (not opt_out and handles and word in CARRIER_STOP):
        carrier.block_address(tx, address_id, now)
    elif opt_out == "START" or (not opt_out and word in CARRIER_START):
        carrier.unblock_address(tx, address_id)


def obeyed(tx: Tx, *, address_id: int, opt_out: str | None, now: datetime) -> None:
    """The text was stepped. A STOP in a word that only the provider's list has counts as one: it blocks them already.

    Its START restores nothing here: only our own words for it do.
    """
    if opt_out == "STOP":
        _stopped(tx, address_id, now, "provider.opt-out", "The provider took their text for its own keyword STOP.")


def refused(tx: Tx, row: Outbox, now: datetime) -> None:
    """The provider answered 21610: it knows of a STOP. After a START that came since we asked, it is old news."""
    last = addresses.newest_consent(tx, row.address_id, "text")
    if last is not None and last[0] and row.claimed_at is not None and last[1] > row.claimed_at:
        return
    carrier.block_address(tx, row.address_id, now)
    if row.text_id in STOP_RECEIPTS:
        _learn(tx, row, now)
    told = "The carrier reports that this number texted STOP to our number."
    _stopped(tx, row.address_id, now, "provider.21610", told)


def arrived(tx: Tx, row: Outbox) -> None:
    """A text to somebody who had stopped arrived: the provider does not block them, or no longer."""
    if row.purpose not in REACHES_THE_STOPPED:
        return
    since = carrier.blocked_since(tx, row.address_id)
    if since is None or row.created_at < since:
        return
    carrier.unblock_address(tx, row.address_id)
    newest = rows.inbox_of(tx, [row.address_id], limit=1)
    if newest:
        carrier.forget_account(tx, newest[0].account)


def confirms(tx: Tx, row: Outbox) -> bool:
    """The row would confirm a STOP that the provider has confirmed already."""
    return row.text_id in STOP_RECEIPTS and carrier.blocked_since(tx, row.address_id) is not None


def _learn(tx: Tx, row: Outbox, now: datetime) -> None:
    """Our confirmation of one of the carriers' own words, refused: that account's keywords are handled for us."""
    newest = rows.inbox_of(tx, [row.address_id], limit=1)
    if not newest or newest[0].body.strip().casefold() not in CARRIER_STOP:
        return
    carrier.note_account(tx, newest[0].account, learnt_by=BY_REFUSAL, at=now)
    log.warning("the provider handles keywords itself", learnt_by=BY_REFUSAL)


def _stopped(tx: Tx, address_id: int, now: datetime, wording_id: str, wording: str) -> None:
    standing = addresses.readable_address(tx, address_id)  # of a number whose key is lost, STOP is kept all the same
    if standing is not None and standing.consent == "stopped":
        return
    addresses.change_address(tx, address_id, consent="stopped", asked_since_stop=False)
    addresses.add_consent(
        tx, address_id=address_id, person_id=None, kind="text", given=False, wording_id=wording_id, wording=wording,
        via="provider", at=now,
    )  # fmt: skip
