"""The shapes of content/phrases: what each file may hold, and reading it with every fault told at once.

By file stem (the top level of each file is a mapping):

- `needs-*`: need id -> `NeedPhrases`; a need may stand in several files, and all count
- `danger-*`: one `DangerFile`
- `intents`: intent id (or a finer kind, `intent/kind`) -> `IntentPhrases`
- `events`: kind of key event -> `EventPhrases`; the kinds `never`, `born`, `named` and `asks` are none (see there)
- `keywords`: keyword (`stop`, `start`, `yes`, `polite`) -> list of whole messages
- `languages`: language (ISO 639-1) -> `LanguageSample`
- `spellings`: short form or common slip -> what it stands for
- `plain`: language -> list of ordinary words that are never "corrected"; `common` -> words that speak for no need

Beside them `needs` is the parsed needs.yaml (`needs: {group: [{id, label, covers}]}`).
"""

import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

Level = Literal["none", "concern", "urgent"]
Scope = Literal["words", "sentence", "message"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of the content: the file's stem, the keys and indices that lead to it, and what is wrong."""

    file: str
    path: tuple[str | int, ...]
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {'.'.join(str(part) for part in self.path)}: {self.message}"


class ContentError(ValueError):
    """The author's fault: the content cannot be compiled. `faults` holds all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedPhrases:
    """How families say one need. `words` are telling on their own; `phrases` are whole sentences.

    `other` holds phrases in other languages, by language.
    """

    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    other: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerRule:
    """Who does or wants what. `says` are patterns; one is enough.

    `level` holds when nothing tells the time; `now` and `past` when the words do. `along` must be found too,
    anywhere in the text; `unless` must not. `why` says why the rule is there. A rule is weighed with all else the
    message says; a `sure` one stands whatever the rest says: for words that must never be passed over again.
    """

    id: str
    kind: str
    level: Level
    says: list[str]
    why: str
    now: Level | None = None
    past: Level | None = None
    sure: bool = False
    along: list[str] = field(default_factory=list)
    unless: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A way of speaking in which danger words are harmless: a figure of speech, a film, a denial, a course.

    `scope` says what it makes harmless: its own words, its sentence, or the whole message. `kinds` limits it to
    some kinds of rule (all when empty); `unless` patterns anywhere keep the danger.
    """

    id: str
    says: list[str]
    why: str
    scope: Scope = "words"
    kinds: list[str] = field(default_factory=list)
    unless: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerFile:
    """Danger in one language. English groups serve all."""

    language: str
    groups: dict[str, list[str]] = field(default_factory=dict)
    rules: list[DangerRule] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    now: list[str] = field(default_factory=list)
    past: list[str] = field(default_factory=list)
    watched: list[str] = field(default_factory=list)
    speakers: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentPhrases:
    """`whole` are whole messages (politeness and punctuation aside); `says` are patterns found anywhere.

    `strong` patterns win even where a need is found too.
    """

    whole: list[str] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    strong: list[str] = field(default_factory=list)
    unless: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPhrases:
    """How a family tells of one key event: `whole` messages and `strong` patterns, as of an intent.

    Patterns of `says` may mean it: of a loss they bring a person and end nothing. `needs` are what the event is itself
    about. Of the kind `never` only `unless` counts, and takes back every event; of `asks` only `strong`: what shows
    that something is asked for beside the news; of `born` only `strong`: a birth told on the way to a death, which is
    passed over but for the last word; of `named` only `strong`: a child with their name, of which the child alone is
    read. `groups` are lists of words for the patterns of all kinds.
    """

    whole: list[str] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    strong: list[str] = field(default_factory=list)
    unless: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageSample:
    """What one language looks like. `names` are what it is called, in English and in itself."""

    names: list[str]
    words: list[str]
    sentences: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseContent:
    """All of content/phrases, checked for shape."""

    needs: dict[str, NeedPhrases]
    danger: dict[str, DangerFile]
    intents: dict[str, IntentPhrases]
    keywords: dict[str, list[str]]
    languages: dict[str, LanguageSample]
    spellings: dict[str, str]
    plain: dict[str, list[str]]
    need_ids: tuple[str, ...]
    covers: dict[str, str]
    events: dict[str, EventPhrases] = field(default_factory=dict)


SHAPES: dict[str, Any] = {
    "needs-": dict[str, NeedPhrases],
    "danger-": DangerFile,
    "intents": dict[str, IntentPhrases],
    "keywords": dict[str, list[str]],
    "languages": dict[str, LanguageSample],
    "spellings": dict[str, str],
    "plain": dict[str, list[str]],
    "events": dict[str, EventPhrases],
}


def shape_of(stem: str) -> Any:
    """The type of the file with this stem, or None where no such file is known."""
    for name, shape in SHAPES.items():
        if stem == name or (name.endswith("-") and stem.startswith(name)):
            return shape
    return None


class _Reader:
    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, file: str, path: tuple[str | int, ...], message: str) -> None:
        self.faults.append(Fault(file=file, path=path, message=message))

    def read(self, shape: Any, data: Any, file: str, path: tuple[str | int, ...]) -> Any:
        """`data` in `shape`, or None with the fault noted."""
        origin = get_origin(shape)
        if is_dataclass(shape) and isinstance(shape, type):
            return data if isinstance(data, shape) else self._record(shape, data, file, path)
        if origin is list:
            return self._list(shape, data, file, path)
        if origin is dict:
            return self._dict(shape, data, file, path)
        if origin in (Union, types.UnionType):
            return None if data is None else self.read(get_args(shape)[0], data, file, path)
        if shape is bool:
            return self._bool(data, file, path)
        return self._scalar(shape, data, file, path)

    def _bool(self, data: Any, file: str, path: tuple[str | int, ...]) -> bool | None:
        if data not in ("yes", "no"):
            self.fault(file, path, "must be yes or no")
            return None
        return bool(data == "yes")

    def _scalar(self, shape: Any, data: Any, file: str, path: tuple[str | int, ...]) -> str | None:
        if get_origin(shape) is Literal and data not in get_args(shape):
            self.fault(file, path, f"must be one of {', '.join(get_args(shape))}")
            return None
        if not isinstance(data, str) or not data.strip():
            self.fault(file, path, "must be text, and not empty")
            return None
        return data

    def _record(self, shape: type[T], data: Any, file: str, path: tuple[str | int, ...]) -> T | None:
        if not isinstance(data, Mapping):
            self.fault(file, path, "must be a mapping")
            return None
        hints = get_type_hints(shape)
        known = {item.name: item for item in fields(shape)}  # type: ignore[arg-type]
        for key in data:
            if key not in known:
                self.fault(file, (*path, str(key)), "unknown key")
        missing = [
            name
            for name, item in known.items()
            if name not in data and item.default is MISSING and item.default_factory is MISSING
        ]
        for name in missing:
            self.fault(file, (*path, name), "is missing")
        before = len(self.faults)
        values = {k: self.read(hints[k], v, file, (*path, k)) for k, v in data.items() if k in known}
        return None if missing or len(self.faults) > before else shape(**values)

    def _list(self, shape: Any, data: Any, file: str, path: tuple[str | int, ...]) -> list[Any]:
        if not isinstance(data, list | tuple):
            self.fault(file, path, "must be a list")
            return []
        read = [self.read(get_args(shape)[0], item, file, (*path, i)) for i, item in enumerate(data)]
        return [item for item in read if item is not None]

    def _dict(self, shape: Any, data: Any, file: str, path: tuple[str | int, ...]) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            self.fault(file, path, "must be a mapping")
            return {}
        read = {str(k): self.read(get_args(shape)[1], v, file, (*path, str(k))) for k, v in data.items()}
        return {k: v for k, v in read.items() if v is not None}


def _merged(first: NeedPhrases, second: NeedPhrases) -> NeedPhrases:
    """One need said in two files (each language may have its own): both count."""
    other = {**first.other}
    for lang, phrases in second.other.items():
        other[lang] = other.get(lang, []) + phrases
    return NeedPhrases(words=first.words + second.words, phrases=first.phrases + second.phrases, other=other)


def _need_labels(data: Any, faults: list[Fault]) -> dict[str, str]:
    try:
        return {
            str(need["id"]): f"{need['label']}. {need['covers']}" for group in data["needs"].values() for need in group
        }
    except (KeyError, TypeError, AttributeError):
        faults.append(Fault(file="needs", path=("needs",), message="must hold groups of {id, label, covers}"))
        return {}


def read_content(content: Mapping[str, Any]) -> tuple[PhraseContent, list[Fault]]:
    """Parsed YAML by file stem -> typed content, and every fault of shape (see the module for the shapes)."""
    reader = _Reader()
    covers = _need_labels(content.get("needs"), reader.faults)
    parts: dict[str, dict[str, Any]] = {name: {} for name in SHAPES}
    for stem, data in content.items():
        if stem == "needs":
            continue
        shape = shape_of(stem)
        if shape is None:
            reader.fault(stem, (), "no phrases file has this name")
            continue
        value = reader.read(shape, data, stem, ())
        if value is None:
            continue
        name = next(n for n in SHAPES if stem == n or (n.endswith("-") and stem.startswith(n)))
        if name == "danger-":
            parts[name][stem] = value
            continue
        for key, item in value.items():
            if name == "needs-" and covers and key not in covers:
                reader.fault(stem, (key,), "is no need of needs.yaml")
            parts[name][key] = _merged(parts[name][key], item) if key in parts[name] else item
    read = PhraseContent(
        needs=parts["needs-"],
        danger=parts["danger-"],
        intents=parts["intents"],
        keywords=parts["keywords"],
        languages=parts["languages"],
        spellings=parts["spellings"],
        plain=parts["plain"],
        need_ids=tuple(covers),
        covers=covers,
        events=parts["events"],
    )
    return read, reader.faults
