"""Merging two records of a person at the desk: who may, what is shown, what is given back, and what is told to whom."""

import os
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot.casework import merging
from tests.browser import axe
from tests.casework.two_records import HERS, SECOND, WHY, a_row, enrol, going_on, person, two
from tests.houses import ON_SQLITE, Home
from tests.web.raising import KNIFE, case_of
from tests.web.test_desk_restricted import restrict
from tests.web.worker import Worker, at_desk, hire, served, signed_in_at

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser import Chromium

pytestmark = ON_SQLITE


def pages(home: Home) -> tuple[str, str, str]:
    """The reference that is kept, the other's, and the address of both side by side."""
    one, other = person(home, "P1").ref, person(home, "P2").ref
    return one, other, f"/desk/people/{one}/merge?other={other}"


def test_a_likely_record_is_offered_looked_at_merged_and_taken_apart(home: Home, sam: Worker) -> None:
    """Claim: the person's page offers the other record with the reason; both stand side by side with what ends; merged,
    the other's reference and number lead to it; taken apart each is its own again, and all of it is in the audit."""
    two(home)
    one, other, both = pages(home)
    assert f"/desk/people/{one}/merge?other={other}" in sam.get(f"/desk/people/{one}").text
    page = sam.get(both).text
    assert page.count("Kept") == 1
    for told in ("07700 900701", "07700 900702", "the other record's plan goes on", "STOP stays STOP"):
        assert told in page
    assert sam.post(both, f"/desk/people/{one}/merge", why="  ").status_code == 400
    answer = sam.post(both, f"/desk/people/{one}/merge", why=WHY)
    assert answer.location == f"/desk/people/{one}?done=merged"
    page = sam.get(answer.location).text
    assert f"Merged from another record: {other}" in page
    assert sam.get(f"/desk/people/{other}").location == f"/desk/people/{one}"
    for typed in (SECOND, other, "Ana Cole"):
        found = sam.post("/desk/search", "/desk/search", words=typed).text
        assert (f"/desk/people/{one}" in found, f"/desk/people/{other}" in found) == (True, False), typed
    gone = sam.post(f"/desk/people/{one}/unmerge", f"/desk/people/{one}/unmerge")
    assert gone.location == f"/desk/people/{one}?done=parted"
    assert sam.get(f"/desk/people/{other}").status_code == 200
    acts = [action for action, _, _ in home.audited()]
    assert {"person.merging", "person.merged", "person.parting", "person.parted", "people.alike"} <= set(acts)


def test_a_stale_form_is_given_back_with_its_words(home: Home, sam: Worker) -> None:
    """Claim: they texted STOP meanwhile: 409, nothing is merged, what was typed and chosen stands in the form anew."""
    two(home, name="Anna")
    one, _, both = pages(home)
    form = {**sam.fields(both, f"/desk/people/{one}/merge"), "why": WHY, "fact-first_name": "other"}
    home.talk("STOP", sender=SECOND)
    answer = sam.client.post(f"/desk/people/{one}/merge", data=form)
    assert answer.status_code == 409
    assert WHY in answer.text
    assert 'value="other" checked' in answer.text
    assert "has changed since you opened the page" in answer.text
    assert person(home, "P2").ref != one
    assert sam.post(both, f"/desk/people/{one}/merge", why=WHY).status_code == 303
    taken = sam.fields(f"/desk/people/{one}/unmerge", f"/desk/people/{one}/unmerge")
    assert sam.client.post(f"/desk/people/{one}/unmerge", data=taken).status_code == 303
    assert sam.client.post(f"/desk/people/{one}/unmerge", data=taken).status_code == 409


def test_who_may_not_merge_sees_nothing_more(app: Flask, home: Home, mina: Worker) -> None:
    """Claim: a manager and a practitioner may; business support, editors, auditors and administrators are refused."""
    two(home)
    one, other, both = pages(home)
    assert mina.get(both).status_code == 200
    for role in ("business-support", "editor", "auditor", "administrator"):
        worker = at_desk(app, home, role)
        for address in (both, f"/desk/people/{one}/merge", f"/desk/people/{one}/unmerge", f"/desk/people/{one}"):
            answer = worker.get(address)
            assert (answer.status_code, other in answer.text) == (403, False), (role, address)


def test_a_restricted_record_is_merged_by_nobody_who_may_not_see_it_and_the_whole_stays_closed(
    app: Flask, home: Home, sam: Worker, mina: Worker
) -> None:  # fmt: skip
    """Claim: to who is not named the other record is as nobody's: not offered, not shown, not merged. Merged by who is
    named, both numbers, references and cases are closed to everybody else, and what others had of it returns; taken
    apart the first is open again."""
    enrol(home, a_row(home, "P1", HERS, household="H1"), a_row(home, "P2", SECOND, household="H2"))
    one, other, both = pages(home)
    for number in (HERS, SECOND):
        home.text(KNIFE, sender=number)
    home.send()
    cases = {case.address_id: case.ref for case in home.cases()}
    mine, theirs = cases[home.address(HERS).id], cases[home.address(SECOND).id]
    sam.act(mine, "claim")
    assert restrict(mina, theirs) == 303
    assert other not in sam.get(f"/desk/people/{one}").text
    unknown = sam.get(f"/desk/people/{one}/merge?other=2345678X")
    closed = sam.get(both)
    assert (unknown.status_code, closed.status_code) == (400, 400)
    assert closed.text.replace(other, "2345678X").count("2345678X") == unknown.text.count("2345678X")
    assert SECOND[-6:] not in closed.text.replace(" ", "")
    assert sam.get(f"/desk/people/{other}/merge").status_code == 404
    form = {**sam.fields(f"/desk/people/{one}", f"/desk/people/{one}/words"), "other": other, "why": WHY}
    assert sam.client.post(f"/desk/people/{one}/merge", data=form).status_code == 400
    assert mina.post(both, f"/desk/people/{one}/merge", why=WHY).status_code == 303
    for address in (f"/desk/people/{one}", f"/desk/people/{other}", f"/desk/cases/{mine}"):
        assert sam.get(address).status_code in {403, 404}, address
    assert (case_of(home, mine).state, case_of(home, mine).claimed_by) == ("open", None)
    assert one not in sam.post("/desk/search", "/desk/search", words=HERS).text
    assert mina.post(f"/desk/people/{one}/unmerge", f"/desk/people/{one}/unmerge").status_code == 303
    assert sam.get(f"/desk/people/{one}").status_code == 200
    assert sam.get(f"/desk/people/{other}").status_code == 404


def test_parents_who_share_a_child_are_not_offered(home: Home, sam: Worker) -> None:
    """Claim: two parents of one household are not offered for their child, address or like names; a mother kept twice
    in two households is."""
    child = {"child": "Leo", "born": "2024-11", "programme": "key-transitions"}
    enrol(
        home, a_row(home, "P1", HERS, name="Alex", household="H1", **child),  # type: ignore[arg-type]
        a_row(home, "P2", SECOND, name="Alexa", household="H1", **child),  # type: ignore[arg-type]
        a_row(home, "P3", "+447700900703", name="Alex", household="H3", **child),  # type: ignore[arg-type]
    )  # fmt: skip
    page = sam.get(f"/desk/people/{person(home, 'P1').ref}").text
    assert f"merge?other={person(home, 'P2').ref}" not in page
    assert f"merge?other={person(home, 'P3').ref}" in page


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_merging_and_taking_apart_in_a_browser(app: Flask, home: Home, chromium: "Chromium", width: int) -> None:
    """Claim: from the person's page to one record and back, by the keyboard where something is sent; axe finds nothing
    and nothing runs over the edge on the way."""
    two(home, name="Anna")
    home.text(KNIFE, sender=SECOND)
    home.send()
    one, _, _ = pages(home)
    sam = hire(home, "practitioner")
    with served(app) as url, chromium.person(url, width=width) as device:
        page = device.new_page()
        signed_in_at(page, sam, f"/desk/people/{one}")
        _fits(page, "person", width)
        page.get_by_role("link", name="Merge with another record").click()
        _fits(page, "choose", width)
        page.get_by_role("link", name="Anna Cole").click()
        page.get_by_role("heading", name="Are these one person?").wait_for()
        _fits(page, "beside", width)
        page.get_by_label("How do you know").press_sequentially(WHY)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("Merged. The other record").wait_for()
        _fits(page, "merged", width)
        home.later(minutes=10)
        home.text("and the rent is late", sender=SECOND)
        enrol(home, a_row(home, "P1", HERS, programme="new-baby"))
        page.get_by_role("link", name="Take them apart").click()
        page.get_by_role("heading", name="What came since").wait_for()
        _fits(page, "apart", width)
        page.get_by_role("radio", name="Ana Cole").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Take them apart").press("Enter")
        page.get_by_text("Taken apart.").wait_for()
    assert ("new-baby", 0) in going_on(home, person(home, "P1"))


def _fits(page: "Page", name: str, width: int) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/merging-{name}-{width}.png", full_page=True)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_words_of_what_is_refused_stand_on_the_page(home: Home, sam: Worker) -> None:
    """Claim: a slip in the reference, oneself and nobody are told in words, with the form to try again."""
    two(home)
    one, _, _ = pages(home)
    for typed, told in (("x", "Check it for a slip"), (one, merging.THEMSELVES), ("2345678X", merging.NOBODY)):
        answer = sam.get(f"/desk/people/{one}/merge?other={typed}")
        assert answer.status_code == 400
        assert told in answer.text
