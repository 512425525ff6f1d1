"""What may be asked of the feed's addresses, and the envelope that its lists come in.

Names and meanings are those of the Open Referral UK 3.0 specification (its openapi.json); `text` is taken for
`search`. A name of the specification that an address does not take is refused there, for a filter that is silently
dropped gives wrong answers. Names that are nobody's are let pass.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

PER_PAGE = 50
MOST_PER_PAGE = 100
LONGEST = 200  # characters of a value: beyond it nobody means it
PAGING = frozenset({"page", "per_page", "format", "search", "text"})
SERVICES = PAGING | {"taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "minimal", "full"}
ORGANIZATIONS = PAGING | {"full", "full_service"}
ORGANIZATION = frozenset({"full_service"})
TAXONOMY_TERMS = PAGING | {"taxonomy_id", "top_only", "parent_id"}
PLACES = (SERVICES - {"minimal"}) | {"postcode", "proximity"}
_ALL = SERVICES | ORGANIZATIONS | TAXONOMY_TERMS | PLACES
T = TypeVar("T")


class BadQuery(ValueError):
    """The request cannot be answered as asked; says which parameter and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """`words` must all stand in what is found; `modified_after` is aware; `proximity_km` needs a postcode."""

    page: int = 1
    per_page: int = PER_PAGE
    words: tuple[str, ...] = ()
    taxonomy_term_id: str | None = None
    taxonomy_id: str | None = None
    organization_id: str | None = None
    parent_id: str | None = None
    modified_after: datetime | None = None
    postcode: str | None = None
    proximity_km: float | None = None
    minimal: bool = False
    full: bool = False
    full_service: bool = False
    top_only: bool = False


def read_query(given: Mapping[str, str], offered: Collection[str]) -> Query:
    """The request's parameters. Raises BadQuery. More per page than we give is no error: `size` tells."""
    for name, value in given.items():
        if name in _ALL and name not in offered:
            raise BadQuery(f"{name} is not offered at this address")
        if name in _ALL and len(value) > LONGEST:
            raise BadQuery(f"{name} is longer than {LONGEST} characters")
    if given.get("format", "json").lower() != "json":
        raise BadQuery("format: only json is offered")
    if given.get("proximity") and not given.get("postcode"):
        raise BadQuery("proximity needs a postcode to measure from")
    return Query(
        page=_count(given, "page", 1),
        per_page=min(_count(given, "per_page", PER_PAGE), MOST_PER_PAGE),
        words=tuple(f"{given.get('search', '')} {given.get('text', '')}".casefold().split()),
        taxonomy_term_id=_id(given, "taxonomy_term_id"),
        taxonomy_id=_id(given, "taxonomy_id"),
        organization_id=_id(given, "organization_id"),
        parent_id=_id(given, "parent_id"),
        modified_after=_instant(given, "modified_after"),
        postcode=given.get("postcode") or None,
        proximity_km=_metres(given) / 1000 if given.get("proximity") else None,
        **{name: _switch(given, name) for name in ("minimal", "full", "full_service", "top_only")},
    )


def envelope(items: Sequence[T], query: Query, record: Callable[[T], dict[str, Any]]) -> dict[str, Any]:
    """One page of `items`, each made into its record. `size` is how many this page holds."""
    pages = -(-len(items) // query.per_page)
    shown = items[(query.page - 1) * query.per_page : query.page * query.per_page]
    return {
        "total_items": len(items),
        "total_pages": pages,
        "page_number": query.page,
        "size": len(shown),
        "first_page": query.page == 1,
        "last_page": query.page >= pages,
        "empty": not shown,
        "contents": [record(item) for item in shown],
    }


def _count(given: Mapping[str, str], name: str, otherwise: int) -> int:
    value = given.get(name)
    if value is None:
        return otherwise
    if not re.fullmatch(r"[0-9]{1,9}", value) or int(value) == 0:
        raise BadQuery(f"{name} must be a whole number from 1")
    return int(value)


def _metres(given: Mapping[str, str]) -> float:
    value = given["proximity"]
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,3})?", value):
        raise BadQuery("proximity must be metres")
    return float(value)


def _switch(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "false").lower()
    if value not in {"true", "false", "1", "0", ""}:
        raise BadQuery(f"{name} must be true or false")
    return value in {"true", "1"}


def _id(given: Mapping[str, str], name: str) -> str | None:
    return given.get(name, "").strip().lower() or None


def _instant(given: Mapping[str, str], name: str) -> datetime | None:
    """A date or a time; with no zone it is UTC. A `+` of a zone that was not escaped arrives as a space."""
    value = given.get(name, "").strip()
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(re.sub(r"(:\d\d(?:\.\d+)?) (\d\d:?\d\d)$", r"\1+\2", value))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise BadQuery(f"{name} must be a date or a time, such as 2026-11-23T09:00:00Z") from fault
