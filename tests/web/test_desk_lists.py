"""The desk's pages as a whole: who saw whom, what every page must say, and how it sounds and looks."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot.refs import new_ref
from bot.store import addresses, people, published
from bot.web.desk.chart import chart
from bot.web.desk.guard import exact, when
from bot.web.desk.person import age_on
from tests.browser import axe, fits
from tests.houses import AT, ON_SQLITE, Home
from tests.web.standing import a_case, a_silence
from tests.web.visitor import Page
from tests.web.worker import Worker, at_desk, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium


@ON_SQLITE
def test_an_empty_list_says_so_in_words(sam: Worker) -> None:
    """Claim: no list is ever a blank."""
    for address, told in (
        ("/desk", "Nobody is waiting."),
        ("/desk?show=mine", "You have claimed no case."),
        ("/desk?show=unclaimed", "Every open case has somebody working on it."),
        ("/desk?show=closed", "No case has been closed yet."),
        ("/desk/no-replies", "Nobody is on the list."),
        ("/desk/ledger", "No check-in has been decided yet that fits."),
    ):
        assert told in sam.get(address).text, address


@ON_SQLITE
def test_those_who_may_not_see_names_see_references(app: Flask, home: Home) -> None:
    """Claim: an auditor reads the ledger and the audit without one name or word of a family."""
    ref, _ = a_silence(home, "Ana")
    a_case(home, "Ana", words="secret words")
    auditor = at_desk(app, home, "auditor")
    page = auditor.get("/desk/ledger").text
    assert ref in page
    assert "Ana" not in page
    assert f"/desk/people/{ref}" not in page
    assert "secret words" not in auditor.get("/desk/audit").text


def test_who_saw_this_family_has_an_answer(app: Flask, sam: Worker, home: Home) -> None:
    """Claim: the audit by reference names who opened it, who only saw it in a list, and no other's rows."""
    ref, other = a_case(home, "Ana"), a_case(home, "Ben", sender="+447700900002")
    sam.get("/desk")
    sam.get(f"/desk/cases/{ref}")
    sam.get(f"/desk/cases/{other}")
    manager = at_desk(app, home, "manager")
    page = manager.get(f"/desk/audit?ref={ref}").text
    assert "Opened a case" in page
    assert "Looked at the inbox" in page
    assert f"case:{other}" not in page
    assert "Sam Okoro" in page
    assert home.audited()[-1][:2] == ("audit.view", f"audit:{ref}")
    assert manager.get("/desk/audit?ref=nonsense").status_code == 400


def test_a_poll_tells_what_came_and_of_whom_nothing(sam: Worker, home: Home) -> None:
    """Claim: new cases, a change of the open one and new words of the family are told as numbers and yes or no."""
    home.living()
    ref = a_case(home, "Ana", sender="+447700900321")
    poll = re.search(r'data-poll="([^"]+)"', sam.get(f"/desk/cases/{ref}").text)
    assert poll is not None
    address = unescape(poll[1])
    nothing = {"fresh": 0, "urgent": 0, "changed": False, "wrote": False, "late": "", "looking": []}
    assert sam.get(address).json == nothing
    home.text("hello there")
    assert sam.get(address).json == {**nothing, "wrote": True}
    sam.act(ref, "claim")
    a_case(home, "Ben", level="urgent", sender="+447700900002")
    assert sam.get(address).json == {"fresh": 1, "urgent": 1, "changed": True, "wrote": True, "late": "", "looking": []}
    assert sam.get("/desk/count?after=99999999999").status_code == 400
    assert not [action for action, _, _ in home.audited() if action.startswith("count")]


def test_a_person_s_page_holds_their_household_and_their_story(sam: Worker, home: Home) -> None:
    """Claim: children with their age, ways to reach them, cases, plans and consents; each view is audited."""
    ref, _ = a_silence(home, "Ana")
    with home.house.db.write() as tx:
        person = people.find_person(tx, ref)
        assert person is not None
        household = people.household(tx, "h1", home.clock.at)
        people.change_person(tx, person.id, household_id=household)
        people.add_person(
            tx, ref=new_ref(), now=home.clock.at, first_name="Leo", born="2022-05", child=True, household_id=household
        )
        address = addresses.open_address(tx, "sms", "+447700900444", home.clock.at)
        people.link(tx, person.id, address.id, home.clock.at)
        addresses.add_consent(
            tx, address_id=address.id, person_id=person.id, kind="text", given=True, wording_id="consent.text",
            wording="May we text you?", via="sms", at=home.clock.at,
        )  # fmt: skip
    page = sam.get(f"/desk/people/{ref}").text
    for told in ("Leo, 4 years", "07700 900444", "May we text you?", "Check-in: No reply", "After early help closes"):
        assert told in page
    assert home.audited()[-1] == ("person.view", f"person:{ref}", "")
    assert sam.get(f"/desk/people/{new_ref()}").status_code == 404


@ON_SQLITE
def test_every_page_says_when_messages_are_not_going(sam: Worker, home: Home) -> None:
    """Claim: a clock that stands, a queue that stands and a pause are on every page in words; health is not."""
    pages = ("/desk", "/desk/no-replies", "/desk/ledger")
    assert all("The clock is not running" in sam.get(page).text for page in pages)
    assert all("No text can leave" in sam.get(page).text for page in pages)
    home.living()
    assert not any('role="alert"' in sam.get(page).text for page in pages)
    home.text("hello")
    home.later(minutes=3)
    page = sam.get("/desk").text
    assert "The clock has stood still since 11am" in page
    assert "No text has left since 11am" in page
    home.living()
    page = sam.get("/desk").text
    assert "The clock" not in page
    assert "Messages have been waiting to leave since 11am" in page
    with home.house.db.write() as tx:
        published.set_flag(tx, "paused", "restored", home.clock.at)
    page = sam.get("/desk").text
    assert "Sending is paused" in page
    assert "Messages have been waiting" not in page


@ON_SQLITE
def test_pages_are_sound_to_hear_and_hold_nothing_inline(sam: Worker, home: Home) -> None:
    """Claim: one h1, a label for each field, ids once, no inline script or style, on every page of the desk."""
    ref, person = a_case(home, "Ana", level="urgent"), a_silence(home)[0]
    sam.act(ref, "claim")
    for address in ("/desk", f"/desk/cases/{ref}", f"/desk/people/{person}", "/desk/no-replies", "/desk/ledger"):
        html = sam.get(address).text
        elements = Page(html).elements
        tags = [tag for tag, _, _ in elements]
        ids = [given["id"] for _, given, _ in elements if given.get("id")]
        labelled = {given.get("for") for tag, given, _ in elements if tag == "label"}
        assert tags.count("h1") == 1, address
        assert len(ids) == len(set(ids)), address
        for tag, given, _ in elements:
            assert tag != "style"
            assert not any(name == "style" or name.startswith("on") for name in given), address
            if tag in {"textarea", "select"} or (tag == "input" and given.get("type") != "hidden"):
                assert given.get("id") in labelled, (address, given)


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("2022-05", "4 years"),
        ("2026-11", "0 months"),
        ("2024-12", "23 months"),
        ("2024-11", "2 years"),
        ("2026-12", "not born yet"),
        (None, None),
        ("2022", None),
    ],
)
def test_a_child_s_age_is_said_from_the_month_of_birth(born: str | None, age: str | None) -> None:
    """Claim: months until two, then years; nothing where it is not known."""
    assert age_on(born, date(2026, 11, 23)) == age


def test_an_instant_of_another_year_says_its_year() -> None:
    """Claim: a story longer than a year is not ambiguous; evidence is to the second, in London's time."""
    say = when(AT)
    with Flask("speaks").app_context():
        assert say(AT) == "11am on Monday 23 November"
        assert say(AT.replace(year=2025)) == "11am on Sunday 23 November 2025"
    assert exact(datetime(2026, 7, 1, 9, 5, 2, tzinfo=UTC)) == "1 Jul 2026, 10:05:02"


def test_a_chart_keeps_time_and_height() -> None:
    """Claim: better scores stand higher, later ones further right, and one score makes no line."""
    assert chart([(AT, 5)]) is None
    drawn = chart([(AT, 2), (AT + timedelta(days=1), 9), (AT + timedelta(days=10), 4)])
    assert drawn is not None
    first, second, third = drawn.dots
    assert first.x < second.x < third.x
    assert second.x - first.x < third.x - second.x
    assert second.y < third.y < first.y
    together = chart([(AT, 3), (AT, 4)])
    assert together is not None
    assert together.dots[0].x < together.dots[1].x


@ON_SQLITE
@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_the_desk_in_a_real_browser(chromium: "Chromium", app: Flask, home: Home, width: int) -> None:
    """Claim: axe finds nothing, nothing scrolls sideways, the counter counts and a draft is not left unasked."""
    ref = a_case(home, "Ana", level="urgent", sender="+447700900321")
    a_silence(home)
    email = hire(home, "practitioner")
    with served(app) as url, chromium.person(url, width=width) as person:
        page = person.new_page()
        page.goto(f"/desk/cases/{ref}")
        assert axe(page) == []
        signed_in_at(page, email, f"/desk/cases/{ref}")
        page.get_by_role("button", name="Claim this case").click()
        page.wait_for_url("**done=claimed")
        page.fill("#reply-words", "I can ring you at two.")
        page.wait_for_function("document.querySelector('.desk-counter').textContent.includes('Sent as 1 text.')")
        assert axe(page) == []
        assert fits(page, width)
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        page.evaluate("location.href = '/desk'")
        page.wait_for_timeout(300)
        assert asked == ["beforeunload"]
        assert page.input_value("#reply-words") == "I can ring you at two."
        page.get_by_role("button", name="Send the reply").click()
        page.wait_for_url("**done=replied")
        for address in ("/desk", "/desk/no-replies", "/desk/ledger"):
            page.goto(address)
            assert axe(page) == [], address
            assert fits(page, width), address
