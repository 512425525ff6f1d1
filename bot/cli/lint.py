"""`thrive lint`: what is wrong in the content, and what looks wrong, each with its file, line, node and rule."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Literal, TextIO

from bot.cli.lint_phrases import in_examples, in_phrases, in_rules
from bot.cli.lint_wording import Seen, in_helplines, in_translations
from bot.clock import SystemClock, local_date
from bot.content import Compiled, ContentFaults, Notes, compile_content, read_content, read_document
from flows.checks import flow_warnings
from flows.flow import AskNode
from flows.reading import COMMANDS
from flows.wording import PLACEHOLDER
from messages.render import for_sms
from messages.sms import segments
from scheduler.programme_checks import programme_warnings

MOST_SEGMENTS = 2
# How long a value may get, for counting segments before anything is filled in.
LONGEST = {
    "look_by": "10:15am on Wednesday 23 September",
    "look_by_concern": "10:15am on Wednesday 23 September",
    "look_by_urgent": "10:15am on Wednesday 23 September",
    "next_touch_on": "Wednesday 23 September",
    "ref": "ABCD2345",
    "open_ref": "ABCD2345",
    "signed": "Christopher (Larkline)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    file: str
    line: int
    node: str
    rule: str
    message: str
    severity: Literal["error", "warning"]


def run(path: Path, out: TextIO, *, as_json: bool = False, today: date | None = None) -> int:
    """Print every issue. 1 where the content would be refused; warnings alone are 0. `today` is the machine's date
    unless told."""
    issues = find_issues(path, today or local_date(SystemClock().now()))
    if as_json:
        out.write(json.dumps([asdict(issue) for issue in issues], ensure_ascii=False) + "\n")
    else:
        for issue in issues:
            where = f"{issue.file}:{issue.line}" if issue.line else issue.file
            out.write(f"{where}: {issue.severity} [{issue.rule}] {issue.message}\n")
        out.write("Nothing is wrong.\n" if not issues else "")
    return 1 if any(issue.severity == "error" for issue in issues) else 0


def find_issues(path: Path, today: date) -> list[Issue]:
    try:
        content = read_content(path)
        compiled = compile_content(content)
    except ContentFaults as wrong:
        return [
            Issue(file=f.file, line=f.line, node=f.node, rule="refused", message=str(f.message), severity="error")
            for f in wrong.faults
        ]
    places = _Places(path)
    found = [
        *_shapes(compiled, places),
        *_lengths(compiled, places),
        *_collisions(compiled, places),
        *_programmes(compiled, places),
    ]
    lines = places.notes.lines
    examples, refused = in_examples(path, content)
    seen = [
        *in_translations(path, compiled),
        *in_helplines(compiled, lines, today),
        *in_phrases(content, lines),
        *in_rules(content, compiled.lexicon.listener, examples, lines),
    ]
    found += [_issue(one, "warning") for one in seen] + [_issue(one, "error") for one in refused]
    return sorted(found, key=lambda issue: (issue.file, issue.line))


def _issue(seen: Seen, severity: Literal["error", "warning"]) -> Issue:
    return Issue(
        file=seen.file, line=seen.line, node=seen.node, rule=seen.rule, message=seen.message, severity=severity
    )


class _Places:
    """Where a node or a text is written."""

    def __init__(self, root: Path) -> None:
        self.notes = Notes()
        self.wording: dict[str, str] = {}
        for folder in ("flows", "phrases", "programmes", "wording"):
            for path in sorted((root / folder).glob("*.yaml")):
                name = f"{folder}/{path.name}"
                document = read_document(path, name, self.notes)
                if folder == "wording" and isinstance(document, dict):
                    self.wording |= dict.fromkeys(document, name)

    def issue(self, text_id: str, rule: str, message: str) -> Issue:
        """A warning about a text, or about a node by the id of its text."""
        if text_id in self.wording:
            file, node = self.wording[text_id], ""
            path: tuple[str, ...] = (text_id,)
        else:
            flow, _, rest = text_id.partition(".")
            node = rest.split(".")[0]
            file, path = f"flows/{flow}.yaml", ("nodes", node)
        line = self.notes.lines.get((file, path), 0)
        return Issue(file=file, line=line, node=node, rule=rule, message=message, severity="warning")


def _shapes(compiled: Compiled, places: _Places) -> Iterator[Issue]:
    for flow in compiled.flows.values():
        for fault in flow_warnings(flow):
            yield places.issue(f"{flow.name}.{fault.node}", fault.rule, fault.message)


def _lengths(compiled: Compiled, places: _Places) -> Iterator[Issue]:
    wording = compiled.wording
    for text_id, words in wording.texts.items():
        filled = PLACEHOLDER.sub(lambda m: LONGEST.get(m[1], wording.shared.get(m[1], "x" * 8)), words)
        flow = compiled.flows.get(text_id.partition(".")[0])
        ask = flow.ask(text_id.partition(".")[2]) if flow is not None else None
        # Counted as it is sent: quotes made plain, the choices beneath it.
        count = segments(for_sms(filled, [option.label for option in ask.options] if ask is not None else []))
        if count > MOST_SEGMENTS:
            yield places.issue(text_id, "too-long", f"takes {count} texts to send; the most is {MOST_SEGMENTS}")


def _collisions(compiled: Compiled, places: _Places) -> Iterator[Issue]:
    """An answer that is also a command: the command would win, and the answer never be heard."""
    for flow in compiled.flows.values():
        for node in flow.nodes.values():
            for option in node.options if isinstance(node, AskNode) else ():
                for word in (option.label, *option.says):
                    command = COMMANDS.get(word.casefold())
                    if command is not None and command != "human":
                        told = f"{word!r} is also the command {command.upper()}, which would win"
                        yield places.issue(f"{flow.name}.{node.id}", "keyword", told)


def _programmes(compiled: Compiled, places: _Places) -> Iterator[Issue]:
    """Touches that come too close to each other, or may find no day to go on."""
    for programme in compiled.programmes.values():
        file = f"programmes/{programme.id}.yaml"
        for seen in programme_warnings(programme):
            line = places.notes.lines.get((file, ("touches", seen.touch, seen.key)), 0)
            line = line or places.notes.lines.get((file, ("touches", seen.touch)), 0)
            node = programme.touches[seen.touch].id
            yield Issue(file=file, line=line, node=node, rule=seen.rule, message=seen.message, severity=seen.severity)
