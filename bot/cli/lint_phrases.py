"""What `thrive lint` sees in phrases and examples: slips of the pen, and rules of danger that fire in harmless words.

What a rule fires in says whether it can be trusted: one that is found in harmless messages
more than in danger teaches the model nothing, and costs time in every message.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.cli.lint_heard import firings
from bot.cli.lint_places import Seen
from bot.content import Content
from bot.training.lines import once, read_files, vocabulary
from flows.understanding.content import Fault
from flows.understanding.examples import Example
from flows.understanding.listening import Listener
from flows.understanding.words import fold

LEAST_OF_RULE, HALF = 3, 0.5  # examples a rule fires in before it is judged, and the share of them to be danger
LEAST_OF_PHRASE, TWO_FIFTHS = 5, 0.4  # the same of one phrase of a rule

_Keys = tuple[str | int, ...]
_Lines = Mapping[tuple[str, _Keys], int]


def in_examples(root: Path, content: Content) -> tuple[list[Example], list[Seen]]:
    """The examples, each text once, and what is wrong with the files of them: training would refuse it."""
    examples, faults = read_files(root / "examples", vocabulary(content))
    return once(examples), [
        Seen(file=f"examples/{f.file}.txt", line=_line(f), node="", rule="example", message=f.message) for f in faults
    ]


def in_phrases(content: Content, split: Sequence[Fault], lines: _Lines) -> Iterator[Seen]:
    """A space where `_` was likely meant, as compiling found it (`split`); short forms that would change an ordinary
    word."""
    phrases = {Path(name).stem: raw for name, raw in content.files.items() if name.startswith("phrases/")}
    for fault in split:
        file = f"phrases/{fault.file}.yaml"
        yield Seen(
            file=file, line=lines.get((file, fault.path), 0), node=_rule_at(phrases[fault.file], fault.path),
            rule="split", message=fault.message,
        )  # fmt: skip
    plain = {fold(word) for text in phrases.get("plain", {}).get("en", ()) for word in text.split()}
    for key in phrases.get("spellings", {}):
        if key.lower() in plain:
            file = "phrases/spellings.yaml"
            told = f"{key!r} is an ordinary word of phrases/plain.yaml too: every one would be changed"
            yield Seen(file=file, line=lines.get((file, (key,)), 0), node=key, rule="short-form", message=told)


def in_rules(content: Content, listener: Listener, examples: Sequence[Example], lines: _Lines) -> Iterator[Seen]:
    """Rules of danger, and phrases of them, that fire in harmless examples rather than in dangerous ones."""
    fired = firings(content, listener, examples)
    for name, raw in content.files.items():
        if not name.startswith("phrases/danger-"):
            continue
        for number, given in enumerate(raw.get("rules", ())):
            keys: _Keys = ("rules", number)
            rule_id = given["id"]
            if fired.rules[rule_id].poor(LEAST_OF_RULE, HALF):
                told = f"the rule {rule_id} {fired.rules[rule_id].told()}"
                yield Seen(file=name, line=lines.get((name, keys), 0), node=rule_id, rule="harmless", message=told)
            for at, phrase in enumerate(given["says"]):
                if fired.phrases[rule_id, at].poor(LEAST_OF_PHRASE, TWO_FIFTHS):
                    line = lines.get((name, (*keys, "says", at)), 0)
                    told = f"{phrase!r} of the rule {rule_id} {fired.phrases[rule_id, at].told()}"
                    yield Seen(file=name, line=line, node=rule_id, rule="harmless", message=told)


def _rule_at(raw: Any, path: _Keys) -> str:
    """The id of the rule or frame that a path leads into."""
    kind, at = path[:2]
    return str(raw[kind][at]["id"]) if kind in ("rules", "frames") else str(kind)


def _line(fault: Fault) -> int:
    return int(fault.path[0])
