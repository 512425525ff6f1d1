"""The one way out: claim, ask "may it leave?", send, record.

`sending` is committed before the provider is called. What a crash or timeout leaves behind is `unknown`: settled by
a receipt or by the provider's list, never sent again; failing both, a person sees it.
"""

import os
import socket
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot import poison
from bot.allowance import THIS_MACHINE, Allowance, Door
from bot.house import House
from bot.leaving import channel_of, verdict
from bot.logs import one_pass
from bot.settling import locked, not_reached, settle
from bot.store import addresses, claims, published, receipts
from bot.store import outbox as rows
from bot.store.claims import CHATS, NOTHING, Reach
from bot.store.database import DatabaseError, Tx
from bot.store.outbox import Outbox
from bot.store.troubles import lost_transaction
from bot.turn.twins import said_before
from bot.watch import Part, Pulse
from messages.channel import Accepted, Channel, ChannelError, ChannelUnknown, Outgoing, Sighting
from messages.leave import Channel as LeaveChannel
from messages.leave import Expire, Later, Leave
from messages.retry import GiveUp, LookAgain, ShowAPerson, TryAgain, after_error, after_unknown, wait_before_next
from messages.status import Event

log = structlog.get_logger()
LOOKED_AT = 100  # due rows that one claim considers
# A crash between claim and call leaves a row that only a person can decide about, so a sender claims one at a time and
# several send side by side.
CLAIMED = 1
SENDERS = 4
LEASE = timedelta(seconds=60)  # far above the provider's timeout: past it, the sender has died
SAFETY_CONFIRMED = timedelta(minutes=2)  # design, "Safety for the family"
LOOKING_SECONDS = 5.0  # of one tick: a provider that hangs must not keep the clock from telling the team of a danger
UNCONFIRMED = frozenset({"queued", "sending", "unknown", "accepted", "sent"})


POLL = timedelta(seconds=1)  # between two looks when nobody wakes us
SOONEST = timedelta(milliseconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A row committed as `sending`, its number opened, and the channel it goes by."""

    row: Outbox
    to: str
    channel: LeaveChannel


class Dispatcher:
    """Any number may run: claims decide who sends what. With `by_email` it carries emails, and nothing else: a mail
    server that hangs keeps no family waiting."""

    def __init__(self, house: House, *, by_email: bool = False, clock: str = THIS_MACHINE) -> None:
        self.house = house
        self.by_email = by_email
        self.name = f"{socket.gethostname()[:48]}:{os.getpid()}"
        self.part: Part = "email" if by_email else "dispatcher"
        self.allowance = Allowance(house, clock)
        self.pause = POLL
        self._pulse = Pulse(house, self.part)

    def run(self, stop: threading.Event) -> None:
        """Send until told to stop. A fault is logged and tried again: the rows are still there."""
        while not stop.is_set():
            with one_pass(self.part):
                busy = self._pass()
            if not busy:
                self.house.wake.wait(self.pause.total_seconds())

    def _pass(self) -> int:
        try:
            self._pulse.beat()
            return self.once()
        except DatabaseError as fault:
            log.error("dispatcher waits for the database", fault=type(fault).__name__)
        except Exception as fault:  # noqa: BLE001 - this thread is the only way out; it must not end
            log.error("dispatcher failed", fault=type(fault).__name__)
        return 0

    def once(self, *, address_id: int | None = None) -> int:
        """Claim what may leave and send it; returns how many rows were settled, put by or sent."""
        claimed, decided = self._claim(address_id)
        for one in claimed:
            self._send(one)
        return len(claimed) + decided

    def _claim(self, address_id: int | None) -> tuple[list[Claimed], int]:
        now = self.house.clock.now()
        claimed: list[Claimed] = []
        decided = 0
        with self.house.db.read() as tx:
            door = Door(reach=claims.EMAILS) if self.by_email else self.allowance.door(tx)
            self.pause = max(SOONEST, min(door.opens_in, POLL)) if door.opens_in else POLL
            if not claims.any_due(tx, now, reach=self._reach(tx, door), address_id=address_id):
                return [], 0
        with self.house.db.write() as tx:
            reach = self._reach(tx, door)
            self.house.live.snapshot(tx)  # what fails for every row must not be counted against one
            for outbox_id in claims.due_ids(tx, now, limit=LOOKED_AT, reach=reach, address_id=address_id):
                try:
                    with tx.begin_nested():
                        done = self._consider(tx, outbox_id, now)
                except Exception as fault:
                    if lost_transaction(fault):
                        raise
                    poison.put_by(tx, outbox_id, fault, now)
                    done = True
                if isinstance(done, Claimed):
                    claimed.append(done)
                    if len(claimed) == CLAIMED:
                        break
                elif done is None:  # another sender has spent what was left since we looked
                    self.pause = SOONEST
                    break
                else:
                    decided += done
        return claimed, decided

    def _reach(self, tx: Tx, door: Door) -> Reach:
        """What the door lets through. Of a paused service only what chats show, so that no text queued before them
        stands in their way: they are shown from our own rows, and no provider could take such a message twice."""
        if not published.paused(tx):
            return door.reach
        return NOTHING if self.by_email else CHATS

    def _consider(self, tx: Tx, outbox_id: int, now: datetime) -> Claimed | bool | None:
        """Claim or settle one row: whether it was settled; None where the sender's allowance is spent."""
        row = claims.open_due(tx, outbox_id, now)
        address = None if row is None else addresses.address_unless_busy(tx, row.address_id)
        if row is None or address is None:
            return False
        told = verdict(self.house, tx, row, address, now)
        if isinstance(told, Later):
            rows.change_outbox(tx, row.id, not_before=told.until)
            return False
        if not isinstance(told, Leave):
            event: Event = "expired" if isinstance(told, Expire) else "refused"
            settle(tx, row, event, now, reason=told.reason)
            return True
        channel = channel_of(address.kind)
        if channel == "sms" and not self.allowance.spend(tx, safety=row.class_ == "safety"):
            return None
        tries = row.attempts + 1
        rows.change_outbox(tx, row.id, state="sending", claimed_at=now, claimed_by=self.name, attempts=tries)
        return Claimed(row=rows.outbox_by_id(tx, row.id), to=address.value, channel=channel)

    def _send(self, claimed: Claimed) -> None:
        row, channel = claimed.row, self.house.channels[claimed.channel]
        try:
            twin = self._twin(claimed) if claimed.channel == "sms" else None
            accepted = twin or channel.send(Outgoing(outbox=row.id, to=claimed.to, body=row.body))
        except ChannelError as error:
            self._failed(row, error, by_text=claimed.channel == "sms")
        except ChannelUnknown as unknown:
            self._lost(row, unknown.reason)
        except Exception as fault:  # noqa: BLE001 - nobody knows how far the call came
            log.error("channel broke", outbox_id=row.id, fault=type(fault).__name__)
            self._lost(row, "The call to the provider broke off")
        else:
            self.house.db.attempt(lambda tx: self._taken(tx, row.id, accepted))

    def _twin(self, claimed: Claimed) -> Accepted | None:
        """What left before a restore in its place. Where nobody could look, nothing was sent: it is tried again."""
        try:
            return said_before(self.house, self.house.channels[claimed.channel], claimed.row, claimed.to)
        except ChannelError:
            raise
        except Exception as fault:  # noqa: BLE001 - whatever it is, it came before the call
            log.error("could not look for a twin", outbox_id=claimed.row.id, fault=type(fault).__name__)
            raise ChannelError(permanent=False, code=None, reason="It broke before it was sent") from None

    def _taken(self, tx: Tx, outbox_id: int, accepted: Accepted) -> None:
        receipts.one_at_a_time(tx, [] if accepted.sid is None else [accepted.sid])
        fresh = locked(tx, outbox_id=outbox_id)
        if fresh is not None:
            settle(tx, fresh, accepted.event, self.house.clock.now(), sid=accepted.sid)

    def _failed(self, row: Outbox, error: ChannelError, *, by_text: bool) -> None:
        now = self.house.clock.now()
        what = after_error(
            tries=row.attempts, permanent=error.permanent, reason=error.reason, now=now,
            retry_after_seconds=error.retry_after_seconds, busy=error.busy,
        )  # fmt: skip
        self.house.db.attempt(lambda tx: self._not_taken(tx, row, error, what, by_text=by_text))
        log.warning("not accepted", outbox_id=row.id, code=error.code, permanent=error.permanent)

    def _not_taken(
        self, tx: Tx, row: Outbox, error: ChannelError, what: TryAgain | GiveUp | ShowAPerson, *, by_text: bool
    ) -> None:
        now = self.house.clock.now()
        fresh = locked(tx, outbox_id=row.id)
        if fresh is None:
            return
        if isinstance(what, TryAgain):
            settle(tx, fresh, "put-back", now, reason=error.reason, code=error.code)
            rows.change_outbox(tx, row.id, expect=("queued",), not_before=what.at)
        else:
            event: Event = "held" if isinstance(what, ShowAPerson) else "refused"
            settle(tx, fresh, event, now, reason=what.reason, code=error.code)
        if error.busy and by_text:  # it is the sender who is too fast, not this row
            asked = error.retry_after_seconds
            self.allowance.hold(tx, wait_before_next(tries=row.attempts, retry_after_seconds=asked, busy=True))

    def _lost(self, row: Outbox, reason: str) -> None:
        self.house.db.attempt(lambda tx: self._mark_unknown(tx, locked(tx, outbox_id=row.id), reason))
        log.warning("outcome unknown", outbox_id=row.id)

    def _mark_unknown(self, tx: Tx, row: Outbox | None, reason: str) -> None:
        now = self.house.clock.now()
        if row is not None and settle(tx, row, "lost", now, reason=reason) == "unknown":
            what = after_unknown(looks=0, now=now)
            if isinstance(what, LookAgain):
                rows.change_outbox(tx, row.id, not_before=what.at)

    def look_up(self) -> int:
        """Settle what a crash or timeout left open, and tell the team of safety replies nobody confirmed.

        The clock calls it. Two that do so at once look twice and decide once.
        """
        now = self.house.clock.now()
        with self.house.db.read() as tx:
            lost = rows.out_in_state(tx, "sending", claimed_before=now - LEASE)
            unknown = rows.out_in_state(tx, "unknown", due_by=now)
            unconfirmed = rows.unconfirmed_safety(tx, before=now - SAFETY_CONFIRMED, since=now - timedelta(days=1))
        for row in unconfirmed:
            self._tell(row, now)
        for row in lost:
            self._abandoned(row)
        began = time.monotonic()
        for row in unknown:
            self._find(row, now)
            if time.monotonic() - began > LOOKING_SECONDS:
                break  # the others are looked for in the next tick
        return len(lost) + len(unknown) + len(unconfirmed)

    def _abandoned(self, row: Outbox) -> None:
        """Whoever claimed it has died. A slow sender that put it back since, or another's new claim, is left alone."""

        def mark(tx: Tx) -> None:
            fresh = locked(tx, outbox_id=row.id)
            if fresh is not None and (fresh.state, fresh.claimed_at) == ("sending", row.claimed_at):
                self._mark_unknown(tx, fresh, "The service stopped while sending")
                log.warning("outcome unknown", outbox_id=row.id)

        self.house.db.attempt(mark)

    def _tell(self, row: Outbox, now: datetime) -> None:
        with self.house.db.write() as tx:
            fresh = locked(tx, outbox_id=row.id)
            if fresh is not None and fresh.state in UNCONFIRMED and rows.mark_told(tx, row.id, now):
                not_reached(tx, fresh, now, "nobody confirmed that it arrived")

    def _find(self, row: Outbox, now: datetime) -> None:
        """Look for one row at the provider. Two rows alike to one number never claim the same sighting."""
        sighting: Sighting | None = None
        listed: list[Sighting] | None = None
        try:
            with self.house.db.read() as tx:
                address, body = addresses.address_by_id(tx, row.address_id), rows.outbox_by_id(tx, row.id).body
            channel: Channel | None = self.house.channels.get(channel_of(address.kind))
            if channel is not None:  # else it is not set up (any more), so nobody can look
                listed = channel.find(address.value, body, row.claimed_at or row.created_at)
        except Exception as fault:  # one that cannot be looked for must not hold up the others
            if lost_transaction(fault):
                raise
            log.warning("could not look", outbox_id=row.id, fault=type(fault).__name__)
        with self.house.db.write() as tx:
            receipts.one_at_a_time(tx, [sighting.sid for sighting in listed or ()])
            fresh = locked(tx, outbox_id=row.id)
            if fresh is None or fresh.state != "unknown" or fresh.not_before > now:
                return
            if listed:
                taken = rows.known_sids(tx, [s.sid for s in listed])
                sighting = next((s for s in listed if s.sid not in taken), None)
            if sighting is not None:
                settle(tx, fresh, sighting.event or "accepted", now, sid=sighting.sid, code=sighting.code)
                return
            what = after_unknown(looks=fresh.looked + 1, now=now)
            if isinstance(what, LookAgain):
                rows.change_outbox(tx, row.id, looked=fresh.looked + 1, not_before=what.at)
            else:
                settle(tx, fresh, "held", now, reason=what.reason)
