"""The day turns: what nobody has checked for too long sinks, then is hidden, without anybody's doing."""

from datetime import date, datetime

from bot.clock import local_date
from bot.entry_ages import DAY, state, sunk_ids
from bot.house import House
from bot.store import published
from directory.freshness import State
from directory.service import from_text


def turn_the_day(house: House, now: datetime) -> bool:
    """Once a day: tell every process to show the directory anew where an entry is in another state than yesterday.

    Before any content is published nothing is shown, and no day is turned.
    """
    today = local_date(now)
    with house.db.read() as tx:
        before = published.versions(tx).get(DAY)
        if published.newest_bundle(tx) is None:
            return False
        often = house.live.snapshot(tx).compiled.often_checked
    if before == today.toordinal():
        return False
    with house.db.write() as tx:
        was = date.fromordinal(before) if before else None
        sunk, changed = sunk_ids(tx), False
        for row in published.stored_services(tx):
            service, is_sunk = from_text(row.document), row.id in sunk
            old: State = "fresh" if was is None else state(row.updated_at, service, sunk=is_sunk, on=was, often=often)
            changed |= old != state(row.updated_at, service, sunk=is_sunk, on=today, often=often)
        published.set_version(tx, DAY, today.toordinal())
        if changed:
            published.bump(tx, "directory")
    return changed
