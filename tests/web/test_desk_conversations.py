"""The list of every conversation: nobody's words are out of sight, with a case or without."""

import re
import time
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from bot.casework import conversations as talks
from bot.refs import new_ref, number_of, read_ref, ref_of
from bot.store import addresses, people
from bot.store import conversations as sessions
from bot.store import inbox as rows
from bot.store.addresses import address
from bot.store.inbox import inbox
from bot.store.talks import Filters, list_talks, page_of
from bot.web.desk.inbox import SHOWN_CHARACTERS
from tests.houses import AT, ON_SQLITE, Home
from tests.web.worker import Worker, at_desk

KNIFE = "he has a knife hes outside"
PLAIN = "is there a toddler group near me"


def shown(html: str) -> list[str]:
    """The references of the conversations that a page lists, in its order."""
    return re.findall(r'<h2 class="govuk-heading-s desk-case__name"><a[^>]*href="/desk/conversations/(\w+)"', html)


def ref_at(home: Home, sender: str, kind: str = "sms") -> str:
    return ref_of(home.address(sender, kind).id)


def test_a_conversation_that_raised_no_case_is_listed_with_its_words_and_opened(sam: Worker, home: Home) -> None:
    """Claim: words that no rule knew are on the list and on a page of their own, though no case or person exists."""
    home.text("the blue cup is on the shelf again")
    home.send()
    assert home.cases() == []
    page = sam.get("/desk/conversations")
    ref = ref_at(home, "+447700900321")
    assert shown(page.text) == [ref]
    assert "the blue cup is on the shelf again" in page.text
    assert "No case" in page.text
    story = sam.get(f"/desk/conversations/{ref}")
    assert story.status_code == 200
    assert "the blue cup is on the shelf" in story.text
    assert home.out()[0].body in unescape(story.text)
    assert "07700 900321" in story.text
    assert "raised no case" in story.text
    assert home.cases() == []


def test_the_newest_words_stand_first_and_the_filters_part_them(app: Flask, home: Home) -> None:
    """Claim: newest first by the family's last message; case, channel, language and age narrow it."""
    a, b, token = "+447700900001", "+447700900002", "chat-token-" + "x" * 32
    home.text("old words of long ago", sender=a)
    home.later(days=8)
    home.text(PLAIN, sender=b)
    home.later(days=2)
    home.text(KNIFE, sender=token, kind="web")
    home.later(minutes=5)
    home.text("hello again", sender=a)
    with home.house.db.write() as tx:
        addresses.change_address(tx, home.address(b).id, language="pl")
    sam = at_desk(app, home)
    ra, rb, rw = ref_at(home, a), ref_at(home, b), ref_at(home, token, "web")
    for query, expected in (
        ("", [ra, rw, rb]),
        ("raised=none", [ra, rb]),
        ("raised=some", [rw]),
        ("kind=web", [rw]),
        ("kind=sms&raised=none", [ra, rb]),
        ("language=pl", [rb]),
        ("age=day", [ra, rw]),
        ("age=week&kind=sms", [ra, rb]),
        ("raised=nonsense&kind=x&age=y&after=zz", [ra, rw, rb]),
        ("language=xx", []),
    ):
        assert shown(sam.get(f"/desk/conversations?{query}").text) == expected, query
    page = sam.get("/desk/conversations").text
    assert "hello again" in page
    assert "old words of long ago" not in page
    assert "Polish" in page
    assert token not in page


def test_what_the_list_and_a_conversation_showed_is_audited(sam: Worker, app: Flask, home: Home) -> None:
    """Claim: each conversation on a page, and each one opened, is named in the audit, with whose it is."""
    numbers = [f"+4477009001{n:02}" for n in range(23)]
    for number in numbers:
        home.text(PLAIN, sender=number)
    with home.house.db.write() as tx:
        person_ref = new_ref()
        person_id = people.add_person(tx, ref=person_ref, now=home.clock.at, first_name="Ana")
        people.link(tx, person_id, home.address(numbers[0]).id, home.clock.at)
    sam.get("/desk/conversations")
    named = {ref for action, _, detail in home.audited() if action == "conversations.view" for ref in detail.split()}
    assert named == {ref_at(home, number) for number in numbers} | {person_ref}
    ref = ref_at(home, numbers[0])
    page = sam.get(f"/desk/conversations/{ref}").text
    assert "Ana" in page
    assert home.audited()[-1] == ("conversation.view", f"conversation:{ref}", f"{ref} {person_ref}")
    found = at_desk(app, home, "manager").get(f"/desk/audit?ref={person_ref}").text
    assert "Opened a conversation" in found
    assert "Looked at the list of conversations" in found


@ON_SQLITE
def test_a_reference_that_is_nobody_s_is_not_found(sam: Worker) -> None:
    """Claim: an unknown or unreadable reference is 404, and leaves no trace of a reading."""
    assert sam.get(f"/desk/conversations/{ref_of(999)}").status_code == 404
    assert sam.get(f"/desk/conversations/{ref_of(2**31)}").status_code == 404
    assert sam.get("/desk/conversations/nonsense").status_code == 404


@ON_SQLITE
def test_reading_changes_nothing(sam: Worker, home: Home) -> None:
    """Claim: a conversation with a case can be read without that counting as the look the family was promised."""
    home.text(KNIFE)
    case = home.cases()[0]
    page = sam.get(f"/desk/conversations/{ref_at(home, '+447700900321')}").text
    assert f'href="/desk/cases/{case.ref}"' in page
    assert "<textarea" not in page
    assert home.cases()[0] == case


def test_words_from_before_a_number_changed_hands_are_not_shown_as_theirs(sam: Worker, home: Home) -> None:
    """Claim: after "wrong person" the page holds what was said since, and leads to those who had the number before."""
    number = "+447700900321"
    home.text("my secret of before")
    with home.house.db.write() as tx:
        person_id = people.add_person(tx, ref=(person_ref := new_ref()), now=AT, first_name="Ana")
        people.link(tx, person_id, home.address(number).id, AT)
        home.later(minutes=5)
        people.release(tx, home.address(number).id, home.clock.at)
    home.later(minutes=5)
    home.text("hi who is this")
    page = sam.get(f"/desk/conversations/{ref_at(home, number)}").text
    assert "hi who is this" in page
    assert "my secret of before" not in page
    assert f'href="/desk/people/{person_ref}"' in page
    assert "my secret of before" in sam.get(f"/desk/people/{person_ref}").text


@ON_SQLITE
def test_pages_lead_on_and_lose_none(sam: Worker, home: Home) -> None:
    """Claim: every conversation stands on exactly one page, also those that wrote at one instant; filters are kept."""
    total = talks.PAGE * 2 + 3
    for number in range(total):
        home.text(PLAIN, sender=f"+4477009{number:05}")
        if number % 7:
            home.later(seconds=1)
    seen: list[str] = []
    at = "/desk/conversations?kind=sms"
    while at:
        page = sam.get(at).text
        seen += shown(page)
        older = re.search(r'href="(/desk/conversations\?[^"]*after=[^"]*)" rel="next"', page)
        at = unescape(older[1]) if older else ""
        assert not at or "kind=sms" in at
    assert len(seen) == len(set(seen)) == total
    assert "Back to the newest" in page


@ON_SQLITE
def test_markup_stays_words_and_a_picture_is_named(sam: Worker, home: Home) -> None:
    """Claim: a family's words are never part of the page; a long message is cut on the list and whole on its page."""
    long = "<img src=x onerror=alert(1)> " + "word " * SHOWN_CHARACTERS + "the end"
    home.text(long)
    listed = sam.get("/desk/conversations").text
    assert "<img" not in listed
    assert "the end" not in listed
    story = sam.get(f"/desk/conversations/{ref_at(home, '+447700900321')}").text
    assert "<img" not in story
    assert "the end" in story


@given(number=st.integers(min_value=0, max_value=2**31 - 1))
def test_a_conversation_s_reference_is_told_back(number: int) -> None:
    """Claim: each number has its own well-formed reference, and only that number."""
    ref = ref_of(number)
    assert read_ref(ref) == ref
    assert number_of(ref) == number


@given(
    at=st.datetimes(datetime(1970, 1, 1), datetime(5000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - as it asks
    number=st.integers(min_value=1, max_value=2**31 - 1),
)
def test_a_cursor_is_read_as_it_was_written(at: datetime, number: int) -> None:
    """Claim: where a page ended is told to the microsecond."""
    assert talks.read_cursor(talks.write_cursor((at, number))) == (at, number)


@pytest.mark.parametrize("text", ["", "-", "1", "x-1", "1-x", "1-99999999999", "9" * 18 + "-1", "²-1"])
def test_what_is_no_cursor_begins_at_the_beginning(text: str) -> None:
    """Claim: nothing that an address may carry breaks the list."""
    assert talks.read_cursor(text) is None


def test_a_hundred_thousand_conversations_are_paged_at_once(home: Home) -> None:
    """Claim: with 100,000 conversations any page, first or deep, filtered or not, takes well under half a second, and
    the database walks the list's index instead of sorting."""
    total = 100_000
    with home.house.db.write() as tx:
        for start in range(0, total, 10_000):
            numbers = range(start, start + 10_000)
            tx.execute(
                sa.insert(address),
                [
                    {"kind": "web" if n % 3 else "sms", "fingerprint": f"{n:064}", "value": "x", "created_at": AT,
                     "consent": "unasked", "asked_since_stop": False, "safe": "unknown", "shared": False,
                     "language": "so" if n % 1000 == 0 else "en", "watched": False,
                     "last_in_at": AT - timedelta(seconds=n)}
                    for n in numbers
                ],
            )  # fmt: skip
        ids = [int(i) for (i,) in tx.execute(sa.select(address.c.id).order_by(address.c.id))]
        for start in range(0, total, 10_000):
            tx.execute(
                sa.insert(inbox),
                [
                    {"account": "AC", "provider_sid": f"SM{i}", "address_id": i, "body": "words", "pictures": 0,
                     "received_at": AT, "state": "done", "attempts": 1, "risk": "none"}
                    for i in ids[start : start + 10_000]
                ],
            )  # fmt: skip
        if tx.dialect.name == "postgresql":
            tx.execute(sa.text("ANALYZE"))
    deep = (AT - timedelta(seconds=90_000), 2**31 - 1)
    for filters in (
        Filters(),
        Filters(raised=False),
        Filters(raised=True),
        Filters(kind="sms"),
        Filters(language="so"),
    ):
        for after in (None, deep):
            with home.house.db.read() as tx:
                begun = time.perf_counter()
                found = list_talks(tx, filters, after=after, limit=talks.PAGE + 1)
                took = time.perf_counter() - begun
            assert len(found) == _expected(filters, after is not None)
            assert took < 0.5, (filters, after, took)
    plan = _plan(home, Filters(raised=False), deep)
    assert "ix_address_last_in" in plan
    assert not re.search(r"TEMP B-TREE|Sort", plan), plan


def _expected(filters: Filters, is_deep: bool) -> int:
    if filters.raised:
        return 0
    return 10 if filters.language and is_deep else talks.PAGE + 1


def _plan(home: Home, filters: Filters, after: tuple[datetime, int]) -> str:
    """How the database itself would find this page."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_more: object) -> None:
        asked.append((statement, parameters))

    with home.house.db.read() as tx:
        sa.event.listen(home.house.db.engine, "before_cursor_execute", note)
        tx.execute(page_of(filters, after=after, limit=talks.PAGE + 1)).all()
        sa.event.remove(home.house.db.engine, "before_cursor_execute", note)
        statement, parameters = asked[-1]
        explain = "EXPLAIN" if tx.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        return str(tx.exec_driver_sql(f"{explain} {statement}", parameters).all())


def test_every_message_of_a_family_sets_when_it_last_wrote(home: Home) -> None:
    """Claim: the list's place for a conversation is that of its newest message, however it came."""
    for words in ("hello", "STOP", "", KNIFE):
        home.later(minutes=1)
        home.text(words)
        assert home.address().last_in_at == home.clock.at
    with home.house.db.read() as tx:
        assert len(rows.inbox_of(tx, [home.address().id])) == 4
        assert sessions.load_session(tx, home.address().id) is not None
