"""docs/authors.md is true: somebody who does what it says, line by line, gets what it says."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT
from tests.bot.cli.conftest import OURS

PAGE = ROOT / "docs" / "authors.md"
FENCE = re.compile(r"```(sh|text|text-file|yaml)\n(.*?)```", re.DOTALL)
DO = re.compile(r"(Save|Add) this (?:as|to) `([^`]+)`:\s*\Z")
CHANGE = re.compile(r"^Change `(.+?)` to `(.+?)` in `([^`]+)`\.$", re.MULTILINE)


def steps() -> Iterator[tuple[str, str, str]]:
    """What a reader does, in order: save, add, change, run and read, each with its place and its words."""
    text = PAGE.read_text("utf-8")
    at = 0
    for fence in FENCE.finditer(text):
        before = text[at : fence.start()]
        at = fence.end()
        for old, new, file in CHANGE.findall(before):
            yield "change", file, f"{old}\n{new}"
        kind, words = fence.groups()
        told = DO.search(before)
        if told is not None:
            yield told[1].lower(), told[2], words
        else:
            assert kind in {"sh", "text"}, words
            yield "run" if kind == "sh" else "read", "", words


def run(commands: str, folder: Path, environment: dict[str, str]) -> str:
    """The commands in a shell as they stand; what they leave in the environment stays for the next."""
    keep = f'\nenv -0 > "{folder}/.env"\n'
    done = subprocess.run(
        ["bash", "-eu", "-c", commands + keep], cwd=folder, env=environment, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (commands, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    left = (folder / ".env").read_bytes().decode().split("\0")
    environment.clear()
    environment.update(dict(one.split("=", 1) for one in left if one))
    return done.stdout


@pytest.mark.slow
def test_the_walk_from_nothing_to_a_published_flow(tmp_path: Path) -> None:
    """Claim: each file as the page has it, each command in its order, and what it says they print is printed."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment["PYTHONPATH"] = str(ROOT)
    printed, counts = "", dict.fromkeys(("save", "add", "change", "run", "read"), 0)
    for what, file, words in steps():
        counts[what] += 1
        path = tmp_path / file
        if what == "save":
            path.write_text(words, "utf-8")
        elif what == "add":
            path.write_text(path.read_text("utf-8") + words, "utf-8")
        elif what == "change":
            old, new = words.split("\n")
            text = path.read_text("utf-8")
            assert old in text, (old, file)
            path.write_text(text.replace(old, new), "utf-8")
        elif what == "run":
            printed = run(words, tmp_path, environment)
        else:
            for line in words.splitlines():
                assert line in printed, (line, printed)
    assert counts == {"save": 3, "add": 1, "change": 3, "run": 11, "read": 11}
    assert "<svg" in (tmp_path / "drawn" / "uniform.svg").read_text("utf-8")


def test_each_rule_that_the_page_names_is_one_of_lint() -> None:
    """Claim: the table of rules has every rule that lint can tell of flows and words, by its name."""
    told = PAGE.read_text("utf-8").partition("## What lint tells you")[2]
    named = set(re.findall(r"`([a-z-]+)`", told))
    source = "".join(
        path.read_text("utf-8")
        for path in [
            *(ROOT / "bot" / "cli").glob("lint*.py"),
            ROOT / "flows" / "checks.py",
            ROOT / "bot" / "content" / "documents.py",
        ]
    )
    rules = set(re.findall(r'rule(?:: str)? ?= ?"([a-z-]+)"', source)) | set(
        re.findall(r'places\.issue\(text_id, "([a-z-]+)"', source)
    )
    assert rules - {"known", "split", "short-form", "harmless", "example"} <= named
