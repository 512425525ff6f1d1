"""Which entries families are shown, by how long ago somebody checked them.

The day is a version row, put there by the clock: every process then shows the same, and no snapshot needs a clock.
Until the clock has looked once, nothing ages.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from bot.clock import local_date
from bot.store import entries
from bot.store.database import Tx
from bot.store.published import StoredService
from directory.freshness import State, known, state_of
from directory.service import Service, from_text

DAY: Final = "day"  # the version row that holds the local day, as its ordinal


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What families are shown. `late`: last, each with the day it was last checked, None where nobody ever did."""

    services: tuple[Service, ...]
    late: Mapping[str, date | None]


def shown(
    tx: Tx, stored: Iterable[StoredService], versions: Mapping[str, int], *, often: frozenset[str]
) -> Shown:  # fmt: skip
    """Of what stands, as of the day that the clock put there. `often`: the needs whose entries age faster."""
    day = versions.get(DAY)
    services = [(row, from_text(row.document)) for row in stored]
    if day is None:
        return Shown(services=tuple(service for _, service in services), late={})
    sunk = sunk_ids(tx)
    visible, late = [], {}
    for row, service in services:
        aged = state(row.updated_at, service, sunk=row.id in sunk, on=date.fromordinal(day), often=often)
        if aged != "hidden":
            visible.append(service)
        if aged == "overdue":
            late[service.id] = service.assured_on
    return Shown(services=tuple(visible), late=late)


def sunk_ids(tx: Tx) -> set[str]:
    return {one.service_id for one in entries.entries(tx).values() if one.sunk_at is not None}


def state(updated_at: datetime, service: Service, *, sunk: bool, on: date, often: frozenset[str]) -> State:
    """The state on a local day of an entry that last changed here at `updated_at`."""
    return state_of(known(service, came_on=local_date(updated_at), sunk=sunk, often=often), on)
