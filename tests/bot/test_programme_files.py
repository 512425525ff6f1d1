"""A file of a programme: each slip is told with its file, line and key; what works and looks wrong, lint warns of."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli.lint import _programmes
from bot.cli.lint_places import Places
from bot.content import Fault, Notes, compile_content, read_content, read_document
from bot.content.compiling import _programmes as read_programmes
from flows.flow import EndNode, Flow

FLOWS = {"check-in": Flow(name="check-in", title="How?", start="end", nodes={"end": EndNode(id="end")}, check_in=True)}
PROGRAMME = """\
id: plan
title: A plan
event: the month of birth
event_is: birth-month
touches:
  - id: starts
    when:
      school:
        stage: reception
        day: start
        before: {weeks: 2}
    flow: check-in
  - id: sixteen
    when: {age: {years: 16}}
    flow: check-in
"""


def faults(root: Path, text: str) -> list[Fault]:
    folder = root / "programmes"
    folder.mkdir(exist_ok=True)
    (folder / "plan.yaml").write_text(text, "utf-8")
    notes = Notes()
    read = read_document(folder / "plan.yaml", "programmes/plan.yaml", notes)
    read_programmes({"programmes/plan.yaml": read}, notes, FLOWS)
    return notes.faults


def test_a_programme_without_fault(tmp_path: Path) -> None:
    """Claim: what is right is read."""
    assert faults(tmp_path, PROGRAMME) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "told"),
    [
        ("stage: reception", "stage: nursery", 9, "stage", "'reception'"),
        ("day: start", "day: start\n        after: {weeks: 1}", 8, "school", "before or after, not both"),
        ("before: {weeks: 2}", "before: {weeks: 2, week: 2}", 11, "week", "unknown key"),
        ("before: {weeks: 2}", "before: {weeks: soon}", 11, "weeks", "a valid integer"),
        ("before: {weeks: 2}", "befor: {weeks: 2}", 11, "befor", "unknown key"),
        ("{age: {years: 16}}", "{aged: {years: 16}}", 14, "aged", "did you mean age?"),
        ("{age: {years: 16}}", "{age: {years: 16}, weeks: 2}", 14, "weeks", "known here: age"),
        ("{age: {years: 16}}", "{pregnancy: {week: 28}}", 14, "when", "counts from the day a baby is due"),
        ("{age: {years: 16}}", "{weeks: 4}", 14, "when", "but the event of this programme is a month of birth"),
        ("{age: {years: 16}}", "later", 14, "when", "says when it is due"),
        ("    flow: check-in\n  - id", "    flow: chekc-in\n  - id", 12, "flow", "there is no flow 'chekc-in'"),
        ("    flow: check-in\n  - id", "    flow: check-in\n    to: [mother]\n  - id", 13, "0", "'parent'"),
        ("event_is: birth-month", "event_is: birthday", 4, "event_is", "'birth-month'"),
        ("id: plan", "id: other", 1, "id", "belongs in programmes/other.yaml"),
    ],
)
def test_a_slip_is_told_with_its_line_and_key(
    tmp_path: Path, old: str, new: str, line: int, key: str, told: str
) -> None:
    """Claim: one fault for one slip, where the author finds it, of the rule that was meant."""
    assert old in PROGRAMME
    (found,) = faults(tmp_path, PROGRAMME.replace(old, new, 1))
    assert (found.file, found.line, found.key) == ("programmes/plan.yaml", line, key)
    assert told in found.message


def test_touches_that_meet_are_a_warning_with_their_line() -> None:
    """Claim: lint tells the file, the line of `when`, the touch and an example."""
    shipped = Path(__file__).resolve().parents[2] / "content"
    compiled, places = compile_content(read_content(shipped)), Places(shipped)
    assert list(_programmes(compiled, places)) == []
    plan = compiled.programmes["key-transitions"]
    first, *others = plan.touches
    crowded = replace(plan, touches=(first, replace(others[0], when=first.when), *others[1:]))
    (issue,) = _programmes(replace(compiled, programmes={plan.id: crowded}), places)
    assert (issue.file, issue.node, issue.rule) == ("programmes/key-transitions.yaml", others[0].id, "same-day")
    assert issue.line > 1
