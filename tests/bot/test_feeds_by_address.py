"""A directory read by its address, from a real server on loopback that behaves as badly as real ones."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.directory_source import FeedError, read_address, source_of
from bot.feed_http import AddressRefused, Fetcher, Limits, check_address
from bot.feed_reading import Fetched
from directory.report import Read
from tests.feed_server import Feed, Trouble, answers, breaks_off, drips, endless, leads_to, serving, silent

pytestmark = pytest.mark.net
DATA = Path(__file__).parent.parent / "directory" / "data"
QUICK = Limits(
    connect_seconds=1, silence_seconds=0.3, answer_seconds=0.6, answer_bytes=200_000, pause_seconds=0.01,
    longest_pause_seconds=0.05,
)  # fmt: skip


def record(number: int, **more: Any) -> dict[str, Any]:
    own = f"00000000-0000-4000-8000-{number:012d}"
    return {
        "id": own, "name": f"Group {number}", "status": "active", "description": "<p>Tea &amp; talk</p>",
        "organization": {"id": "o", "name": "Org", "description": ""},
        "last_modified": f"2026-11-{number:02d}T09:00:00Z",
        "contacts": [{"id": "c", "phones": [{"id": "p", "number": f"020 7946 00{number:02d}"}]}], **more,
    }  # fmt: skip


def read(feed: Feed, path: str = "", since: datetime | None = None, limits: Limits = QUICK) -> tuple[Read, Fetched]:
    return read_address(feed.base + path, changed_since=since, fetcher=Fetcher(limits))


@pytest.mark.parametrize("path", ["", "/", "/services", "/services?page=2", "/services?page=1&per_page=9"])
def test_every_page_is_read_and_each_service_whole(path: str) -> None:
    """Claim: from the base, the list or any page of it all services come, each by its id, for the list has no
    telephone numbers; the same source whichever was given."""
    with serving(Feed([record(n) for n in range(1, 6)])) as feed:
        got, came = read(feed, path)
        assert [s.phone for s in got.services] == [f"020 7946 000{n}" for n in range(1, 6)]
        assert came.whole
        assert source_of(feed.base + path) == source_of(feed.base)
        assert {line.reason for line in got.repaired} == {"description: markup made plain"}


def test_a_list_that_is_whole_is_not_asked_for_again() -> None:
    """Claim: where the list has each service whole, no service is asked for by its id."""
    with serving(Feed([record(n) for n in range(1, 4)], shallow=False)) as feed:
        got, _ = read(feed)
        assert len(got.services) == 3
        assert not [path for path in feed.asked if "services/" in path]


@pytest.mark.parametrize("trouble", [answers(429, 1, Retry_After="0"), answers(500, 2), breaks_off(2)])
def test_a_feed_that_tires_is_asked_again(trouble: Trouble) -> None:
    """Claim: 429, 500 and an answer that broke off are tried again, and nothing is lost or doubled."""
    with serving(Feed([record(n) for n in range(1, 5)])) as feed:
        feed.troubles = {"/api/services?page=2": trouble, f"/api/services/{feed.records[0]['id']}": trouble}
        got, _ = read(feed)
        assert len(got.services) == 4


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (answers(500, 99), "answered 500"), (answers(429, 99), "answered 429"), (breaks_off(99), "broke off"),
        (drips, "no whole answer"), (silent, "silent"), (endless, "longer than"), (answers(404, 9), "answered 404"),
    ],
)  # fmt: skip
def test_a_page_that_cannot_be_had_ends_the_import(trouble: Trouble, why: str) -> None:
    """Claim: half a list is never taken for the list: a page that stays away, drips, falls silent, breaks off or does
    not end refuses the whole, in bounded time, and says which and why."""
    with serving(Feed([record(n) for n in range(1, 8)])) as feed:
        feed.troubles = {"/api/services?page=2": trouble}
        with pytest.raises(FeedError, match=f"/api/services.*{why}"):
            read(feed)


def test_one_service_that_cannot_be_had_is_told_and_stays() -> None:
    """Claim: a broken service is refused with its id and reason and stands among what the feed lists; the others
    come. Five after another mean that the feed went away, and refuse the whole."""
    with serving(Feed([record(n) for n in range(1, 8)])) as feed:
        gone = feed.records[2]["id"]
        feed.troubles = {f"/api/services/{gone}": answers(500, 99)}
        got, came = read(feed)
        assert len(got.services) == 6
        assert [(line.id, "500" in line.reason) for line in got.refused] == [(gone, True)]
        assert gone in came.listed
        feed.troubles = {f"/api/services/{r['id']}": answers(503, 99) for r in feed.records}
        with pytest.raises(FeedError, match="503"):
            read(feed)


@pytest.mark.parametrize(
    ("lies", "whole"),
    [
        ({"total_items": 900, "total_pages": 300, "last_page": False}, False),  # more than there are
        ({"total_items": 900, "last_page": True}, False),  # each page the last
        ({"total_items": 1, "total_pages": 1, "last_page": True}, True),  # fewer than page 1 holds
        ({"total_items": "many", "total_pages": None, "last_page": None}, True),  # nothing to be used
    ],
)  # fmt: skip
def test_a_feed_that_lies_about_its_totals(lies: dict[str, object], whole: bool) -> None:
    """Claim: reading ends; what is listed is read; where more was promised than came, absence says nothing."""
    with serving(Feed([record(n) for n in range(1, 6)], lies=lies)) as feed:
        got, came = read(feed)
        assert len(got.services) == (2 if lies.get("total_items") == 1 else 5)
        assert came.whole is whole
        assert bool(came.told) is not whole


def test_pages_counted_from_nought_and_pages_that_repeat() -> None:
    """Claim: a feed that counts from 0 loses no page; one that gives page 1 for ever is read once."""
    with serving(Feed([record(n) for n in range(1, 6)], first=0, old=True)) as feed:
        assert len(read(feed)[0].services) == 5
    with serving(Feed([record(1), record(2)], size=2)) as feed:
        feed.page = lambda number, since: Feed.page(feed, 1, since) | {"last_page": False, "total_pages": 99}  # type: ignore[method-assign]
        got, came = read(feed)
        assert (len(got.services), came.whole) == (2, True)


def test_only_what_changed_where_the_feed_honours_it() -> None:
    """Claim: modified_after is used only where asking for a day that has not come lists nothing; else everything is
    read and the report says so. What was asked for in part says nothing of the rest."""
    since = datetime(2026, 11, 3, 12, tzinfo=UTC)
    with serving(Feed([record(n) for n in range(1, 6)], listens=True)) as feed:
        got, came = read(feed, since=since)
        assert [s.name for s in got.services] == ["Group 4", "Group 5"]
        assert not came.whole
        later = datetime(2026, 11, 30, tzinfo=UTC)
        assert read(feed, since=later)[0].services == ()
        feed.listens = False
        got, came = read(feed, since=since)
        assert (len(got.services), came.whole) == (5, True)
        assert "does not honour" in came.told[0]


def test_a_feed_with_nothing_in_it_is_refused() -> None:
    """Claim: an empty list, a page of a website and a service that is none change nothing."""
    with serving(Feed([])) as feed, pytest.raises(FeedError, match="lists no services"):
        read(feed)
    for body in (b"<html><body>Moved, sorry</body></html>", b"{}", b'"x"', b"{"):
        with serving(Feed([record(1)])) as feed:
            feed.troubles = {"/api/services?page=1": _says(body)}
            with pytest.raises(FeedError, match=r"no list|no JSON"):
                read(feed)


def test_a_list_file_one_service_and_a_sheet_at_an_address() -> None:
    """Claim: a file that is a list is taken as it stands, one service alone says nothing of others, and a sheet at an
    address is read as a sheet."""
    with serving(Feed([record(1), record(2)])) as feed:
        feed.troubles = {"/api/list.json": _says(json.dumps(feed.records).encode())}
        got, came = read(feed, "/list.json")
        assert (len(got.services), came.whole) == (2, True)
        got, came = read(feed, f"/services/{feed.records[0]['id']}")
        assert (len(got.services), came.whole) == (1, False)
        feed.troubles = {"/api/ours.csv": _says(b"name,organisation\nStay and play,Wandle Hub\n")}
        got, came = read(feed, "/ours.csv")
        assert [s.name for s in got.services] == ["Stay and play"]


def test_real_dirty_pages_come_clean() -> None:
    """Claim: Bristol's real 1.0 page and 3.0 page, served shallow, come with what was repaired told for each."""
    for name, number in (("oruk1_bristol_services_page1.json", 50), ("oruk3_bristol_services_page1.json", 3)):
        page = json.loads((DATA / name).read_text(encoding="utf-8"))
        records = page.get("content") or page["contents"]
        with serving(Feed(records, size=20, old="content" in page)) as feed:
            got, _ = read(feed)
            assert (len(got.services), got.refused) == (number, ())
            assert got.repaired
            assert not [s for s in got.services if "<p>" in s.description or "Â" in s.description]


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("ftp://example.org/x", "must begin with https"), ("https://", "must begin with https"),
        ("http://example.org/api", "give its https"), ("https://me:pw@example.org/", "name or password"),
        ("https://10.1.2.3/api", "inside a network"), ("https://169.254.169.254/latest", "inside a network"),
        ("https://[fd00::1]/api", "inside a network"), ("https://[::ffff:192.168.1.1]/", "inside a network"),
        ("https://100.64.0.1/", "inside a network"), ("https://example.org:x/", "not an address"),
    ],
)  # fmt: skip
def test_addresses_that_are_not_asked(address: str, why: str) -> None:
    """Claim: plain http, passwords and addresses inside a network are refused with what to do instead."""
    with pytest.raises(AddressRefused, match=why):
        check_address(address)


def test_the_guard_stands_at_the_connection() -> None:
    """Claim: a name that leads inside is refused once it is looked up, before a word is said, however it is written;
    a redirect is checked as the first address was, and only so many are followed."""
    with serving(Feed([record(1)])) as feed:
        port = feed.base.split(":")[2].split("/")[0]
        for inside in (f"https://localhost:{port}/api", f"https://2130706433:{port}/api", f"https://0x7f.1:{port}/"):
            with pytest.raises(FeedError, match=r"inside a network|cannot be reached"):
                read_address(inside, fetcher=Fetcher(QUICK))
        assert feed.asked == []
        feed.troubles = {"/api": leads_to("https://10.0.0.7/admin")}
        with pytest.raises(FeedError, match=r"10\.0\.0\.7 is an address inside"):
            read(feed)
        feed.troubles = {"/api/services": leads_to(f"{feed.base}/services")}
        with pytest.raises(FeedError, match="led on more than 3 times"):
            read(feed, "/services")
        feed.troubles = {"/api/old": leads_to("/api/services")}
        assert read(feed, "/old")[0].services


def _says(body: bytes) -> Callable[[Any, int], bool]:
    from tests.feed_server import say

    return lambda door, _: say(door, body)
