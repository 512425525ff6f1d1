"""Reading a feed of services by its address: every page of its list, then each service whole by its id.

Lists are shallow in Open Referral UK, and what an envelope says of itself is often wrong, so the pages themselves are
believed: reading ends where a page is empty or brings nothing new, not where the envelope says. A page that cannot be
had ends the import with nothing changed, since half a list looks like a list from which the rest has vanished. A single
service that cannot be had is told, and what we hold of it stays.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from bot.feed_http import Fetcher, FetchFault
from directory.report import Line

_PAGING: Final = frozenset({"page", "per_page", "perpage", "size", "page_number"})
# What only a whole service has: a list of the standard never holds these, in any of the shapes we know.
_WHOLE: Final = frozenset(
    {"service_at_locations", "contacts", "phones", "schedules", "regular_schedules", "attributes", "locations"}
)
_NOT_YET: Final = "2999-01-01T00:00:00Z"  # nothing changed after it: a feed that lists something does not listen
MOST_PAGES: Final = 2_000
MOST_SERVICES: Final = 50_000
GONE_AWAY: Final = 5  # services one after the other that nothing answers for: the feed itself has gone away
_NOT_FOUND: Final = 404


class NotAFeed(ValueError):
    """What the address answers is no list of services, or a list that cannot be read to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A feed as it came. `whole`: it was read to its end, so that what it does not list is gone from it. `listed` are
    the ids on it, also of what could not be had. `told` are sentences about the feed as such. `text` is set where the
    address holds a sheet and no feed."""

    records: Sequence[Any] = ()
    whole: bool = True
    listed: frozenset[str] = frozenset()
    refused: Sequence[Line] = ()
    told: Sequence[str] = ()
    text: str | None = None


@dataclass(slots=True)
class _List:
    address: str
    query: dict[str, str]
    records: list[Any] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    said: int | None = None  # how many the envelope says there are
    told: list[str] = field(default_factory=list)
    by_id: bool = True  # whether each has an address of its own: not those of a file


def read_address(fetch: Fetcher, url: str, *, changed_since: datetime | None = None) -> Fetched:
    """Everything at the address: a feed's base, its list, one of its pages, one service, or a sheet.

    `changed_since`: only what changed after it, where the feed honours `modified_after`; where it does not, all of it
    is read and `told` says so. Raises AddressRefused, FetchFault and NotAFeed; then nothing is to be changed.
    """
    parts = urlsplit(url)
    query = {name: value for name, value in parse_qsl(parts.query) if name.lower() not in _PAGING}
    first = _first(fetch, url, query)
    if isinstance(first, Fetched):
        return first
    found, page = first
    if isinstance(page, list):
        return _finish(fetch, found, page_of(page), whole=True)
    since = None
    if changed_since is not None:
        since = _honoured(fetch, found, changed_since)
        if since is None:
            found.told.append("The feed does not honour modified_after: all of it was read.")
        else:
            found.query["modified_after"] = since
            page = _page(fetch, found, 1)
    return _finish(fetch, found, page, whole=since is None)


def page_of(data: Any) -> Mapping[str, Any]:
    """A bare list as a page that is the only one. Raises NotAFeed where it is neither."""
    if isinstance(data, list):
        return {"contents": data, "total_pages": 1, "last_page": True}
    if isinstance(data, Mapping) and contents_of(data) is not None:
        return data
    raise NotAFeed("what it answers is no list of services")


def contents_of(page: Mapping[str, Any]) -> list[Any] | None:
    """The records of a page, `contents` in 3.0 and `content` in 1.0 and Outpost."""
    return next((page[key] for key in ("contents", "content") if isinstance(page.get(key), list)), None)


def _first(fetch: Fetcher, url: str, query: dict[str, str]) -> Fetched | tuple[_List, Any]:
    """The list behind the address with what its first page says; or all there is, where it is no list."""
    try:
        body: bytes | None = fetch.get(url)
    except FetchFault as fault:
        if fault.status is None or _bare(url).endswith("/services"):
            raise
        body = None  # many feeds answer nothing at their base
    bare = _bare(fetch.at)  # where it has moved to, if it has
    data = None if body is None else _json(body)
    if data is None and body is not None and not body.lstrip().startswith(b"<") and b"," in body[:2000]:
        return Fetched(text=_decoded(body))
    if isinstance(data, Mapping) and contents_of(data) is None and "id" in data and "name" in data:
        return Fetched(records=[data], whole=False, listed=frozenset({str(data["id"])}))
    if isinstance(data, list):
        return _List(address=bare, query=query, by_id=False), data
    if not (isinstance(data, Mapping) and contents_of(data) is not None):
        bare = f"{bare}/services"
    found = _List(address=bare, query=query)
    return found, _page(fetch, found, 1)


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def _page(fetch: Fetcher, found: _List, number: int) -> Mapping[str, Any]:
    body = fetch.get(found.address, {**found.query, "page": str(number)})
    data = _json(body)
    if data is None:
        raise NotAFeed(f"page {number} of {found.address} is no JSON")
    return page_of(data)


def _finish(fetch: Fetcher, found: _List, first: Mapping[str, Any], *, whole: bool) -> Fetched:
    _pages(fetch, found, first)
    if found.said is not None and found.said > len(found.records):
        found.told.append(
            f"The feed says it has {found.said} services and lists {len(found.records)}: "
            "what it does not list is not taken for gone."
        )
        whole = False
    if not found.records and whole:
        raise NotAFeed("it lists no services at all: what we hold from it stays as it is")
    records, refused = _hydrated(fetch, found)
    return Fetched(
        records=records, whole=whole, listed=frozenset(found.seen), refused=refused, told=tuple(found.told)
    )  # fmt: skip


def _pages(fetch: Fetcher, found: _List, first: Mapping[str, Any]) -> None:
    """Every record of the list, once. `first` answers page 1; a feed that counts from 0 says so there."""
    if (_said(first, "first_page", "first") is False) and _take(found, _page(fetch, found, 0)):
        found.told.append("The feed counts its pages from 0.")
    page, number = first, 1
    while _take(found, page) and not _ends(found, page, number):
        number += 1
        if number > MOST_PAGES or len(found.records) > MOST_SERVICES:
            raise NotAFeed(f"it has more than {MOST_PAGES} pages or {MOST_SERVICES} services")
        try:
            page = _page(fetch, found, number)
        except FetchFault as fault:
            # Past the last page some feeds answer 404: that is an end, where the envelope had promised no more.
            if fault.status in {400, 404} and not _promised(page, number):
                return
            raise


def _take(found: _List, page: Mapping[str, Any]) -> bool:
    """Keep what is new on the page; False where nothing is."""
    total = _number(page, "total_items", "totalElements")
    if total is not None:
        found.said = total
    new = False
    for record in contents_of(page) or ():
        own = str(record.get("id") or "") if isinstance(record, Mapping) else ""
        if own and own in found.seen:
            continue
        new = True
        found.seen.add(own)
        found.records.append(record)
    found.seen.discard("")
    return new


def _ends(found: _List, page: Mapping[str, Any], number: int) -> bool:
    """Whether nothing further is to be asked for: it says so, and has given as many as it says there are."""
    if found.said is not None and len(found.records) < found.said:
        return False
    last = _said(page, "last_page", "last")
    pages = _number(page, "total_pages", "totalPages")
    if last is None and pages is None:
        return found.said is not None
    return last is not False if pages is None else last is True or number >= pages


def _promised(page: Mapping[str, Any], number: int) -> bool:
    pages = _number(page, "total_pages", "totalPages")
    return _said(page, "last_page", "last") is not True and pages is not None and number <= pages


def _hydrated(fetch: Fetcher, found: _List) -> tuple[list[Any], list[Line]]:
    """Each record whole, asked for by its id where the list has it in short; what cannot be had is refused."""
    records: list[Any] = []
    refused: list[Line] = []
    failed_running = 0
    for number, record in enumerate(found.records, start=1):
        own = str(record.get("id") or "") if isinstance(record, Mapping) else ""
        if not (own and found.by_id) or any(record.get(key) for key in _WHOLE):
            records.append(record)
            continue
        try:
            whole = _json(fetch.get(f"{found.address}/{quote(own, safe='')}"))
            reason = None if isinstance(whole, Mapping) and str(whole.get("id")) == own else "is another, or none"
            failed_running = 0
        except FetchFault as fault:
            whole, reason = None, str(fault)
            failed_running = 0 if fault.status == _NOT_FOUND else failed_running + 1
            if failed_running == GONE_AWAY:
                raise
        if reason is None:
            records.append(whole)
        else:
            name = str(record.get("name") or "")
            told = f"what its id leads to cannot be had ({reason}); what we hold of it stays"
            refused.append(
                Line(id=str(record.get("thrive_id") or own), name=name, where=f"record {number}", reason=told)
            )
    return records, refused


def _honoured(fetch: Fetcher, found: _List, since: datetime) -> str | None:
    """`since` as the feed takes it, where asking for a day that has not come lists nothing; None where it does not."""
    try:
        data = _json(fetch.get(found.address, {**found.query, "modified_after": _NOT_YET, "page": "1"}))
    except FetchFault:
        return None
    contents = contents_of(data) if isinstance(data, Mapping) else None
    return since.strftime("%Y-%m-%dT%H:%M:%SZ") if contents == [] else None


def _json(body: bytes) -> Any:
    """What the body says as JSON; None where it is none."""
    try:
        return json.loads(_decoded(body))
    except (ValueError, RecursionError):
        return None


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def _number(page: Mapping[str, Any], *names: str) -> int | None:
    found = (page.get(name) for name in names)
    return next((value for value in found if isinstance(value, int) and not isinstance(value, bool)), None)


def _said(page: Mapping[str, Any], *names: str) -> bool | None:
    return next((page[name] for name in names if isinstance(page.get(name), bool)), None)
