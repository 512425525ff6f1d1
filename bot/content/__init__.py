"""Content: read from its folder with every fault told at once, kept as data, compiled into what the core works with.

The one door to YAML and pydantic.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.compiling import Compiled, Helpline, SavedReply, Talk, compile_data, compile_talk
from bot.content.council import Council
from bot.content.documents import ContentFaults, Fault, Notes, read_document, write_document
from bot.content.upgrading import SCHEMA, upgraded

__all__ = [
    "Compiled",
    "Content",
    "ContentFaults",
    "Council",
    "Fault",
    "Helpline",
    "Notes",
    "SavedReply",
    "Talk",
    "compile_bundle",
    "compile_content",
    "compile_conversations",
    "parse_content",
    "read_content",
    "read_document",
    "stamps",
    "write_document",
]

FOLDERS = ("flows", "phrases", "programmes", "replies", "wording", "documents")


@dataclass(frozen=True, slots=True)
class Content:
    """Everything parsed, as JSON-able data: file name (relative to the content folder) to what it holds.

    Translations (`wording/pl.po`) are text. The store keeps it as an immutable bundle.
    """

    files: Mapping[str, Any]

    def to_json(self) -> str:
        return json.dumps({"schema": SCHEMA, "files": self.files}, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Content":
        """A bundle of this schema or an earlier one. Raises ValueError for any that this code does not know."""
        raw = json.loads(text)
        return cls(upgraded(raw.get("schema"), raw["files"]))


def read_content(root: Path, council: Path | None = None) -> Content:
    """Read and check a content folder. `council` is a file in place of its council.yaml.

    Raises ContentFaults with every fault of every file.
    """
    notes = Notes()
    content = parse_content(root, notes, council)
    compile_data(content.files, notes)
    if notes.faults:
        raise ContentFaults(notes.faults)
    return content


def parse_content(root: Path, notes: Notes, council: Path | None = None) -> Content:
    """The folder as data, its meaning unchecked. What cannot be read goes to `notes`."""
    files: dict[str, Any] = {}
    for name, path in _places(root, council):
        if not path.is_file():
            notes.fault(name, (), "the file is missing")
        elif path.suffix == ".po":
            files[name] = path.read_text("utf-8")
        else:
            document = read_document(path, name, notes)
            if document is not None:
                files[name] = document
    return Content(files)


def stamps(root: Path, council: Path | None = None) -> tuple[tuple[str, int, int], ...]:
    """Each file that `read_content` would read, by its name, with when it was written (ns) and how long it is (bytes).

    The same stamps mean the same content, without a file being opened. A file that is missing has no stamp.
    """
    found = ((name, path) for name, path in _places(root, council) if path.is_file())
    return tuple((name, (stat := path.stat()).st_mtime_ns, stat.st_size) for name, path in found)


def _places(root: Path, council: Path | None) -> list[tuple[str, Path]]:
    places = [("needs.yaml", root / "needs.yaml"), ("council.yaml", council or root / "council.yaml")]
    for folder in FOLDERS:
        found = sorted(p for p in (root / folder).glob("*") if p.suffix in {".yaml", ".po"})
        places += [(f"{folder}/{path.name}", path) for path in found]
    return places


def compile_content(content: Content) -> Compiled:
    """What the core works with. Raises ContentFaults, without lines, for data that `read_content` never checked."""
    return _compiled(content, live=False)


def compile_bundle(content: Content) -> Compiled:
    """The same of a published bundle, which was checked when it was published.

    Raises ContentFaults where it cannot be compiled. The rules of a flow's shape are not asked again: those of a later
    release would take what is live from the families that it serves.
    """
    return _compiled(content, live=True)


def _compiled(content: Content, *, live: bool) -> Compiled:
    notes = Notes()
    compiled = compile_data(content.files, notes, live=live)
    if notes.faults or compiled is None:
        raise ContentFaults(notes.faults)
    return compiled


def compile_conversations(content: Content) -> Talk:
    """What an earlier bundle is still needed for: the structure and the words of conversations that began on it.

    Raises ContentFaults. Its phrases and programmes are not read: conversations are understood with the newest.
    """
    notes = Notes()
    talk = compile_talk(content.files, notes, live=True)
    if notes.faults or talk is None:
        raise ContentFaults(notes.faults)
    return talk
