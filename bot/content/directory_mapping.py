"""A mapping file for another system's export of services, read with all its faults at once."""

from pathlib import Path

from bot.content.documents import ContentFaults, Notes, read_text
from bot.content.mapping_files import LONGEST
from bot.content.shapes import read_shape
from directory.sheet_mapping import SheetMapping


def read_directory_mapping(path: Path) -> SheetMapping:
    """Raises ContentFaults: each by file, line and key."""
    notes, found = Notes(), None
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        notes.fault(path.name, (), f"cannot be read: {fault.strerror if isinstance(fault, OSError) else 'not UTF-8'}")
        raise ContentFaults(notes.faults) from None
    if len(text) > LONGEST:
        notes.fault(path.name, (), f"over {LONGEST // 1024} KB: a mapping is a page")
        raise ContentFaults(notes.faults)
    document = read_text(text, path.name, notes)
    found = None if notes.faults else read_shape(SheetMapping, document, notes, path.name, ())
    for where, told in found.problems() if found is not None else ():
        notes.fault(path.name, where, told)
    if notes.faults or found is None:
        raise ContentFaults(notes.faults)
    return found
