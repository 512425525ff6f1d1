"""The one alarm that needs no database: it takes no writes, so no case can be raised and no ladder climbed.

Whoever writes meets the trouble and the database notes it in memory (`Database.standing`). A thread of the process
with the clock looks at the note, tries whether it still holds, says so in the log and writes straight to the people of
the urgent ladder, through the mail channel and past the outbox. The letter holds nothing of any family's.
"""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.alerts.people import people_of
from bot.content import Council
from bot.house import House
from bot.live import NothingPublished
from bot.logs import one_pass
from bot.store.database import DatabaseError, Standing
from messages.channel import Channel, ChannelError, ChannelUnknown, Outgoing

log = structlog.get_logger()
EVERY_SECONDS: Final = 5.0
AGAIN: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)  # between two lines of the log, and two tries at a mail server that takes nothing
LEARNT: Final = timedelta(minutes=5)  # a manager's new address is known this soon
RESTART_SECONDS: Final = 60.0  # a database that restarts, or a long import beside us, is nobody's alarm; no room is

FULL: Final = """The disk is full: nothing new is kept
The disk of the database is full. Nothing that families wrote before is lost.

Until there is room:
- No text is taken in. The provider keeps each one, and it is fetched when there is room.
- The web chat tells families that nothing was saved, and gives our telephone number.
- No case is raised and nobody is alerted, also where somebody is in danger. Keep a person at the telephone.
- No text leaves, and the desk does not open: it shows nobody's words without noting who looked.

Whoever runs the service: make room on that disk. It goes on by itself within seconds; restart nothing.
"""
AWAY: Final = """The database takes no writes: nothing new is kept
The database is away or held by something else. Nothing that families wrote before is lost.

Until it is back:
- No text is taken in. The provider keeps each one, and it is fetched afterwards.
- The web chat tells families that nothing was saved, and gives our telephone number.
- No case is raised and nobody is alerted, also where somebody is in danger. Keep a person at the telephone.
- No text leaves, and the desk does not open: it shows nobody's words without noting who looked.

Whoever runs the service: look at the database, and at what else uses it. `thrive doctor` tells what it finds.
"""
BACK: Final = """The database takes writes again
What families wrote is kept again. Texts that came meanwhile are being fetched from the provider.

What was typed into the web chat meanwhile was not saved: families were told so.
"""


class Alarm:
    """A thread of the process that has the clock. It tells at most once an hour, and once more when all is well."""

    def __init__(
        self, house: House, *, every_seconds: float = EVERY_SECONDS, restart_seconds: float = RESTART_SECONDS
    ) -> None:
        self._house = house
        self._every_seconds = every_seconds
        self._restart_seconds = restart_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alarm", daemon=True)
        self._emails: tuple[str, ...] | None = None
        self._learnt_at: datetime | None = None
        self._logged_at: datetime | None = None
        self._told_at: datetime | None = None
        self._told: tuple[str, ...] = ()  # who knows of a trouble that is not over

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=15)

    def _run(self) -> None:
        while not self._stop.wait(self._every_seconds):
            with one_pass("alarm"):
                try:
                    self.round()
                except Exception as fault:  # noqa: BLE001 - the next round may see more
                    log.error("alarm failed", fault=type(fault).__name__)

    def round(self) -> None:
        """One look: nothing while nothing is wrong, but for learning who would be told."""
        now = self._house.clock.now()
        standing = self._house.db.standing
        if standing is None or self._house.db.prove():
            self._all_is_well(now, was=standing)
        else:
            self._trouble(now, standing)

    def _trouble(self, now: datetime, standing: Standing) -> None:
        if self._logged_at is not None and now - self._logged_at < MINUTE:
            return
        seconds = standing.last - standing.since
        if standing.trouble != "disk" and seconds < self._restart_seconds:
            return
        log.error("database takes no writes", trouble=standing.trouble, seconds=round(seconds))
        self._logged_at = now
        if self._told_at is not None and now - self._told_at < AGAIN:
            return
        told = self._write(FULL if standing.trouble == "disk" else AWAY, self._whom(), now)
        if told:
            self._told_at = now
            self._told = told

    def _all_is_well(self, now: datetime, was: Standing | None) -> None:
        if was is not None:
            log.warning("database takes writes again", trouble=was.trouble)
        self._logged_at = None
        if self._told:
            self._write(BACK, self._told, now)
            self._told = ()
        if self._learnt_at is None or now - self._learnt_at >= LEARNT:
            self._whom()
            self._learnt_at = now

    def _whom(self) -> tuple[str, ...]:
        """Emails of the urgent ladder: as a manager has set them, as long as they can be read; else as last known, or
        as the council's file has them."""
        council = self._council()
        if council is None:
            return self._emails or ()
        emails = {one.role: one.email for one in council.told}
        try:
            with self._house.db.read() as tx:
                emails = {role: person.email for role, person in people_of(tx, council).items()}
        except DatabaseError:
            if self._emails is not None:
                return self._emails
        in_order = (emails[rung.tell] for rung in council.ladder.urgent)
        self._emails = tuple(dict.fromkeys(email for email in in_order if email))
        return self._emails

    def _council(self) -> Council | None:
        standing = self._house.live.standing
        if standing is not None:
            return standing.compiled.council
        try:
            return self._house.live.of(self._house.db).compiled.council
        except (DatabaseError, NothingPublished):
            return None

    def _write(self, words: str, to: Sequence[str], now: datetime) -> tuple[str, ...]:
        """Hand one letter in for each; returns for whom one was taken, or may have been."""
        mail = self._house.channels.get("email")
        if mail is None or not to:
            log.error("nobody can be told by email", emails=len(to), set_up=mail is not None)
            return ()
        subject, _, rest = words.partition("\n")
        council = self._council()
        named = f"{council.service}: {subject}" if council is not None else subject
        body = f"{named}\n{rest}\n{self._house.settings.public_url}/desk\n"
        # A letter's id is made of a row's; there is no row. No row's id comes near an instant in milliseconds.
        return tuple(
            email for n, email in enumerate(to) if _hand_in(mail, email, body, int(now.timestamp() * 1000) + n)
        )


def _hand_in(mail: Channel, email: str, body: str, letter: int) -> bool:
    """False where it was certainly not taken."""
    try:
        mail.send(Outgoing(outbox=letter, to=email, body=body))
    except ChannelError as fault:
        log.error("alarm not taken", code=fault.code, permanent=fault.permanent)
        return False
    except ChannelUnknown:
        log.error("alarm may not have been taken")
    return True
