"""What `thrive lint` sees in phrases and examples: slips of the pen, and rules of danger that fire in harmless words.

Each example is heard once. What a rule fires in says whether it can be trusted: one that is found in harmless messages
more than in danger teaches the model nothing, and costs time in every message.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.cli.lint_places import Seen
from bot.content import Content
from bot.training.lines import once, read_files, vocabulary
from flows.understanding.compile import split_phrases
from flows.understanding.content import Fault
from flows.understanding.danger import Rule
from flows.understanding.examples import Example
from flows.understanding.listening import Heard, Listener
from flows.understanding.words import fold

LEAST_OF_RULE, HALF = 3, 0.5  # examples a rule fires in before it is judged, and the share of them to be danger
LEAST_OF_PHRASE, TWO_FIFTHS = 5, 0.4  # the same of one phrase of a rule
_SHOWN = 2
_LONGEST_SHOWN = 90  # characters of an example

_Keys = tuple[str | int, ...]
_Lines = Mapping[tuple[str, _Keys], int]


@dataclass(slots=True)
class _Firings:
    """The examples that a rule, or one phrase of it, fires in: how many of each level, and the first harmless ones."""

    levels: Counter[str] = field(default_factory=Counter)
    harmless: list[Example] = field(default_factory=list)

    def count(self, example: Example) -> None:
        self.levels[example.risk] += 1
        if example.risk == "none" and len(self.harmless) < _SHOWN:
            self.harmless.append(example)

    def poor(self, least: int, share: float) -> bool:
        of = self.levels.total()
        return of >= least and of - self.levels["none"] < share * of

    def told(self) -> str:
        of = self.levels.total()
        shown = "; ".join(f"{_short(one.text)!r} ({one.source}.txt:{one.line})" for one in self.harmless)
        return f"fires in {of} examples, {of - self.levels['none']} of them danger. Harmless: {shown}"


_AllFirings = tuple[defaultdict[str, _Firings], defaultdict[tuple[str, int], _Firings]]
_KEPT: dict[bytes, _AllFirings] = {}
_KEPT_AT_MOST = 4


def in_examples(root: Path, content: Content) -> tuple[list[Example], list[Seen]]:
    """The examples, each text once, and what is wrong with the files of them: training would refuse it."""
    examples, faults = read_files(root / "examples", vocabulary(content))
    return once(examples), [
        Seen(file=f"examples/{f.file}.txt", line=_line(f), node="", rule="example", message=f.message) for f in faults
    ]


def in_phrases(content: Content, lines: _Lines) -> Iterator[Seen]:
    """A space where `_` was likely meant, and short forms that would change an ordinary word."""
    phrases = {Path(name).stem: raw for name, raw in content.files.items() if name.startswith("phrases/")}
    for fault in split_phrases(phrases | {"needs": content.files["needs.yaml"]}):
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
    by_rule, by_phrase = _heard_once(content, listener, examples)
    for name, raw in content.files.items():
        if not name.startswith("phrases/danger-"):
            continue
        for number, given in enumerate(raw.get("rules", ())):
            keys: _Keys = ("rules", number)
            rule_id = given["id"]
            if by_rule[rule_id].poor(LEAST_OF_RULE, HALF):
                told = f"the rule {rule_id} {by_rule[rule_id].told()}"
                yield Seen(file=name, line=lines.get((name, keys), 0), node=rule_id, rule="harmless", message=told)
            for at, phrase in enumerate(given["says"]):
                if by_phrase[rule_id, at].poor(LEAST_OF_PHRASE, TWO_FIFTHS):
                    line = lines.get((name, (*keys, "says", at)), 0)
                    told = f"{phrase!r} of the rule {rule_id} {by_phrase[rule_id, at].told()}"
                    yield Seen(file=name, line=line, node=rule_id, rule="harmless", message=told)


def _heard_once(content: Content, listener: Listener, examples: Sequence[Example]) -> _AllFirings:
    """What fires in all the examples, kept for the next time in this process: it hangs on phrases and examples alone,
    takes half a minute, and an author who lints again has mostly changed a flow."""
    words = [[e.text, e.risk, e.source, e.line] for e in examples]
    heard_in = {name: raw for name, raw in content.files.items() if name.startswith(("phrases/", "needs"))}
    key = sha256(json.dumps([heard_in, words], sort_keys=True, default=str).encode()).digest()
    if key not in _KEPT:
        while len(_KEPT) >= _KEPT_AT_MOST:
            del _KEPT[next(iter(_KEPT))]
        _KEPT[key] = _firings(listener, examples)
    return _KEPT[key]


def _firings(listener: Listener, examples: Sequence[Example]) -> _AllFirings:
    rules = {rule.id: rule for rule in listener.danger.rules}
    by_rule: defaultdict[str, _Firings] = defaultdict(_Firings)
    by_phrase: defaultdict[tuple[str, int], _Firings] = defaultdict(_Firings)
    for example in examples:
        heard = listener.hear(example.text)
        for rule_id in {hit.rule for hit in heard.hits}:
            by_rule[rule_id].count(example)
            for at in _phrases_at_work(rules[rule_id], heard):
                by_phrase[rule_id, at].count(example)
    return by_rule, by_phrase


def _phrases_at_work(rule: Rule, heard: Heard) -> Iterator[int]:
    """The places in `says` of the phrases that the rule's hits come from."""
    spans = {hit.spans[0] for hit in heard.hits if hit.rule == rule.id}
    for at, pattern in enumerate(rule.says):
        if not spans.isdisjoint(heard.reading.find(pattern)):
            yield at


def _rule_at(raw: Any, path: _Keys) -> str:
    """The id of the rule or frame that a path leads into."""
    kind, at = path[:2]
    return str(raw[kind][at]["id"]) if kind in ("rules", "frames") else str(kind)


def _line(fault: Fault) -> int:
    return int(fault.path[0])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
