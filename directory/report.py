"""What an import changed or would change, record by record."""

from collections.abc import Iterable
from dataclasses import dataclass

from directory.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One record of a feed. `where` is its place there: "record 3", "row 12"."""

    id: str
    name: str
    where: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A feed as read: the services it holds, what was put right, and what could not be taken."""

    services: tuple[Service, ...]
    repaired: tuple[Line, ...] = ()
    refused: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`withdrawn`: the feed itself says inactive or defunct. `missing`: we hold it and the feed no longer lists it,
    which alone never removes an entry."""

    added: tuple[Line, ...] = ()
    updated: tuple[Line, ...] = ()
    unchanged: tuple[Line, ...] = ()
    withdrawn: tuple[Line, ...] = ()
    missing: tuple[Line, ...] = ()
    repaired: tuple[Line, ...] = ()
    refused: tuple[Line, ...] = ()

    @property
    def all_refused(self) -> bool:
        return bool(self.refused) and not (self.added or self.updated or self.unchanged or self.withdrawn)


def compare(read: Read, before: Iterable[Service] = ()) -> Report:
    """What taking in the feed does to the entries held `before` from the same source."""
    held = {service.id: service for service in before}
    sorted_out: dict[str, list[Line]] = {"added": [], "updated": [], "unchanged": [], "withdrawn": []}
    for service in read.services:
        line = Line(id=service.id, name=service.name)
        known = held.pop(service.id, None)
        if known == service:
            sorted_out["unchanged"].append(line)
        elif service.status in {"inactive", "defunct"}:
            sorted_out["withdrawn"].append(Line(id=service.id, name=service.name, reason=f"status {service.status}"))
        else:
            sorted_out["added" if known is None else "updated"].append(line)
    refused_ids = {line.id for line in read.refused}
    missing = [
        Line(id=service.id, name=service.name, reason="no longer in the feed: kept, please check")
        for service in held.values()
        if service.id not in refused_ids
    ]
    return Report(
        **{name: tuple(lines) for name, lines in sorted_out.items()},
        missing=tuple(missing),
        repaired=read.repaired,
        refused=read.refused,
    )
