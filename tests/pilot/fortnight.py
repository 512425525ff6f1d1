"""The fortnight itself, half hour by half hour: families write, staff work, things go wrong, and time is moved on."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from tests.chaos.accounting import database_of
from tests.pilot.households import Family
from tests.pilot.office import Office, Web
from tests.pilot.upsets import Upsets
from tests.pilot.waiting import settled
from tests.story.service import Service, at

# Half hours in which anything happens: the day and the evening, and two looks into the night.
HOURS: Final = (*((hour, half) for hour in range(8, 22) for half in (0, 30)), (23, 30))
TEAM_FROM, TEAM_TO = (9, 0), (17, 0)
ON_DUTY_MINUTES: Final = 6  # how soon whoever is on duty answers an alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    number: int
    at: datetime
    in_hours: bool


@dataclass(kw_only=True)
class Lived:
    """What happened, for the account. `texts` counts by slot, `unsettled` are slots whose work did not end in time."""

    slots: Sequence[Slot]
    families: Sequence[Family]
    office: Office
    upsets: Upsets
    texts: Counter[int] = field(default_factory=Counter)
    marks: dict[int, list[str]] = field(default_factory=dict)
    unsettled: list[int] = field(default_factory=list)
    posted_again: int = 0
    not_taken: list[str] = field(default_factory=list)


def slots_of(monday: date, days: int) -> list[Slot]:
    made: list[Slot] = []
    for day in (monday + timedelta(days=n) for n in range(days)):
        for hour, half in HOURS:
            in_hours = day.weekday() < 5 and TEAM_FROM <= (hour, half) < TEAM_TO
            made.append(Slot(number=len(made), at=at(day, hour, half), in_hours=in_hours))
    return made


def live(
    living: Service, families: Sequence[Family], slots: Sequence[Slot], upsets: Upsets, plan: dict[int, list[str]],
    chance: random.Random, say: Callable[[str], None],
) -> Lived:  # fmt: skip
    """Live through every slot. `plan` says which upset comes in which; a kill comes among the slot's messages."""
    done = Lived(slots=slots, families=families, office=Office(living), upsets=upsets)
    webs: dict[str, Web] = {}
    heard: Counter[str] = Counter()
    for slot in slots:
        moved_at = max(slot.at, living.now() + timedelta(seconds=1))
        living.move_to(moved_at)
        what = plan.get(slot.number, [])
        if what:
            done.marks[slot.number] = what
        for name in (name for name in what if name not in {"kill", "restart"}):
            upsets.by_name()[name]()
        _families_write(living, done, slot, webs, what, chance)
        _settle(living, done, slot, moved_at)
        if slot.in_hours:
            done.office.works(slot.number)
        elif _on_duty(living, done, slot):
            moved_at = living.now()
        _settle(living, done, slot, moved_at)
        _check_ins(living, families, slot, heard)
        if slot.number % len(HOURS) == len(HOURS) - 1:
            say(f"{slot.at:%A %d %B}: {sum(done.texts.values())} messages so far, {done.office.closed} cases closed")
    done.posted_again = sum(web.again for web in webs.values())
    return done


def _families_write(
    living: Service, done: Lived, slot: Slot, webs: dict[str, Web], what: Sequence[str], chance: random.Random
) -> None:
    said = list(_due(done.families, slot))
    chance.shuffle(said)
    upset = next((name for name in what if name in {"kill", "restart"}), None)
    middle = len(said) // 2
    for place, (family, words) in enumerate(said):
        if upset is not None and place == middle:
            done.upsets.by_name()[upset]()
        done.texts[slot.number] += 1
        if family.number is not None:
            living.provider.text(family.number, words, wait=False)
        elif not _web(done, living, webs, family).says(words):
            done.not_taken.append(f"a web family's line in slot {slot.number}")
    if upset is not None and not said:
        done.upsets.by_name()[upset]()


def _web(done: Lived, living: Service, webs: dict[str, Web], family: Family) -> Web:
    return webs.setdefault(family.name, Web(living, done.office.seconds))


def _due(families: Sequence[Family], slot: Slot) -> Iterator[tuple[Family, str]]:
    for family in families:
        for line in family.says:
            if line.slot == slot.number:
                yield family, line.words
        if family.answers_at == slot.number:
            yield family, family.answer


def _settle(living: Service, done: Lived, slot: Slot, moved_at: datetime) -> None:
    with database_of(living) as database:
        if not settled(living, database, moved_at):
            done.unsettled.append(slot.number)


def _on_duty(living: Service, done: Lived, slot: Slot) -> bool:
    """Outside the team's hours somebody is told of an urgent case, and looks a few minutes later."""
    since = slot.at.timestamp()
    told = [m for m in living.provider.accepted() if _is_staff(m) and _sent_at(m) >= since]
    if not told:
        return False
    living.move_to(living.now() + timedelta(minutes=ON_DUTY_MINUTES))
    done.office.looks_at_urgent()
    return True


def _is_staff(message: dict[str, str]) -> bool:
    return message["to"].startswith("+4477009009")


def _sent_at(message: dict[str, str]) -> float:
    return datetime.fromisoformat(message["created_at"]).astimezone(UTC).timestamp()


def _check_ins(living: Service, families: Sequence[Family], slot: Slot, heard: Counter[str]) -> None:
    """Who has just been asked how things are plans an answer, as long after as they take."""
    texts = Counter(m["to"] for m in living.provider.accepted())
    for family in families:
        if not family.reference or not family.answer or family.number is None:
            continue
        if texts[family.number] > 0 and heard[family.number] == 0:
            family.answers_at = slot.number + family.patience
        heard[family.number] = texts[family.number]
