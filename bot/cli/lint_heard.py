"""What each rule of danger, and each phrase of one, fires in among the examples, kept on this machine.

To hear all the examples takes half a minute, and an author who lints again has mostly changed a flow. So what came of
it lies in the user's cache folder, by a digest of all it hangs on: the phrases, the needs, the examples and the code
that hears. It holds examples of the content and nothing of families. A file that cannot be read or written costs the
half minute and nothing else.
"""

import contextlib
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

import flows.understanding
from bot.content import Content
from flows.understanding.danger import Rule
from flows.understanding.examples import Example
from flows.understanding.listening import Heard, Listener

CODE: Final = Path(flows.understanding.__file__).parent
KEPT_AT_MOST: Final = 4  # files
_SHOWN = 2
_LONGEST_SHOWN = 90  # characters of an example


@dataclass(slots=True)
class Firings:
    """The examples that a rule, or one phrase of it, fires in: how many of each level, and the first harmless ones."""

    levels: Counter[str] = field(default_factory=Counter)
    harmless: list[str] = field(default_factory=list)

    def count(self, example: Example) -> None:
        self.levels[example.risk] += 1
        if example.risk == "none" and len(self.harmless) < _SHOWN:
            self.harmless.append(f"{_short(example.text)!r} ({example.source}.txt:{example.line})")

    def poor(self, least: int, share: float) -> bool:
        """Whether it fires in `least` examples or more, and less than `share` of them are danger."""
        of = self.levels.total()
        return of >= least and of - self.levels["none"] < share * of

    def told(self) -> str:
        of = self.levels.total()
        return (
            f"fires in {of} examples, {of - self.levels['none']} of them danger. Harmless: {'; '.join(self.harmless)}"
        )


@dataclass(frozen=True, slots=True)
class AllFirings:
    """By rule, and by rule and place in its `says`."""

    rules: defaultdict[str, Firings]
    phrases: defaultdict[tuple[str, int], Firings]


def firings(content: Content, listener: Listener, examples: Sequence[Example]) -> AllFirings:
    """What fires in `examples`, from the cache where it was heard before. `listener` is `content`'s own."""
    folder = cache_folder()
    if folder is None:
        return hear_all(listener, examples)
    kept = folder / f"firings-{_digest(content, examples)}.json"
    found = _read(kept)
    if found is None:
        found = hear_all(listener, examples)
        _write(kept, found)
    return found


def hear_all(listener: Listener, examples: Sequence[Example]) -> AllFirings:
    """Each example heard once."""
    rules = {rule.id: rule for rule in listener.danger.rules}
    found = AllFirings(defaultdict(Firings), defaultdict(Firings))
    for example in examples:
        heard = listener.hear(example.text)
        for rule_id in sorted({hit.rule for hit in heard.hits}):
            found.rules[rule_id].count(example)
            for at in _phrases_at_work(rules[rule_id], heard):
                found.phrases[rule_id, at].count(example)
    return found


def cache_folder() -> Path | None:
    """Where programs of this user keep what they can make again (XDG Base Directory Specification); none for a user
    without a home."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "thrive"
    except RuntimeError:
        return None


def _phrases_at_work(rule: Rule, heard: Heard) -> Iterator[int]:
    """The places in `says` of the phrases that the rule's hits come from."""
    spans = {hit.spans[0] for hit in heard.hits if hit.rule == rule.id}
    for at, pattern in enumerate(rule.says):
        if not spans.isdisjoint(heard.reading.find(pattern)):
            yield at


def _digest(content: Content, examples: Sequence[Example]) -> str:
    words = [[e.text, e.risk, e.source, e.line] for e in examples]
    heard_in = {name: raw for name, raw in content.files.items() if name.startswith(("phrases/", "needs"))}
    code = [path.read_bytes() for path in (Path(__file__), *sorted(CODE.glob("*.py")))]
    told = sha256(json.dumps([heard_in, words], sort_keys=True, default=str).encode())
    for one in code:
        told.update(sha256(one).digest())
    return told.hexdigest()


def _read(path: Path) -> AllFirings | None:
    try:
        told = json.loads(path.read_text("utf-8"))
        return AllFirings(
            defaultdict(Firings, {rule: Firings(Counter(levels), list(of)) for rule, levels, of in told["rules"]}),
            defaultdict(
                Firings, {(rule, at): Firings(Counter(levels), list(of)) for (rule, at), levels, of in told["phrases"]}
            ),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, found: AllFirings) -> None:
    told = {
        "rules": [(rule, one.levels, one.harmless) for rule, one in found.rules.items()],
        "phrases": [(phrase, one.levels, one.harmless) for phrase, one in found.phrases.items()],
    }
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
        new.replace(path)  # whole or not at all: two may lint at once
        by_age = sorted(path.parent.glob("firings-*.json"), key=lambda one: one.stat().st_mtime, reverse=True)
        for old in by_age[KEPT_AT_MOST:]:
            old.unlink(missing_ok=True)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
