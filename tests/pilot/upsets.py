"""What is done to the service in a fortnight: an import, a publish, new keys, a backup, kills, a database restarted."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from bot.settings import ROOT
from bot.store.sealed import new_key
from tests.postgres import Cluster
from tests.story.service import Service

RING_IS_TOLD_SECONDS: Final = 60  # each process says it every half minute
RING_IS_FORGOTTEN: Final = timedelta(minutes=4)  # the old process's, after three (docs/audit-and-keys.md)


@dataclass
class Upsets:
    """Each is done once, at its slot, and told in the report by what came of it."""

    living: Service
    cluster: Cluster | None
    sheet: Path
    council: Path
    told: list[str] = field(default_factory=list)
    kills: int = 0

    def by_name(self) -> Mapping[str, Callable[[], None]]:
        return {
            "import": self.imports, "publish": self.publishes, "rotate": self.changes_keys, "backup": self.backs_up,
            "kill": self.kill, "restart": self.restarts_the_database,
        }  # fmt: skip

    def imports(self) -> None:
        done = self.living.thrive("enrol", str(self.sheet), "--json")
        told = json.loads(done.stdout.strip().splitlines()[-1])
        assert done.returncode == 0, done.stderr
        self.told.append(f"a sheet of families: {told['added']} rows added, {len(told['refused'])} refused")

    def publishes(self) -> None:
        """The council's out-of-hours number is another one from now on; conversations go on."""
        text = self.council.read_text(encoding="utf-8")
        changed, times = re.subn(r"(?m)^out_of_hours_phone: .*$", "out_of_hours_phone: 020 7946 0118", text)
        assert times == 1
        self.council.write_text(changed, encoding="utf-8")
        done = self.living.thrive("publish", "--json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        self.told.append(f"new content, bundle {told['bundle']}: {len(told['waiting'])} questions had people waiting")

    def changes_keys(self) -> None:
        """Both kinds of keys, while the service is served: the new ones first, then everything sealed anew."""
        old = self.living.environment["DATA_KEYS"], self.living.environment["PHONE_INDEX_KEY"]
        self._restart(DATA_KEYS=f"later:{new_key()},{old[0]}", PHONE_INDEX_KEY=f"{new_key()},{old[1]}")
        self.living.move_to(self.living.now() + RING_IS_FORGOTTEN)
        end = time.monotonic() + RING_IS_TOLD_SECONDS
        while (done := self.living.thrive("keys", "rotate", "--json")).returncode != 0 and time.monotonic() < end:
            time.sleep(5)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout.strip().splitlines()[-1])
        newest = {name: self.living.environment[name].split(",")[0] for name in ("DATA_KEYS", "PHONE_INDEX_KEY")}
        self._restart(**newest)
        self.told.append(f"both keys changed: {sum(told['rows'].values()):,} values sealed anew, {told['left']} left")

    def backs_up(self) -> None:
        path = self.living.folder / "pilot.copy"
        done = self.living.thrive("backup", str(path))
        assert done.returncode == 0, done.stderr
        self.told.append(f"a backup while serving: {path.stat().st_size / 1_000_000:.1f} MB")

    def kill(self) -> None:
        self.living.running.kill()
        self.living.running.start()
        self.kills += 1

    def restarts_the_database(self) -> None:
        if self.cluster is None:
            self.told.append("no restart of PostgreSQL: this pilot ran on SQLite")
            return
        self.cluster.crash()
        time.sleep(2)
        self.cluster.start()
        self.told.append("PostgreSQL lost its power and was started again")

    def _restart(self, **keys: str) -> None:
        """Another environment needs another process; operators' commands from now on have it too."""
        self.living.environment.update(keys)
        self.living.running.kill()
        self.living.running.change(keys)
        self.living.running.start()


def own_council(folder: Path) -> Path:
    """The shipped council in a file of its own, to be changed. Its number texts fast: each half hour of the pilot is a
    few seconds of the machine's, in which a real number would send no more than a dozen."""
    shipped = (ROOT / "content" / "council.yaml").read_text(encoding="utf-8")
    swift, changed = re.subn(r"(?m)^(  (?:per_second|burst)): \d+$", r"\1: 1000", shipped)
    assert changed == 2, "the council's file says its texting rate otherwise than before"
    path = folder / "council.yaml"
    path.write_text(swift, encoding="utf-8")
    return path
