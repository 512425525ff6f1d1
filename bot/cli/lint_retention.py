"""What `thrive lint` and `thrive doctor` see in the council's retention periods: those that it has not set."""

from collections.abc import Iterator, Mapping, Sequence

from bot.cli.lint_places import Seen
from bot.content import Compiled
from bot.content.retention import KINDS

FILE = "council.yaml"


def in_retention(compiled: Compiled, lines: Mapping[tuple[str, tuple[str | int, ...]], int]) -> Iterator[Seen]:
    """Kinds that are kept for ever because nobody has said otherwise."""
    if message := told(compiled.council.retention.missing):
        line = lines.get((FILE, ("retention",)), 0)
        yield Seen(file=FILE, line=line, node="", key="retention", rule="retention", message=message)


def told(missing: Sequence[str]) -> str:
    """What to do about them; nothing where every kind has a period, be it "ever"."""
    if not missing:
        return ""
    if len(missing) == len(KINDS):
        return "no retention periods are set, so nothing is ever removed: put in those of the council's own schedule"
    return (
        f'no period is set for {", ".join(missing)}, so these are kept for ever: put in the council\'s own, or "ever"'
    )
