"""`thrive doctor`: each thing a running service needs, ok or what to do about it. Changes nothing, sends nothing."""

import json
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from bot import keywords
from bot.alerts.people import people_of
from bot.cli.doctor_outside import Check, outside
from bot.cli.lint_dates import holidays_told
from bot.cli.lint_retention import told as retention_told
from bot.clock import local_date
from bot.content import ContentFaults
from bot.furnishing import furnish
from bot.house import House
from bot.publishing import content
from bot.settings import Settings, SettingsFault
from bot.store import published, schema, watching
from bot.store.copying import is_known, keys_fit
from bot.store.database import DatabaseError, Tx
from bot.store.sealed import SealError
from bot.store.watching import Vitals
from bot.watch import LATE, NEARLY_FULL_BYTES, failing, free_bytes, parts
from scheduler.ladder import GRAVEST_FIRST

OLD_COPY: Final = timedelta(days=2)  # a copy each night, and a day to notice that one failed


def command(options: Namespace) -> int:
    checks = list(examine())
    if options.json:
        print(json.dumps([asdict(check) for check in checks]))
    else:
        for check in checks:
            print(f"{'ok ' if check.ok else 'NOT'} {check.check:11} {check.what_to_do}".rstrip())
    return 0 if all(check.ok for check in checks) else 1


def examine() -> Iterator[Check]:
    """Every check in the order in which a fault is best mended; what cannot be looked at yet is left out."""
    try:
        settings = Settings.from_env()
    except SettingsFault as fault:
        yield Check(check="settings", ok=False, what_to_do=" ".join(fault.faults))
        return
    yield Check(check="settings", ok=True)
    try:
        house = furnish(settings)
    except OSError as fault:
        told = f"Its folder cannot be made or written to ({fault.strerror}). It must belong to who runs the service."
        yield Check(check="database", ok=False, what_to_do=told)
        return
    try:
        revision = schema.revision_of(house.db)
    except DatabaseError as fault:
        told = f"The database does not answer ({type(fault).__name__}). Check DATABASE_URL and that it runs."
        yield Check(check="database", ok=False, what_to_do=told)
    else:
        yield Check(check="database", ok=True)
        migrated = revision == schema.head()
        known = revision is None or is_known(revision)
        told = "Run `thrive db upgrade`." if known else "A newer version made this database. Install that version."
        yield Check(check="schema", ok=migrated, what_to_do="" if migrated else told)
        if migrated:
            with house.db.read() as tx:
                yield from _stored(house, tx)
                yield _alerts(house, tx)
                yield _holidays(house, tx)
                yield _retention(house, tx)
                yield _keywords(house, tx)
    yield _disk(house)
    yield from outside(house)
    yield _metrics(house)
    house.db.close()


def _stored(house: House, tx: Tx) -> Iterator[Check]:
    yield _keys(house, tx)
    yield _content(house, tx)
    services = published.stored_services(tx)
    empty = "The directory is empty. Run `thrive directory import PATH`, or `thrive directory import --sample`."
    yield Check(check="directory", ok=bool(services), what_to_do="" if services else empty)
    now = house.clock.now()
    vitals = watching.vitals(tx, now)
    yield _clock(vitals)
    paused = published.paused(tx)
    resume = "Nothing is sent since a restore. Look at what is unknown on the desk, then run `thrive resume`."
    yield Check(check="sending", ok=not paused, what_to_do=resume if paused else "")
    yield _dispatcher(house, vitals)
    yield _copies(vitals)


def _late(vitals: Vitals, part: str) -> str:
    """When a part last said that it lives, where that is too long ago; nothing where it lives."""
    beat = vitals.beats.get(part)
    if beat is None:
        return "it has never run"
    return f"it last ran at {beat.isoformat(timespec='seconds')}" if vitals.now - beat > LATE else ""


def _clock(vitals: Vitals) -> Check:
    late, broken = _late(vitals, "clock"), [name for name, at in failing(vitals) if vitals.now - at > LATE]
    told = ""
    if late:
        told = f"The clock stands still: {late}. Start `thrive serve` (or `thrive clock`)."
    elif broken:
        told = f"The clock runs, but its work fails: {', '.join(broken)}. Its log names the fault (`tick failed`)."
    return Check(check="clock", ok=not told, what_to_do=told)


def _dispatcher(house: House, vitals: Vitals) -> Check:
    """A pause is told apart: what waits because of it is no fault of the dispatcher's."""
    told = [
        f"The dispatcher{' of emails' if part == 'email' else ''} stands still: {late}. "
        "Start `thrive serve` (or `thrive worker`)."
        for part in parts(house)
        if part != "clock" and (late := _late(vitals, part))
    ]
    waits = timedelta(0) if vitals.due_since is None else vitals.now - vitals.due_since
    if not told and not vitals.paused and waits > LATE:
        told.append(f"A message has waited to leave for {waits.total_seconds():.0f} seconds. Look at the log.")
    return Check(check="dispatcher", ok=not told, what_to_do=" ".join(told))


def _copies(vitals: Vitals) -> Check:
    """Only of what `thrive backup` made is anything known: a council may copy its database otherwise."""
    at = vitals.beats.get("backup")
    if at is None:
        told = "No `thrive backup` of this database is known. Take one each night, and keep it elsewhere."
        return Check(check="backup", ok=True, what_to_do=told)
    age = vitals.now - at
    told = f"The last `thrive backup` is {age.days} days old. Take one each night, and keep it elsewhere."
    return Check(check="backup", ok=age < OLD_COPY, what_to_do="" if age < OLD_COPY else told)


def _metrics(house: House) -> Check:
    """A warning alone: a council may watch by `/readyz`."""
    local = urlsplit(house.settings.public_url).hostname in {"127.0.0.1", "localhost", "::1"}
    told = "METRICS_TOKEN is not set: /metrics answers on this machine alone. Set one for what watches the service."
    return Check(check="metrics", ok=True, what_to_do="" if local or house.settings.metrics_token else told)


def _disk(house: House) -> Check:
    """Warns while there is time; a full one refuses everything that families write."""
    free = free_bytes(house)
    if free is None:
        told = (
            ""
            if house.db.is_sqlite
            else "PostgreSQL's disk is its server's to watch: when it is full, nothing is kept."
        )
        return Check(check="disk", ok=True, what_to_do=told)
    nobody = "SMTP_URL is not set: were the disk full, only /readyz would tell."
    alone = "" if "email" in house.channels else nobody
    told = f"Only {free // 2**20} MB are free where the database is. When it is full, nothing families write is kept."
    return Check(check="disk", ok=free >= NEARLY_FULL_BYTES, what_to_do=alone if free >= NEARLY_FULL_BYTES else told)


def _keys(house: House, tx: Tx) -> Check:
    try:
        known = keys_fit(tx, house.db.keys)
    except SealError as fault:
        return Check(check="keys", ok=False, what_to_do=f"DATA_KEYS does not open what is stored ({fault}).")
    told = "" if known else "PHONE_INDEX_KEY is not the one that stored numbers are found by. Put the old one back."
    return Check(check="keys", ok=known, what_to_do=told)


def _content(house: House, tx: Tx) -> Check:
    newest = published.newest_bundle(tx)
    if newest is None:
        return Check(check="content", ok=False, what_to_do="No content is published. Run `thrive publish`.")
    try:
        folder = content.read(house.settings)
    except ContentFaults as fault:
        told = f"The folder would be refused; what is published goes on. Run `thrive lint`. First: {fault.faults[0]}"
        return Check(check="content", ok=False, what_to_do=told)
    same = folder.to_json() == published.bundle_content(tx, newest[0])
    told = f"The content folder differs from bundle {newest[0]}, which is published. Run `thrive publish`."
    return Check(check="content", ok=same, what_to_do="" if same else told)


def _holidays(house: House, tx: Tx) -> Check:
    """The council's school holidays reach far enough. A warning: a day beyond them counts as term."""
    if published.newest_bundle(tx) is None:
        return Check(check="holidays", ok=True)
    told = holidays_told(house.live.snapshot(tx).compiled, local_date(house.clock.now()))
    return Check(check="holidays", ok=True, what_to_do=f"{told[:1].upper()}{told[1:]}." if told else "")


def _retention(house: House, tx: Tx) -> Check:
    """The council has said how long each kind of record is kept. A warning: without a period nothing is removed."""
    if published.newest_bundle(tx) is None:
        return Check(check="retention", ok=True)
    told = retention_told(house.live.snapshot(tx).compiled.council.retention.missing)
    return Check(check="retention", ok=True, what_to_do=f"{told[:1].upper()}{told[1:]}." if told else "")


def _alerts(house: House, tx: Tx) -> Check:
    """Somebody on the urgent ladder can be reached; in a demo it is only said. What is half set up is a warning."""
    if published.newest_bundle(tx) is None:
        return Check(check="alerts", ok=True)
    council = house.live.snapshot(tx).compiled.council
    people = people_of(tx, council)
    told: list[str] = []
    any_way = {"sms", "email"} & house.channels.keys()
    mend = "fill in `ladder` in council.yaml, or the desk's page" if any_way else "set up texting, or SMTP_URL"
    if "email" not in house.channels and any(person.email for person in people.values()):
        told.append("Emails are named for alerts, but SMTP_URL is not set: none are sent.")
    for level in GRAVEST_FIRST:
        rungs = council.ladder.rungs(level)
        alone = [people[rung.tell].title for rung in rungs if not people[rung.tell].ways(house)]
        if len(alone) == len(rungs):
            told.append(f"Nobody can be told of {level} cases: {mend}.")
        elif alone:
            told.append(f"{level.capitalize()}: no way to reach {', '.join(alone)}.")
    reachable = any(people[rung.tell].ways(house) for rung in council.ladder.urgent)
    return Check(check="alerts", ok=reachable or house.settings.demo, what_to_do=" ".join(told))


def _keywords(house: House, tx: Tx) -> Check:
    """The provider leaves STOP, START and HELP to us, for all that has shown in thirty days."""
    handled = keywords.standing(tx, house.clock.now())
    return Check(check="keywords", ok=handled is None, what_to_do="" if handled is None else keywords.told(handled))
