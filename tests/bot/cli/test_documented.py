"""docs/commands.md is true: every command is in it, and every example of it runs."""

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.parser import NOT_BUILT, parser
from bot.settings import ROOT
from tests.bot.cli.conftest import Operator, sheet
from tests.bot.cli.test_tell import known

PAGE = (ROOT / "docs" / "commands.md").read_text()
EXAMPLES = re.findall(r"^\| `[^`]+` \| .* \| `(thrive [^`]+)` \|$", PAGE, re.MULTILINE)
# of docs/enrolment.md: its mapping, and an export as that reads it
MAPPING = re.search(r"```yaml\n(title: Mosaic.*?)```", (ROOT / "docs" / "enrolment.md").read_text(), re.DOTALL)[1]  # type: ignore[index]
EXPORT = (
    "PERSON_ID,FORENAME,SURNAME,MOBILE_NO,OTHER_PHONE,POST_CODE,FAMILY_ID,FIRST_LANGUAGE,CHILD_FORENAME,CHILD_DOB,"
    "CLOSURE_DATE,TEXT_CONSENT_DATE,TEXT_CONSENT_WORKER,SAFE_TO_TEXT\n"
    "7,Ada,Sample,,07700 900077,SW18 2PU,F7,Polish,Ben,01/05/2021,20/11/2026,19-Nov-2026,Sam,Y\n"
)
LONG = {"train"}  # learns from every example, and writes its tables into the content
ENDLESS = {"serve", "web", "clock", "worker", "demo"}


def commands() -> Iterator[str]:
    help_text = parser().format_help()
    yield from re.findall(r"^    (\w+)  ", help_text, re.MULTILINE)


def test_every_command_is_documented() -> None:
    """Claim: what the parser takes has an example, or is named as not built yet."""
    shown = {example.split()[1] for example in EXAMPLES}
    assert set(commands()) >= ENDLESS | {"search"}
    assert set(commands()) - shown == set(NOT_BUILT)
    not_built = PAGE.partition("Not built yet")[2].partition("##")[0]
    assert all(f"`{name}" in not_built for name in NOT_BUILT)


def test_every_command_takes_json() -> None:
    """Claim: `--json` is an option of every command, also of those that serve."""
    for example in EXAMPLES:
        arguments = shlex.split(example.partition(" < ")[0])[1:]
        assert parser().parse_args([*arguments, "--json"]).json, example


def test_every_example_runs(thrive: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: in the order of the page, each example does what it says; what has no end, and training, is only read."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "content", tmp_path / "content", ignore=shutil.ignore_patterns("examples"))
    said = [{"id": 1, "text": "we need a food bank", "needs": ["food"]}, {"id": 2, "text": "thanks"}]
    (tmp_path / "messages.jsonl").write_text("".join(json.dumps(line) + "\n" for line in said))
    (tmp_path / "labelled.jsonl").write_text(json.dumps(said[0]))
    (tmp_path / "bodies.jsonl").write_text('{"body": "Hello"}')
    (tmp_path / "lines.txt").write_text("1\n")
    (tmp_path / "password").write_text("a-long-enough-password\n")
    sheet(tmp_path / "families.csv")
    (tmp_path / "mosaic.yaml").write_text(MAPPING)
    (tmp_path / "export.csv").write_text(EXPORT)
    assert len(EXAMPLES) > 20
    for example in EXAMPLES:
        words, _, source = example.partition(" < ")
        arguments = shlex.split(words)[1:]
        if arguments[0] in ENDLESS | LONG:
            assert parser().parse_args(arguments).command == arguments[0]
            continue
        if "ABCD2345" in arguments:  # whose reference nobody knows beforehand
            arguments[arguments.index("ABCD2345")] = known(thrive)[0]
        done = thrive(*arguments, stdin=(tmp_path / source).read_text() if source else "")
        assert done.code == (1 if arguments[0] == "doctor" else 0), (example, done)  # no clock runs here
    assert {"services.json", "journey.yaml", "backup.db"} <= {path.name for path in tmp_path.iterdir()}
