"""The counts of a span of weeks, for the desk's page and its sheet. Audited; what is closed to whoever asks is not
counted."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final, Literal

from bot.casework import said
from bot.casework.accounts import SignedIn
from bot.casework.sight import closed_to
from bot.clock import local_date, midnight
from bot.house import House
from bot.insight.figures import MARKS, Counted, Figures, figures
from bot.live import Snapshot
from bot.store import counting, staff
from bot.store.counting import CountedCase

USUAL_WEEKS: Final = 12
MOST_WEEKS: Final = 53
MOST_CASES: Final = 50_000
READ_AT_ONCE: Final = 200  # cases whose words are understood for one page: some milliseconds each
KEPT: Final = 50_000  # what was read, kept in this process by a fingerprint of the words, never the words
_read: "OrderedDict[bytes, tuple[str, ...]]" = OrderedDict()
_reading = threading.Lock()
How = Literal["counts.view", "counts.export"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Weeks by their Mondays, both included; a kind or locality alone where it is named."""

    first: date
    last: date
    kind: str = ""
    locality: str = ""

    @property
    def weeks(self) -> Sequence[date]:
        return [self.first + timedelta(weeks=n) for n in range((self.last - self.first).days // 7 + 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    asked: Asked
    figures: Figures
    localities: Sequence[str]
    whole: bool  # False where more cases came than are counted


def monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


def usual(today: date) -> Asked:
    """The twelve weeks to this one."""
    return Asked(first=monday(today) - timedelta(weeks=USUAL_WEEKS - 1), last=monday(today))


def counts(house: House, by: SignedIn, asked: Asked, *, how: How = "counts.view") -> Counts:
    """Nothing is told unless the audit's row is committed; the words are opened before, while others may write."""
    now = house.clock.now()
    with house.db.read() as tx:
        snapshot = house.live.snapshot(tx)
        found = counting.cases_of(
            tx, midnight(asked.first), midnight(asked.last + timedelta(days=7)), limit=MOST_CASES + 1
        )
    with house.db.write() as tx:
        closed = closed_to(tx, by)  # as it is now: what was restricted meanwhile is not counted
        span = f"counts:{asked.first.isoformat()}..{asked.last.isoformat()}"
        staff.add_audit(tx, at=now, staff_id=by.staff.id, action=how, target=span)
    localities = snapshot.compiled.council.localities
    seen = [case for case in found[:MOST_CASES] if case.id not in closed.cases]
    known = [_counted(house, snapshot, case, now) for case in seen]
    wanted = [
        (case, one)
        for case, one in zip(seen, known, strict=True)
        if asked.kind in {"", one.kind} and asked.locality in {"", one.locality}
    ]
    read = _needs(snapshot, [case for case, _ in wanted])
    told = [replace(one, needs=needs) for (_, one), needs in zip(wanted, read, strict=True)]
    return Counts(
        asked=asked, figures=figures(told, asked.weeks, localities), localities=localities,
        whole=len(found) <= MOST_CASES,
    )  # fmt: skip


def _counted(house: House, snapshot: Snapshot, case: CountedCase, now: datetime) -> Counted:
    looked = case.looked_at or case.closed_at
    waited = None if looked is None else snapshot.rules.calendar.open_between(case.opened_at, looked)
    places = snapshot.compiled.council.localities
    return Counted(
        week=monday(local_date(case.opened_at)), kind=said.kind_of(case.kind, case.reason),
        locality=next((team for team in (case.assigned, case.team) if team in places), None) or "", needs=None,
        waited=waited,
        promise=("waiting-late" if now > case.look_by else "waiting") if looked is None
        else "kept" if looked <= case.look_by else "late",
        mark=int(house.db.keys.index("counted-case", str(case.id))[: MARKS // 4], 16),
    )  # fmt: skip


def _needs(snapshot: Snapshot, cases: Sequence[CountedCase]) -> list[tuple[str, ...] | None]:
    """The needs that each case's words show, None where they are not read yet: at most so many anew for one page."""
    found: list[tuple[str, ...] | None] = []
    left = READ_AT_ONCE
    for case in cases:
        key = sha256(f"{snapshot.bundle_id}\0{case.words or ''}".encode()).digest()
        with _reading:
            needs = _read.get(key)
        if needs is None and left:
            left -= 1
            needs = snapshot.assets.lexicon.understand(case.words or "").needs
            with _reading:
                _read[key] = needs
                while len(_read) > KEPT:
                    _read.popitem(last=False)
        found.append(needs)
    return found
