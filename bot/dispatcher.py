"""The one way out: claim, ask "may it leave?", send, record.

`sending` is committed before the provider is called. What a crash or timeout leaves behind is `unknown`: settled by
a receipt or by the provider's list, never sent again; failing both, a person sees it.
"""

import os
import socket
import threading
from datetime import datetime, timedelta

import structlog

from bot.house import House
from bot.logs import one_pass
from bot.settling import locked, not_reached, settle
from bot.store import alerts, people, published
from bot.store import messages as rows
from bot.store.database import DatabaseError, Tx
from bot.store.messages import Outbox
from bot.watch import Part, Pulse
from messages.addresses import not_texted, read_phone
from messages.channel import Channel, ChannelError, ChannelUnknown, Outgoing, Sighting
from messages.classes import TO_STAFF, Purpose
from messages.leave import Channel as LeaveChannel
from messages.leave import Expire, Later, Leave, LeaveFacts, Leaving, Mark, Refuse, Verdict, may_leave
from messages.retry import LookAgain, ShowAPerson, TryAgain, after_error, after_unknown
from messages.status import Event, event_of
from scheduler.quiet import quiet_until
from scheduler.safe_times import read_safe_times

log = structlog.get_logger()
LOOKED_AT = 100  # due rows that one claim considers
# A crash between claim and call leaves a row that only a person can decide about, so a sender claims one at a time and
# several send side by side.
CLAIMED = 1
SENDERS = 4
LEASE = timedelta(seconds=60)  # far above the provider's timeout: past it, the sender has died
SAFETY_CONFIRMED = timedelta(minutes=2)  # design, "Safety for the family"
PAUSED = "paused"
UNCONFIRMED = frozenset({"queued", "sending", "unknown", "accepted", "sent"})


# Staff are texted as families are; their numbers are addresses of their own kind, with no consent to ask for.
CHANNEL_OF = {"staff": "sms"}


class Dispatcher:
    """Any number may run: claims decide who sends what. With `by_email` it carries emails, and nothing else: a mail
    server that hangs keeps no family waiting."""

    def __init__(self, house: House, *, by_email: bool = False) -> None:
        self.house = house
        self.by_email = by_email
        self.name = f"{socket.gethostname()[:48]}:{os.getpid()}"
        self.part: Part = "email" if by_email else "dispatcher"
        self._pulse = Pulse(house, self.part)

    def run(self, stop: threading.Event) -> None:
        """Send until told to stop. A fault is logged and tried again: the rows are still there."""
        while not stop.is_set():
            with one_pass(self.part):
                busy = self._pass()
            if not busy:
                self.house.wake.wait(1.0)

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
        """Claim what may leave and send it; returns how many rows were settled or sent."""
        claimed, decided = self._claim(address_id)
        for row, to in claimed:
            self._send(row, to)
        return len(claimed) + decided

    def _claim(self, address_id: int | None) -> tuple[list[tuple[Outbox, str]], int]:
        now = self.house.clock.now()
        claimed: list[tuple[Outbox, str]] = []
        decided = 0
        with self.house.db.read() as tx:
            if not rows.any_due(tx, now, address_id=address_id, by_email=self.by_email):
                return [], 0
        with self.house.db.write() as tx:
            published.beat(tx, self.part, now)
            paused = PAUSED in published.flags(tx)
            due = rows.due_out(tx, now, limit=LOOKED_AT, address_id=address_id, by_email=self.by_email)
            for row in due:
                address = people.address_unless_busy(tx, row.address_id)
                # A chat is shown from our own rows: no provider could take its message twice, so it is never paused.
                if address is None or (paused and address.kind != "web"):
                    continue
                verdict = self._verdict(tx, row, address, now)
                if isinstance(verdict, Leave):
                    rows.change_outbox(
                        tx, row.id, state="sending", claimed_at=now, claimed_by=self.name, attempts=row.attempts + 1
                    )
                    claimed.append((rows.outbox_by_id(tx, row.id), address.value))
                    if len(claimed) == CLAIMED:
                        break
                elif isinstance(verdict, Later):
                    rows.change_outbox(tx, row.id, not_before=verdict.until)
                else:
                    event: Event = "expired" if isinstance(verdict, Expire) else "refused"
                    settle(tx, row, event, now, reason=verdict.reason)
                    decided += 1
        return claimed, decided

    def _verdict(self, tx: Tx, row: Outbox, address: people.Address, now: datetime) -> Verdict:
        if _channel(address) not in self.house.channels:
            what = "Email" if address.kind == "email" else "Texting"
            return Refuse(reason=f"{what} is not set up on this service")
        rules = self.house.live.snapshot(tx).rules
        mark: Mark = "shared" if address.shared and address.safe != "unsafe" else address.safe  # type: ignore[assignment]
        windows = (read_safe_times(address.safe_times) or ()) if address.safe_times else ()
        purpose: Purpose = row.purpose  # type: ignore[assignment]  # the column holds only the table's words
        return may_leave(
            Leaving(
                purpose=purpose, created_at=row.created_at, channel=_channel(address),
                expires_at=row.expires_at,
            ),
            LeaveFacts(
                now=now, consent=address.consent, mark=mark,  # type: ignore[arg-type]  # likewise
                quiet_until=quiet_until(now, rules.contact.hours.quiet, windows), wrote_at=address.last_in_at,
                not_texted=None if address.kind in {"web", "email"} else not_texted(read_phone(address.value)),
                answered=purpose in TO_STAFF and alerts.answered(tx, row.id),
            ),
        )  # fmt: skip

    def _send(self, row: Outbox, to: str) -> None:
        channel = self._channel_of(row)
        try:
            accepted = channel.send(Outgoing(outbox=row.id, to=to, body=row.body))
        except ChannelError as error:
            self._failed(row, error)
        except ChannelUnknown as unknown:
            self._lost(row, unknown.reason)
        except Exception as fault:  # noqa: BLE001 - nobody knows how far the call came
            log.error("channel broke", outbox_id=row.id, fault=type(fault).__name__)
            self._lost(row, "The call to the provider broke off")
        else:
            with self.house.db.write() as tx:
                now = self.house.clock.now()
                fresh = locked(tx, outbox_id=row.id)
                if fresh is None:
                    return
                settle(tx, fresh, accepted.event, now, sid=accepted.sid)
                if accepted.sid is not None:
                    self._early_receipts(tx, row.id, accepted.sid, now)

    def _channel_of(self, row: Outbox) -> Channel:
        with self.house.db.read() as tx:
            return self.house.channels[_channel(people.address_by_id(tx, row.address_id))]

    def _early_receipts(self, tx: Tx, outbox_id: int, sid: str, now: datetime) -> None:
        """Receipts that overtook our own commit of the provider's id."""
        for status, code in rows.claim_receipts(tx, sid, outbox_id):
            event = event_of(status)
            row = locked(tx, outbox_id=outbox_id)
            if event is not None and row is not None:
                settle(tx, row, event, now, code=code)

    def _failed(self, row: Outbox, error: ChannelError) -> None:
        now = self.house.clock.now()
        what = after_error(
            tries=row.attempts, permanent=error.permanent, reason=error.reason, now=now,
            retry_after_seconds=error.retry_after_seconds, busy=error.busy,
        )  # fmt: skip
        with self.house.db.write() as tx:
            fresh = locked(tx, outbox_id=row.id)
            if fresh is None:
                return
            if isinstance(what, TryAgain):
                settle(tx, fresh, "put-back", now, reason=error.reason, code=error.code)
                rows.change_outbox(tx, row.id, expect=("queued",), not_before=what.at)
            else:
                event: Event = "held" if isinstance(what, ShowAPerson) else "refused"
                settle(tx, fresh, event, now, reason=what.reason, code=error.code)
        log.warning("not accepted", outbox_id=row.id, code=error.code, permanent=error.permanent)

    def _lost(self, row: Outbox, reason: str) -> None:
        with self.house.db.write() as tx:
            fresh = locked(tx, outbox_id=row.id)
            if fresh is not None:
                self._mark_unknown(tx, fresh, reason)
        log.warning("outcome unknown", outbox_id=row.id)

    def _mark_unknown(self, tx: Tx, row: Outbox, reason: str) -> None:
        now = self.house.clock.now()
        if settle(tx, row, "lost", now, reason=reason) == "unknown":
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
            unknown = [row for row in rows.out_in_state(tx, "unknown") if row.not_before <= now]
            unconfirmed = rows.unconfirmed_safety(tx, before=now - SAFETY_CONFIRMED, since=now - timedelta(days=1))
        for row in unconfirmed:
            self._tell(row, now)
        for row in lost:
            self._lost(row, "The service stopped while sending")
        for row in unknown:
            self._find(row, now)
        return len(lost) + len(unknown) + len(unconfirmed)

    def _tell(self, row: Outbox, now: datetime) -> None:
        with self.house.db.write() as tx:
            fresh = locked(tx, outbox_id=row.id)
            if fresh is not None and fresh.state in UNCONFIRMED and rows.mark_told(tx, row.id, now):
                not_reached(tx, fresh, now, "nobody confirmed that it arrived")

    def _find(self, row: Outbox, now: datetime) -> None:
        """Look for one row at the provider. Two rows alike to one number never claim the same sighting."""
        with self.house.db.read() as tx:
            address = people.address_by_id(tx, row.address_id)
        sighting: Sighting | None = None
        listed: list[Sighting] | None = None
        channel = self.house.channels.get(
            _channel(address)
        )  # none: texting is not set up (any more), so nobody can look
        try:
            if channel is not None:
                listed = channel.find(address.value, row.body, row.claimed_at or row.created_at)
        except Exception as fault:  # noqa: BLE001 - one that cannot be looked for must not hold up the others
            log.warning("could not look", outbox_id=row.id, fault=type(fault).__name__)
        with self.house.db.write() as tx:
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


def _channel(address: people.Address) -> LeaveChannel:
    """The channel an address is reached by; the column holds only such kinds."""
    return CHANNEL_OF.get(address.kind, address.kind)  # type: ignore[return-value]
