"""The examples of a content folder: `examples/<hand>/*.txt`, a folder for each person who wrote them."""

import hashlib
from dataclasses import replace
from pathlib import Path

from bot.content import Content
from flows.understanding.content import Fault
from flows.understanding.examples import Example, Vocabulary, read_examples


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


def read_folder(root: Path, known: Vocabulary) -> list[Example]:
    """Every example, each with its hand as `source`, repeats left out. Raises BadExamples with all faults."""
    found: dict[str, Example] = {}
    faults: list[Fault] = []
    for path in _files(root):
        name = f"{path.parent.name}/{path.stem}"
        examples, wrong = read_examples(name, path.read_text("utf-8").splitlines(), known)
        faults += wrong
        for example in examples:
            found.setdefault(example.text.casefold(), replace(example, source=path.parent.name))
    if faults:
        raise BadExamples(faults)
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
