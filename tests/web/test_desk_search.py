"""Searching at the desk: who is found by what, what stays unread, and what the audit keeps of it."""

import logging
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask import Flask

from bot.app import build
from bot.house import House
from bot.refs import new_ref, ref_of
from bot.store import addresses, casework, people, schema
from bot.store.database import Database
from tests.browser import fits
from tests.houses import AT, KEYS, ON_SQLITE, Home
from tests.web.standing import a_case
from tests.web.visitor import Visitor
from tests.web.worker import Worker, at_desk, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium


def a_person(home: Home, first: str, last: str = "", *, number: str | None = None, **values: object) -> str:
    ref = new_ref()
    with home.house.db.write() as tx:
        key = people.add_person(
            tx, ref=ref, now=home.clock.at, first_name=first, last_name=last or None, **values,  # type: ignore[arg-type]
        )  # fmt: skip
        if number is not None:
            people.link(tx, key, addresses.open_address(tx, "sms", number, home.clock.at).id, home.clock.at)
    return ref


def search(worker: Worker, words: str) -> str:
    answer = worker.post("/desk/search", "/desk/search", words=words)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_person_is_found_by_name_number_reference_and_postcode(sam: Worker, home: Home) -> None:
    """Claim: each finds the one it is of, however it is spaced or misspelt, and nobody else."""
    ana = a_person(
        home, "Ana", "Oyelaran", number="+447700900001", postcode="SW18 2PU", source_reference="LCS-123",
    )  # fmt: skip
    ben = a_person(home, "Ben", "Quaye", number="+447700900002", postcode="SW11 1AA")
    for typed in (
        "Ana Oyelaran",
        "oyleran",
        "07700 900001",
        "+44 7700 900 001",
        ana,
        ana.lower(),
        "LCS-123",
        "sw182pu",
    ):
        page = search(sam, typed)
        assert f"/desk/people/{ana}" in page, typed
        assert ben not in page, typed
    assert f"/desk/people/{ben}" in search(sam, "Quay")


def test_a_changed_name_postcode_and_number_are_found_at_once(sam: Worker, home: Home) -> None:
    """Claim: what another transaction wrote is found by the very next search, and the old name finds nobody."""
    ana = a_person(home, "Ana", "Oyelaran", postcode="SW18 2PU")
    assert ana in search(sam, "Oyelaran")
    with home.house.db.write() as tx:
        found = people.find_person(tx, ana)
        assert found is not None
        people.change_person(tx, found.id, last_name="Begum", postcode="SW11 1AA")
    for typed, there in (("Begum", True), ("Oyelaran", False), ("SW11 1AA", True), ("SW18 2PU", False)):
        assert (ana in search(sam, typed)) is there, typed
    late = a_person(home, "Bilal", "Begum")
    assert late in search(sam, "begum")


def test_two_processes_find_what_the_other_wrote_and_forget_whom_it_erased(app: Flask, home: Home, sam: Worker) -> None:
    """Claim: each process keeps its own index and brings it up to date from the rows, taken out ones included."""
    other = House(
        settings=home.house.settings, db=home.house.db, clock=home.clock, live=home.house.live, wake=home.house.wake,
        channels=home.house.channels,
    )  # fmt: skip
    there = at_desk(build(other.settings, house=other), home, "manager")
    ana = a_person(home, "Ana", "Oyelaran")
    assert ana in search(sam, "oyelaran")
    assert ana in search(there, "oyelaran")
    with home.house.db.write() as tx:
        tx.execute(sa.delete(people.person).where(people.person.c.ref == ana))
    a_person(home, "Cem", "Aydin")
    for worker, house in ((sam, home.house), (there, other)):
        assert "Nobody fits" in search(worker, "oyelaran")
        with house.db.read() as tx:
            assert house.names.find(tx, "oyelaran", limit=5) == []


def test_who_had_a_number_is_told_as_such_and_an_unknown_number_leads_to_its_conversation(
    sam: Worker, home: Home
) -> None:
    """Claim: a number that changed hands names who had it until when; one that is nobody's opens what was written."""
    ana = a_person(home, "Ana", "Oyelaran", number="+447700900001")
    with home.house.db.write() as tx:
        address = addresses.open_address(tx, "sms", "+447700900001", home.clock.at)
        people.release(tx, address.id, home.clock.at)
    page = search(sam, "07700900001")
    assert ana in page
    assert "Had this number until" in page
    home.text("hello", sender="+447700900077")
    conversation = ref_of(home.address("+447700900077").id)
    assert f"/desk/conversations/{conversation}" in search(sam, "07700 900077")
    assert f"/desk/conversations/{conversation}" in search(sam, conversation)
    case = a_case(home, "Dee", sender="+447700900088")
    assert f"/desk/cases/{case}" in search(sam, case)


def test_what_was_sought_is_kept_nowhere_and_who_was_shown_is(
    sam: Worker, home: Home, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Claim: the audit names who was shown and by whom; neither it nor the log nor an address holds the words."""
    caplog.set_level(logging.DEBUG)
    ana = a_person(home, "Ana", "Oyelaran")
    search(sam, "Oyelaren")
    search(sam, "Zzyzzyva")
    case = a_case(home, "Dee", sender="+447700900088")
    search(sam, "Dee")
    sam.post(f"/desk/people/{ana}", f"/desk/people/{ana}/words", words="Zzyzzyva")
    audited = home.audited()
    assert ("people.search", "search:1", ana) in audited
    assert ("people.search", "search:0", "") in audited
    assert [detail.split()[1:] for *_, detail in audited if case in detail] == [[case]]  # its line shows it
    assert ("person.words", f"person:{ana}", "") in audited
    told = capsys.readouterr()
    for sought in ("oyelaren", "zzyzzyva"):
        assert all(sought not in " ".join(row).lower() for row in audited)
        assert sought not in (caplog.text + told.out + told.err).lower()
    assert sam.get("/desk/search?words=Oyelaran").text.count("Oyelaran") == 0


def test_words_are_sought_within_one_person_only(sam: Worker, home: Home) -> None:
    """Claim: every word must stand in a message, answer or note of this person; another's are never among them."""
    mine = a_case(home, "Ana", sender="+447700900001")
    a_case(home, "Ben", sender="+447700900002")
    home.text("the boiler is broken again", sender="+447700900001")
    home.text("our boiler too", sender="+447700900002")
    sam.act(mine, "note", words="Rang the landlord of the BOILER")
    with home.house.db.read() as tx:
        case = casework.find_case(tx, mine)
        assert case is not None
        ref = people.person_by_id(tx, case.person_id or 0).ref
    page = sam.post(f"/desk/people/{ref}", f"/desk/people/{ref}/words", words="boiler").text
    assert "the boiler is broken again" in page
    assert "Rang the landlord" in page
    assert "our boiler too" not in page
    page = sam.post(f"/desk/people/{ref}", f"/desk/people/{ref}/words", words="broken boiler").text
    assert "Rang the landlord" not in page
    assert sam.post(f"/desk/people/{ref}", f"/desk/people/{ref}/words", words="  ").status_code == 400


@ON_SQLITE
def test_nothing_sought_and_too_much_are_told(sam: Worker, home: Home) -> None:
    """Claim: an empty box and an endless text are answered in words, and markup that is typed stays text."""
    assert sam.post("/desk/search", "/desk/search", words="  ").status_code == 400
    assert sam.post("/desk/search", "/desk/search", words="a" * 5_000).status_code == 400
    page = search(sam, "<script>alert(1)</script>")
    assert "<script>alert(1)" not in page
    assert "Nobody fits" in page


@ON_SQLITE
def test_a_child_is_found_with_whom_they_live(sam: Worker, home: Home) -> None:
    """Claim: a child's line leads to the adults of the household."""
    with home.house.db.write() as tx:
        key = people.household(tx, "H1", home.clock.at)
    ana = a_person(home, "Ana", "Oyelaran", household_id=key)
    a_person(home, "Kit", household_id=key, child=True, born="2022-03")
    page = search(sam, "kit")
    assert "A child, 4 years" in page
    assert "Lives with" in page
    assert f"/desk/people/{ana}" in page


def test_those_who_were_here_before_are_found_by_postcode_after_the_upgrade(database_url: str) -> None:
    """Claim: the migration finds who stands already, on an older database with families in it."""
    database = Database(database_url, KEYS)
    schema.upgrade(database)
    with database.write() as tx:
        key = people.add_person(tx, ref=new_ref(), now=AT, first_name="Ana", postcode="SW18 2PU")
    schema.downgrade(database, "0014")
    schema.upgrade(database)
    with database.read() as tx:
        kept = tx.execute(sa.select(people.person.c.postcode_print).where(people.person.c.id == key)).scalar_one()
    assert kept == people.postcode_print(KEYS, "sw182pu")
    database.close()


@pytest.mark.browser
@pytest.mark.net
@ON_SQLITE
def test_the_search_by_keyboard_and_at_every_width(app: Flask, home: Home, chromium: "Chromium") -> None:
    """Claim: typed and sent by keyboard; no page is wider than a small phone; nothing is told to the address."""
    a_case(home, "Ana")
    for number in range(3):
        a_person(home, f"Ana{number}", "Oyelaran", number=f"+44770090010{number}", postcode="SW18 2PU")
    email = hire(home, "practitioner")
    with served(app) as address, chromium.person(address, width=320) as device:
        page = device.new_page()
        signed_in_at(page, email, f"{address}/desk/search")
        page.get_by_label("Name, number, reference or postcode").press_sequentially("oyelaren")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="3 people").wait_for()
        assert "oyelaren" not in page.url
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert fits(page, width)


def test_a_professionals_referral_of_nobody_here_is_found_by_the_name_it_tells(
    family: Visitor, sam: Worker, home: Home
) -> None:
    """Claim: a family without a number or record is found by name, misspelt too, in the open referral and the closed;
    erased it is found no more, and the audit names the case that was shown."""
    form = family.page("/professionals").form("/professionals")
    told = {"who": "Dr Ivy Grant", "organisation": "Larkmere Surgery", "family": "Amara Oyelaran",
            "told": "They agreed", "number": "none", "words": "The boy hardly sleeps"}  # fmt: skip
    assert family.client.post("/professionals", data={**form, **told}).status_code == 303
    ref = home.cases()[0].ref
    for typed in ("Oyelaran", "oyleran amara"):
        page = search(sam, typed)
        assert f"/desk/cases/{ref}" in page, typed
        assert "Dr Ivy Grant, Larkmere Surgery" in page
    assert ref not in search(sam, "Begum")
    assert ref in [row for row in home.audited() if row[0] == "people.search"][-2][2]
    with home.house.db.write() as tx:
        tx.execute(sa.delete(casework.referral))
    assert ref not in search(sam, "Oyelaran")
