"""`make pilot`: fourteen days of 500 families against the real service, and a page that says what became of it all."""

import random
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests import postgres
from tests.pilot.account import Account, account
from tests.pilot.fortnight import HOURS, Lived, Slot, live, slots_of
from tests.pilot.households import invented
from tests.pilot.picture import draw
from tests.pilot.report import page
from tests.pilot.sheet import written
from tests.pilot.upsets import Upsets, own_council
from tests.story.service import PASSWORD, Service, at, quiet_fortnight, service

NAMES: Final = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
KILLS: Final = 10
# Day, hour and half hour of what an operator does; the import comes before anybody is asked anything.
OPERATOR: Final = {"import": (0, 9, 0), "publish": (3, 12, 0), "rotate": (6, 10, 0), "backup": (8, 11, 0)}
RESTART: Final = (9, 14, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pilot:
    lived: Lived
    found: Account
    report: str
    picture: str


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where everything is accounted for, 1 otherwise; 2 for a wrong argument."""
    parser = ArgumentParser(prog="make pilot", description=__doc__)
    parser.add_argument("--seed", default="", help="the same families, words and kills again")
    parser.add_argument("--days", default=14, type=_days, help="1 to 14")
    parser.add_argument("--families", default=500, type=_families, help="14 to 500")
    parser.add_argument("--database", default="postgres", choices=tuple(NAMES))
    parser.add_argument("--out", default=Path("var/pilot"), type=Path, help="the folder of the page and its picture")
    given = parser.parse_args(arguments)
    seed = given.seed or str(random.SystemRandom().randrange(10**9))
    with tempfile.TemporaryDirectory(prefix="thrive-pilot-") as folder:
        done = run(Path(folder), seed=seed, days=given.days, families=given.families, database=given.database, say=_say)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "pilot.md").write_text(done.report, encoding="utf-8")
    (given.out / "pilot.svg").write_text(done.picture, encoding="utf-8")
    print(done.report)
    return 0 if done.found.kept else 1


def run(
    folder: Path, *, seed: str, days: int, families: int, database: str, say: Callable[[str], None] = lambda _: None
) -> Pilot:
    """The whole of it in `folder`, which is left as it stands."""
    began, chance = time.monotonic(), random.Random(seed)
    with ExitStack() as stack:
        cluster = stack.enter_context(postgres.cluster()) if database == "postgres" else None
        address = f"sqlite:///{folder / 'thrive.db'}" if cluster is None else cluster.fresh()
        council = own_council(folder)
        living = stack.enter_context(service(folder, address, more={"COUNCIL": str(council)}))
        _third_worker(living)
        monday = quiet_fortnight(living.now())
        slots = slots_of(monday, days)
        living.move_to(at(monday, 7, 30))
        people = invented(families, _when_people_write(slots), days, chance)
        sheet = folder / "families.csv"
        written(sheet, people, monday)
        upsets = Upsets(living=living, cluster=cluster, sheet=sheet, council=council)
        lived = live(living, people, slots, upsets, _plan(slots, days, chance), chance, say)
        found = account(living, lived)
    minutes = (time.monotonic() - began) / 60
    return Pilot(
        lived=lived, found=found, picture=draw(slots, lived.texts, lived.marks),
        report=page(lived, found, database=NAMES[database], seed=seed, minutes=minutes),
    )  # fmt: skip


def _third_worker(living: Service) -> None:
    account_of = ("--email", "second@test.example", "--name", "Second Test", "--role", "practitioner")
    done = living.thrive("user", "add", *account_of, stdin=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr


def _when_people_write(slots: Sequence[Slot]) -> list[int]:
    """Mostly by day and in the evening; late at night too."""
    return [slot.number for slot in slots if slot.number % len(HOURS) not in {0, 1}]


def _plan(slots: Sequence[Slot], days: int, chance: random.Random) -> dict[int, list[str]]:
    """Which upset comes in which slot; of fewer days than fourteen, all of them in those there are."""
    plan: dict[int, list[str]] = {}
    for name, (day, hour, half) in {**OPERATOR, "restart": RESTART}.items():
        plan.setdefault(_slot(min(day, days - 1), hour, half), []).append(name)
    free = [slot.number for slot in slots if slot.number not in plan and slot.number > _slot(0, 9, 0)]
    for number in chance.sample(free, KILLS if days == 14 else 2):
        plan[number] = ["kill"]
    return plan


def _slot(day: int, hour: int, half: int) -> int:
    return day * len(HOURS) + HOURS.index((hour, half))


def _days(given: str) -> int:
    days = int(given)
    if not 1 <= days <= 14:
        raise ValueError(given)
    return days


def _families(given: str) -> int:
    families = int(given)
    if not 14 <= families <= 500:
        raise ValueError(given)
    return families


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
