"""The examples of a content folder: `examples/<hand>/*.txt`, a folder for each person who wrote them."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bot.content import Content
from flows.understanding.content import Fault
from flows.understanding.examples import Example, Vocabulary, clashes, read_examples


class BadExamples(ValueError):
    """The author's fault: every fault with its file and line."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


def vocabulary(content: Content) -> Vocabulary:
    """The ids that labels may name, from needs.yaml and the languages of the phrases."""
    needs = content.files["needs.yaml"]
    return Vocabulary(
        needs={need["id"] for group in needs["needs"].values() for need in group},
        intents={intent["id"] for intent in needs["intents"]},
        languages=set(content.files["phrases/languages.yaml"]),
    )


def read_files(root: Path, known: Vocabulary) -> tuple[list[Example], list[Fault]]:
    """Every example, repeats too, each with its file as `source` (`hand/stem`); and every fault, by file and line.

    One text with two levels of danger is a fault of the second place, which names the first.
    """
    found: list[Example] = []
    faults: list[Fault] = []
    for path in _files(root):
        examples, wrong = read_examples(f"{path.parent.name}/{path.stem}", path.read_text("utf-8").splitlines(), known)
        found += examples
        faults += wrong
    for seen, again in clashes(found):
        told = f"{again.text!r} is {again.risk} here and {seen.risk} in {seen.source}.txt:{seen.line}"
        faults.append(Fault(file=again.source, path=(again.line,), message=told))
    return found, faults


def read_folder(root: Path, known: Vocabulary) -> list[Example]:
    """Every example, each with its hand as `source`, repeats left out. Raises BadExamples with all faults."""
    examples, faults = read_files(root, known)
    if faults:
        raise BadExamples(faults)
    return [replace(example, source=example.source.partition("/")[0]) for example in once(examples)]


def once(examples: Iterable[Example]) -> list[Example]:
    """The examples without those that say what an earlier one says."""
    found: dict[str, Example] = {}
    for example in examples:
        found.setdefault(example.text.casefold(), example)
    return list(found.values())


def digest(root: Path) -> str:
    """What the examples are, in one line: weights made from others are told apart by it."""
    told = hashlib.sha256()
    for path in _files(root):
        told.update(f"{path.parent.name}/{path.name}\n".encode())
        told.update(path.read_bytes())
    return told.hexdigest()


def _files(root: Path) -> list[Path]:
    return sorted(root.glob("*/*.txt"))
