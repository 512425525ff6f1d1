"""`thrive lint`: what is wrong in the content, and what looks wrong, each with its file, line, node, key and rule."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TextIO

from bot.cli.lint_answers import in_answers
from bot.cli.lint_dates import in_holidays
from bot.cli.lint_known import KNOWN, sift
from bot.cli.lint_phrases import in_examples, in_phrases, in_rules
from bot.cli.lint_places import Issue, Places
from bot.cli.lint_reading import in_lengths, in_words
from bot.cli.lint_retention import in_retention
from bot.cli.lint_wording import in_english_alone, in_helplines, in_translations
from bot.clock import SystemClock, local_date
from bot.content import Compiled, ContentFaults, compile_content, read_content
from flows.checks import flow_warnings
from scheduler.programme_checks import programme_warnings


def run(
    path: Path, out: TextIO, *, as_json: bool = False, today: date | None = None, known: bool = False,
    council: Path | None = None,
) -> int:  # fmt: skip
    """Print every issue. 1 where the content would be refused; warnings alone are 0. `today` is the machine's date
    unless told. `known`: those in known-issues.yaml too, each with its reason. `council`: the file in place of the
    folder's council.yaml, as it will be served."""
    issues, left = sift(path, find_issues(path, today or local_date(SystemClock().now()), council))
    shown = [*issues, *(_with_reason(issue, because) for issue, because in left)] if known else issues
    shown.sort(key=lambda issue: (issue.file, issue.line))
    if as_json:
        out.write(json.dumps([asdict(issue) for issue in shown], ensure_ascii=False) + "\n")
    else:
        out.writelines(_line(issue) + "\n" for issue in shown)
        out.write("Nothing is wrong.\n" if not issues else "")
        if left and not known:
            out.write(f"{len(left)} known issues are not shown (`thrive lint --known`): {KNOWN} has the reasons.\n")
    return 1 if any(issue.severity == "error" for issue in issues) else 0


def find_issues(path: Path, today: date, council: Path | None = None) -> list[Issue]:
    """Everything that lint can see, known or not, in the order of files and lines."""
    try:
        content = read_content(path, council)
        compiled = compile_content(content)
    except ContentFaults as wrong:
        return [
            Issue(file=f.file, line=f.line, node=f.node, key=f.key, rule=f.rule, message=f.message, severity="error")
            for f in wrong.faults
        ]
    places = Places(path)
    examples, refused = in_examples(path, content)
    found = [
        *_shapes(compiled, places),
        *in_lengths(compiled, places),
        *in_words(compiled, places, path),
        *in_answers(content, compiled.flows, places),
        *_programmes(compiled, places),
        *in_english_alone(path, compiled, places),
        *(one.issue() for one in in_translations(path, compiled)),
        *(one.issue() for one in in_helplines(compiled, places.lines, today)),
        *(one.issue() for one in in_holidays(compiled, places.lines, today)),
        *(one.issue() for one in in_retention(compiled, places.lines)),
        *(one.issue() for one in in_phrases(content, compiled.lexicon.split, places.lines)),
        *(one.issue() for one in in_rules(content, compiled.lexicon.listener, examples, places.lines)),
        *(one.issue("error") for one in refused),
    ]
    # What a pattern writes is said by each flow that is like it, and mended once.
    return sorted(dict.fromkeys(found), key=lambda issue: (issue.file, issue.line))


def _line(issue: Issue) -> str:
    where = f"{issue.file}:{issue.line}" if issue.line else issue.file
    named = ", ".join(part for part in (issue.node, issue.key) if part)
    return f"{where}: {issue.severity} [{issue.rule}] {f'{named}: ' if named else ''}{issue.message}"


def _with_reason(issue: Issue, because: str) -> Issue:
    return Issue(**{**asdict(issue), "message": f"{issue.message} (known: {because})"})


def _shapes(compiled: Compiled, places: Places) -> Iterator[Issue]:
    for flow in compiled.flows.values():
        for fault in flow_warnings(flow, compiled.flows):
            yield places.at(flow.name, fault.node, fault.key, fault.rule, fault.message)


def _programmes(compiled: Compiled, places: Places) -> Iterator[Issue]:
    """Touches that come too close to each other, or may find no day to go on."""
    for programme in compiled.programmes.values():
        file = f"programmes/{programme.id}.yaml"
        for seen in programme_warnings(programme):
            line = places.line(file, "touches", seen.touch, seen.key)
            node = programme.touches[seen.touch].id
            yield Issue(
                file=file, line=line, node=node, key=seen.key, rule=seen.rule, message=seen.message,
                severity=seen.severity,
            )  # fmt: skip
