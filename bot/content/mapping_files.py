"""A mapping file for another system's export, read with all its faults at once, each by file, line and key."""

from pathlib import Path

from bot.content.documents import ContentFaults, Notes, read_text
from bot.content.shapes import read_shape
from scheduler.sheet_mapping import SheetMapping

LONGEST = 64 * 1024  # characters: a mapping is a page


def read_mapping_file(path: Path) -> SheetMapping:
    """Raises ContentFaults."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        notes = Notes()
        notes.fault(path.name, (), f"cannot be read: {fault.strerror if isinstance(fault, OSError) else 'not UTF-8'}")
        raise ContentFaults(notes.faults) from None
    return read_mapping(text, path.name)


def read_mapping(text: str, name: str) -> SheetMapping:
    """The mapping in `text`, which faults call `name`. Raises ContentFaults."""
    notes = Notes()
    if len(text) > LONGEST:
        notes.fault(name, (), f"over {LONGEST // 1024} KB: a mapping is a page")
        raise ContentFaults(notes.faults)
    document = read_text(text, name, notes)
    found = None if notes.faults else read_shape(SheetMapping, document, notes, name, ())
    for path, told in found.problems() if found is not None else ():
        notes.fault(name, path, told)
    if notes.faults or found is None:
        raise ContentFaults(notes.faults)
    return found
