"""The desk's inbox: by urgency, a page at a time, and audited case by case."""

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot.casework import inbox
from bot.store import casework, outbox, pathway, people
from bot.web.desk.inbox import SHOWN_CHARACTERS, first_lines, left_in_words
from tests.houses import AT, ON_SQLITE, Home
from tests.web.raising import KNIFE
from tests.web.standing import a_case, shown
from tests.web.worker import Worker, at_desk, hire, served, sign_in, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium


def test_the_gravest_stand_first_then_what_was_promised_soonest(sam: Worker, home: Home) -> None:
    """Claim: urgent before concern before routine; within one, not reached first, then by the promise."""
    later, soon = AT + timedelta(hours=5), AT + timedelta(hours=1)
    routine = a_case(home, "Rae", level="routine", look_by=soon)
    concern_later = a_case(home, "Con", level="concern", look_by=later, sender="+447700900002")
    concern_soon = a_case(home, "Coa", level="concern", look_by=soon, sender="+447700900003")
    unreached = a_case(home, "Una", level="concern", look_by=later, not_reached=True, sender="+447700900004")
    urgent = a_case(home, None, level="urgent", look_by=later, sender="+447700900005")
    page = sam.get("/desk").text
    assert shown(page) == [urgent, unreached, concern_soon, concern_later, routine]
    assert "Open (5)" in page
    assert "Not known yet" in page
    assert "Not reached: telephone" in page


def test_what_nobody_looked_at_stands_above_what_is_in_hand(sam: Worker, home: Home) -> None:
    """Claim: of one level, the unseen case comes first, then the seen and unclaimed, then the claimed."""
    soon, later = AT + timedelta(minutes=5), AT + timedelta(minutes=14)
    claimed = a_case(home, "Cla", level="urgent", look_by=soon, sender="+447700900001")
    seen = a_case(home, "See", level="urgent", look_by=soon, sender="+447700900002")
    unseen = a_case(home, "Uns", level="urgent", look_by=later, sender="+447700900003")
    concern = a_case(home, "Con", level="concern", look_by=soon, sender="+447700900004")
    sam.act(claimed, "claim")
    sam.get(f"/desk/cases/{seen}")
    assert shown(sam.get("/desk").text) == [unseen, seen, claimed, concern]


def test_what_the_inbox_showed_is_audited_case_by_case(sam: Worker, home: Home) -> None:
    """Claim: for any case of a list there is an audit row that names it, however long the list; and one for none."""
    sam.get("/desk")
    assert home.audited()[-1] == ("inbox.view", "inbox:all", "")
    refs = {a_case(home, f"P{n}", sender=f"+4477009001{n:02}") for n in range(23)}
    sam.get("/desk")
    rows = [detail.split() for action, _, detail in home.audited() if action == "inbox.view" and detail]
    assert {ref for row in rows for ref in row} == refs
    assert [len(row) for row in rows] == [20, 3]


@ON_SQLITE
def test_a_page_that_cannot_be_audited_is_not_shown(sam: Worker, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: reading and its audit are one transaction: without the one there is not the other."""
    a_case(home, "Ana")
    monkeypatch.setattr(inbox.staff, "add_audit", _broken)
    for address in ("/desk", "/desk/no-replies", "/desk/ledger"):
        answer = sam.get(address)
        assert answer.status_code == 500
        assert "Ana" not in answer.text


def _broken(*_args: object, **_more: object) -> None:
    raise RuntimeError("the audit is full")


@ON_SQLITE
def test_the_filters_part_mine_from_unclaimed_and_closed(sam: Worker, app: Flask, home: Home) -> None:
    """Claim: each filter shows its own and says how many each holds; an unknown filter is the whole."""
    free, mine, theirs, closed = (a_case(home, n, sender=f"+44770090020{i}") for i, n in enumerate("FMTC"))
    other = at_desk(app, home, "manager")
    sam.act(mine, "claim")
    other.act(theirs, "claim")
    sam.act(closed, "close", outcome="advice-given", words="Done.")
    assert set(shown(sam.get("/desk").text)) == {free, mine, theirs}
    assert shown(sam.get("/desk?show=mine").text) == [mine]
    assert shown(sam.get("/desk?show=unclaimed").text) == [free]
    assert shown(sam.get("/desk?show=closed").text) == [closed]
    assert set(shown(sam.get("/desk?show=nonsense&page=x").text)) == {free, mine, theirs}
    page = unescape(sam.get("/desk").text)
    for told in ("Open (3)", "Mine (1)", "Not claimed (1)", "Closed (1)", "Claimed by you.", "Claimed by Mina Shah."):
        assert told in page
    assert "Advice given" in sam.get("/desk?show=closed").text


@ON_SQLITE
def test_a_promise_that_passed_unlooked_is_late_until_somebody_looks(sam: Worker, app: Flask, home: Home) -> None:
    """Claim: Late stands in words when the time is past and nobody has looked, and goes when somebody does."""
    ref = a_case(home, "Ana")
    assert "Late" not in sam.get("/desk").text
    home.later(hours=4, minutes=1)
    client, _ = sign_in(app, "sam.okoro@council.example")
    page = client.get("/desk").text
    assert ">Late</strong>" in page
    assert "Late: somebody should have looked by 3pm on Monday 23 November." in page
    assert ">Late</strong>" not in client.get(f"/desk/cases/{ref}").text
    page = client.get("/desk").text
    assert "Late" not in page
    assert "Looked at, 3:01pm on Monday 23 November." in page


@ON_SQLITE
def test_a_long_inbox_has_pages_that_lose_none(sam: Worker, home: Home) -> None:
    """Claim: every case stands on exactly one page, and the pages lead to one another with the filter kept."""
    refs = [a_case(home, None, sender=f"+4477009003{n:02}") for n in range(inbox.PAGE + 2)]
    first, second = sam.get("/desk?show=unclaimed").text, sam.get("/desk?show=unclaimed&page=2").text
    assert sorted(shown(first) + shown(second)) == sorted(refs)
    assert 'href="/desk?show=unclaimed&amp;page=2" rel="next"' in first
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second


def test_a_message_that_only_a_person_can_decide_about_stands_on_top(sam: Worker, home: Home) -> None:
    """Claim: a held message is shown with its reason and its case until that case is closed."""
    home.text("hello")
    home.send()
    row = home.out()[0]
    with home.house.db.write() as tx:
        outbox.change_outbox(tx, row.id, state="held", settled_at=home.clock.at, reason="Nobody knows if it went")
    ref = a_case(home, "Ana", sender="+447700900321", not_reached=True)
    page = sam.get("/desk").text
    assert "Messages that need a person" in page
    assert "Nobody knows if it went" in page
    assert f'<a class="govuk-link" href="/desk/cases/{ref}">Open case {ref}</a>' in page
    sam.act(ref, "close", outcome="spoken-to-all-well", words="Rang her.")
    assert "Messages that need a person" not in sam.get("/desk").text


@pytest.mark.parametrize("length", [0, 1, SHOWN_CHARACTERS, SHOWN_CHARACTERS + 1, 5_000])
def test_first_lines_never_exceed_their_place(length: int) -> None:
    """Claim: short words stand whole; long ones are cut at a space, or anywhere in one endless word, and say so."""
    for text in (("word " * length)[:length], "x" * length):
        start, more = first_lines(text)
        assert len(start) <= SHOWN_CHARACTERS
        assert text.startswith(start)
        assert more is (len(text) > SHOWN_CHARACTERS)


def test_the_urgent_that_nobody_has_stand_on_top_whatever_is_asked_for(sam: Worker, app: Flask, home: Home) -> None:
    """Claim: under another filter or tab, and below a pile of other work, an urgent case that nobody has looked at,
    reached or claimed is at the head of the page; claimed, it is not. Whom it showed is audited."""
    urgent = a_case(home, "Una", level="urgent", look_by=AT + timedelta(minutes=9), sender="+447700900005")
    a_case(home, "Rae", kind="request", sender="+447700900006")
    for asked in ("?show=mine", "?show=closed", "?kind=request", "?team=North&waits=family", "?page=2"):
        page = sam.get(f"/desk{asked}").text
        head = page[page.index('id="unmet"') : page.index("desk-tabs")]
        assert "Urgent, and nobody has it" in head, asked
        assert f"/desk/cases/{urgent}" in head
        assert "9 minutes left" in head
        assert "words of Una" in head
        assert urgent in home.audited()[-1][2], asked
    assert 'id="unmet"' not in sam.get("/desk").text  # it is the first of the list there
    at_desk(app, home, "manager").act(urgent, "claim")
    assert 'id="unmet"' not in sam.get("/desk?show=mine").text


def test_a_claimed_case_in_which_they_wrote_again_stands_above_those_in_hand(sam: Worker, home: Home) -> None:
    """Claim: of the claimed, those where the family waits for us come before those where we wait for them."""
    soon, later = AT + timedelta(minutes=5), AT + timedelta(minutes=14)
    in_hand = a_case(home, "Han", level="urgent", look_by=soon, sender="+447700900001")
    wrote = a_case(home, "Wro", level="urgent", look_by=later, waiting_since=AT, sender="+447700900002")
    free = a_case(home, "Fre", level="urgent", look_by=later, sender="+447700900003")
    for ref in (in_hand, wrote):
        sam.act(ref, "claim")
    sam.get(f"/desk/cases/{free}")
    assert shown(sam.get("/desk").text) == [free, wrote, in_hand]


def test_the_filters_show_each_kind_team_and_who_waits(sam: Worker, home: Home) -> None:
    """Claim: each filter shows its own, together with the tabs; how many it leaves out is said with a way back; every
    open case is under some kind, some team and one of who waits; an unknown value filters nothing."""
    self_made = a_case(home, "Sel", kind="referral", reason="referral-full", sender="+447700900001")
    told = a_case(home, "Tol", kind="referral", reason="referral-professional", sender="+447700900002")
    wish = a_case(home, "Wis", kind="request", reason="complaint", waiting_since=AT, sender="+447700900003")
    plain = a_case(home, "Pla", looked_at=AT, sender="+447700900004")
    with home.house.db.write() as tx:
        for ref, team in ((self_made, "North"), (told, "Central"), (wish, "Night team")):
            case = casework.find_case(tx, ref)
            assert case is not None
            assert case.person_id is not None
            people.change_person(tx, case.person_id, team=team)
            if ref == told:
                pathway.add(
                    tx, told={}, case_id=case.id, form_id="f" * 20, step="assigned", at=AT, by_id=1, team="Family hub"
                )  # fmt: skip
    for asked, expected in {
        "kind=referral": {self_made}, "kind=professional": {told}, "kind=request": {wish},
        "kind=escalation": {plain}, "team=North": {self_made}, "team=Family+hub": {told}, "team=Central": set(),
        "team=Night+team": {wish}, "team=-": {plain}, "waits=us": {wish}, "waits=family": {plain},
        "kind=request&team=North": set(), "kind=nonsense&waits=x": {self_made, told, wish, plain},
    }.items():  # fmt: skip
        page = sam.get(f"/desk?{asked}").text
        assert set(shown(page)) == expected, asked
        if len(expected) < 4:
            assert f"{4 - len(expected)} cases are left out by this." in page, asked
    page = sam.get("/desk?kind=request&show=unclaimed").text
    assert shown(page) == [wish]
    assert "Not claimed (1)" in page
    assert 'href="/desk?kind=request"' in page  # the tab of all, with the filter kept
    for name in ("North", "Central", "South", "Family hub", "Night team"):
        assert f'<option value="{name}"' in page, name


@ON_SQLITE
def test_the_time_left_is_the_teams_own(sam: Worker, home: Home) -> None:
    """Claim: urgent counts minutes by any clock; the others count the hours in which the team is there."""
    a_case(home, "Urs", level="urgent", look_by=AT + timedelta(minutes=14), sender="+447700900001")
    a_case(home, "Rou", look_by=AT + timedelta(days=1), sender="+447700900002")
    page = sam.get("/desk").text
    assert "14 minutes left." in page
    assert "8 hours of working time left." in page


def test_a_case_that_grows_graver_is_news_to_every_page(sam: Worker, home: Home) -> None:
    """Claim: a case that stood already, and is now urgent, is told by the poll of an inbox, and of another family's
    case, that was opened before."""
    home.text("i feel low and scared of my partner")
    other = a_case(home, "Ana")
    asked = [
        unescape(re.findall(r'data-poll="([^"]+)"', sam.get(page).text)[0])
        for page in ("/desk", f"/desk/cases/{other}")
    ]
    assert [sam.get(one).json["fresh"] for one in asked] == [0, 0]  # type: ignore[index]
    home.text(KNIFE)
    assert len(home.cases()) == 2
    for one in asked:
        news = sam.get(one).json
        assert news is not None
        assert (news["fresh"], news["urgent"]) == (1, 1)
    assert sam.get("/desk/count?after=0&event=-1").status_code == 400


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(0, "No time left"), (1, "1 minute left"), (60, "1 hour left"), (125, "2 hours 5 minutes left")],
)
def test_time_left_in_words(minutes: int, told: str) -> None:
    """Claim: hours and minutes, each only where there is some, in the singular where there is one."""
    left = timedelta(minutes=minutes, seconds=40)
    assert left_in_words(left, working=False) == told
    assert left_in_words(left, working=True) == told.replace(" left", " of working time left")


@pytest.mark.browser
@pytest.mark.net
@ON_SQLITE
def test_alt_and_the_arrows_go_from_case_to_case(app: Flask, home: Home, chromium: "Chromium") -> None:
    """Claim: the keys move to the next and the one before, stop at the ends, and leave a list of choices alone; the
    page says so where it can."""
    refs = [a_case(home, f"P{n}", sender=f"+4477009004{n:02}") for n in range(3)]
    email = hire(home, "practitioner")
    with served(app) as address, chromium.person(address) as device:
        page = device.new_page()
        signed_in_at(page, email, "/desk")
        page.get_by_text("go from case to case").wait_for()
        here = "document.activeElement.getAttribute('href')"
        for key, at in (("Down", 0), ("Down", 1), ("Down", 2), ("Down", 2), ("Up", 1)):
            page.keyboard.press(f"Alt+Arrow{key}")
            assert page.evaluate(here) == f"/desk/cases/{refs[at]}"
        page.get_by_text("Filter by kind").click()
        page.get_by_label("Kind").focus()
        page.keyboard.press("Alt+ArrowUp")
        assert page.evaluate(here) is None
