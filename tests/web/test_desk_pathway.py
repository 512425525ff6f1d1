"""A referral's pathway at the desk: each step with what it needs, who and when; how it ends."""

import re
from datetime import datetime
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot.casework import work
from bot.casework.accounts import SignedIn
from bot.store import pathway, staff
from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.web.raising import case_of, events
from tests.web.referring import ASSIGN, ENDING, ENGAGED, PASSED, REVIEW, SECURED, TRIAGE, a_referral, section, step
from tests.web.standing import a_case
from tests.web.worker import Worker, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium


def test_a_referral_goes_its_whole_way(sam: Worker, home: Home) -> None:
    """Claim: each step shows where it stands and what is due next by the working calendar; it closes with its outcome,
    its offer and where it is recorded, and each step is one row and one line of the audit."""
    ref = a_referral(home)
    assert "Triage by Tuesday 24 November" in section(sam, ref)
    assert step(sam, ref, TRIAGE) == 303
    told = section(sam, ref)
    assert "Level 2: a little more help, from one service" in told
    assert "Seen by a dentist No" in told
    assert "Known to a health visitor or school nurse Not for this family" in told
    assert "Early help in place by Monday 7 December" in told
    assert step(sam, ref, ASSIGN) == 303
    assert "Named lead Ivy Grant" in section(sam, ref)
    assert step(sam, ref, SECURED) == 303
    assert "Review on Monday 21 December (4 weeks" in section(sam, ref)
    assert step(sam, ref, ENGAGED) == 303
    for _ in range(3):
        assert step(sam, ref, REVIEW) == 303
    assert "Every review is done" in section(sam, ref)
    assert sam.act(ref, "close", **ENDING).status_code == 303
    told = section(sam, ref)
    assert "Offered Early help with a lead" in told
    assert "Recorded in the case system EH-10032, by Sam Okoro" in told
    assert (case_of(home, ref).state, case_of(home, ref).outcome) == ("closed", "early-help-secured")
    acts = [action for action, target, _ in home.audited() if target == f"case:{ref}" and action != "case.view"]
    assert acts == [
        "case.way-triaged", "case.way-assigned", "case.way-help-secured", "case.way-engaged", "case.way-reviewed",
        "case.way-reviewed", "case.way-reviewed", "case.closed",
    ]  # fmt: skip
    assert [kind for kind in events(home, ref) if kind.startswith("way-")] == [
        a.removeprefix("case.") for a in acts[:-1]
    ]
    with home.house.db.read() as tx:
        steps = pathway.steps_of(tx, case_of(home, ref).id)
    assert [one.step for one in steps][-1] == "closed"
    assert {one.by for one in steps} == {"Sam Okoro"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({**TRIAGE, "level": ""}, "Choose a level."),
        ({**TRIAGE, "level": "level-9"}, "Choose a level."),
        ({**TRIAGE, "check-dentist": ""}, "Answer each line of the checklist."),
        ({**ASSIGN, "team": "Atlantis"}, "Choose a team or partner."),
        ({**ASSIGN, "lead": "  "}, "Name who leads there."),
        ({**SECURED, "words": ""}, "Say what help is in place."),
        ({"step": "reviewed", "words": "Well"}, "This step cannot be taken"),
        ({"step": "taken", "acceptor": "Jo"}, "This step cannot be taken"),
        ({"step": "sideways"}, "This step cannot be taken"),
    ],
)
@ON_SQLITE
def test_a_step_that_lacks_something_is_given_back(sam: Worker, home: Home, given: dict[str, str], told: str) -> None:
    """Claim: nothing is kept, what was written comes back, and the fault says what is missing."""
    ref = a_referral(home)
    if given["step"] != "triaged":
        assert step(sam, ref, TRIAGE) == 303
    if given["step"] == "help-secured":
        assert step(sam, ref, ASSIGN) == 303
    before = events(home, ref)
    page, action = f"/desk/cases/{ref}", f"/desk/cases/{ref}/pathway"
    answer = sam.client.post(action, data={**sam.fields(page, action), **given})
    assert answer.status_code == 400
    assert told in answer.text
    anchor = re.search(r'<li><a href="#([\w-]+)">', answer.text)
    assert anchor is not None
    assert f'id="{anchor[1]}"' in answer.text
    if given.get("words"):
        assert given["words"] in answer.text
    assert [kind for kind in events(home, ref) if kind != "looked"] == [kind for kind in before if kind != "looked"]


@pytest.mark.parametrize("lacking", ["offer", "recorded_ref", "recorded_by", "words", "outcome"])
@ON_SQLITE
def test_no_referral_ends_with_no_further_action_alone(sam: Worker, home: Home, lacking: str) -> None:
    """Claim: without an outcome, a reason, an offer, or where it is recorded, by whom, it stays open."""
    ref = a_referral(home)
    answer = sam.act(ref, "close", **{**ENDING, lacking: ""})
    assert answer.status_code == 400
    assert case_of(home, ref).state != "closed"
    assert sam.act(ref, "close", **{**ENDING, "words": "NFA."}).status_code == 400
    assert case_of(home, ref).state != "closed"


def test_the_front_door_closes_it_by_accepting_and_nobody_else(sam: Worker, home: Home) -> None:
    """Claim: passed is not closed; no form closes it until somebody there accepted, with a name and a time that is
    neither before it was passed nor to come; given back, it stands where it stood."""
    ref = a_referral(home)
    assert step(sam, ref, TRIAGE) == 303
    close = sam.fields(f"/desk/cases/{ref}", f"/desk/cases/{ref}/close")
    answer = sam.act(ref, "close", **{**ENDING, "outcome": "passed-to-front-door"})
    assert (answer.status_code, case_of(home, ref).state) == (400, "open")
    assert step(sam, ref, PASSED) == 303
    assert "Accepted by the front door by Tuesday 24 November" in section(sam, ref)
    close["version"] = str(case_of(home, ref).version)
    answer = sam.client.post(f"/desk/cases/{ref}/close", data={**close, **ENDING})
    assert (answer.status_code, case_of(home, ref).state) == (400, "open")
    assert f'action="/desk/cases/{ref}/close"' not in sam.get(f"/desk/cases/{ref}").text
    assert step(sam, ref, {"step": "returned", "acceptor": "Ravi Lane", "words": "Not at their threshold"}) == 303
    assert "Early help in place by Monday 7 December" in section(sam, ref)
    home.later(minutes=20)
    assert step(sam, ref, PASSED) == 303
    taken = {"step": "taken", "acceptor": "Ravi Lane", "accepted_on": "2026-11-23", "recorded_ref": "M-77",
             "recorded_by": "Sam Okoro"}  # fmt: skip
    for at in ("11:19", "11:21", "soon", ""):
        assert step(sam, ref, {**taken, "accepted_at": at}) == 400, at
    assert step(sam, ref, {**taken, "accepted_at": "11:20", "acceptor": ""}) == 400
    assert step(sam, ref, {**taken, "accepted_at": "11:20"}) == 303
    assert (case_of(home, ref).state, case_of(home, ref).outcome) == ("closed", "passed-to-front-door")
    assert "Accepted at the front door Ravi Lane, 2026-11-23 11:20" in section(sam, ref)


def test_a_step_sent_twice_or_too_late_is_taken_once(sam: Worker, mina: Worker, home: Home) -> None:
    """Claim: the same form again is told as kept; a colleague's that was made before is told of the change, with its
    words kept."""
    ref = a_referral(home)
    page, action = f"/desk/cases/{ref}", f"/desk/cases/{ref}/pathway"
    sam.get(page)
    first, second = sam.fields(page, action), mina.fields(page, action)
    for _ in range(2):
        assert sam.client.post(action, data={**first, **TRIAGE}).status_code == 303
    late = mina.client.post(action, data={**second, **TRIAGE, "words": "Mine was other"})
    assert late.status_code == 409
    assert "Sam Okoro triaged this referral" in late.text
    assert "Mine was other" in late.text
    assert events(home, ref).count("way-triaged") == 1


def test_two_steps_at_once_are_one(sam: Worker, home: Home) -> None:
    """Claim: on either database, of two posts of one form at one moment one step is kept and both are told so."""
    ref = a_referral(home)
    action = f"/desk/cases/{ref}/pathway"
    form = sam.fields(f"/desk/cases/{ref}", action)
    cookies = "; ".join(f"{one.key}={one.value}" for one in sam.client._cookies.values())
    both, answers = Barrier(2), []

    def post() -> None:
        client = sam.client.application.test_client(use_cookies=False)
        both.wait()
        answers.append(client.post(action, data={**form, **TRIAGE}, headers={"Cookie": cookies}).status_code)

    threads = [Thread(target=post) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303, 303]
    assert events(home, ref).count("way-triaged") == 1


@ON_SQLITE
def test_a_level_is_corrected_and_nothing_is_taken_back(sam: Worker, home: Home) -> None:
    """Claim: triaged again once help is in place, the level changes and the stage stays."""
    ref = a_referral(home)
    for given in (TRIAGE, ASSIGN, SECURED, {**TRIAGE, "level": "level-3"}):
        assert step(sam, ref, given) == 303
    told = section(sam, ref)
    assert "Level 3: help from several services" in told
    assert "Early help in place Here now" in told


@ON_SQLITE
def test_an_escalation_has_no_pathway_and_closes_as_before(sam: Worker, home: Home) -> None:
    """Claim: no section, no step, and no offer is asked."""
    ref = a_case(home, "Ana")
    page = sam.get(f"/desk/cases/{ref}").text
    assert "desk-pathway" not in page
    assert "recorded_ref" not in page
    data = {**sam.fields(f"/desk/cases/{ref}", f"/desk/cases/{ref}/note"), **TRIAGE}
    assert sam.client.post(f"/desk/cases/{ref}/pathway", data=data).status_code == 400
    assert sam.act(ref, "close", outcome="advice-given", words="Rang").status_code == 303


def test_an_escalation_passes_to_the_front_door_with_who_accepted_it(sam: Worker, home: Home) -> None:
    """Claim: on either database no form closes it as passed without the name of who accepted it there and a time that
    is neither before it was raised nor to come; name and time stand on its page, the time in the audit; the form sent
    twice closes it once; and who is named beside another outcome is told so."""
    ref = a_case(home, "Ana", level="urgent", reason="danger")
    home.later(minutes=20)
    there = {"acceptor": "Ravi Lane", "accepted_on": "2026-11-23", "accepted_at": "11:20"}
    given = {"outcome": "passed-to-front-door", "words": "Told them of the knife", **there}
    for wrong in (
        {"acceptor": " "}, {"accepted_on": ""}, {"accepted_at": ""}, {"accepted_at": "soon"}, {"accepted_at": "11:21"},
        {"accepted_at": "10:59"}, {"acceptor": "x" * 101}, {"outcome": "advice-given"},
    ):  # fmt: skip
        answer = sam.act(ref, "close", **{**given, **wrong})
        assert (answer.status_code, case_of(home, ref).state) == (400, "open"), wrong
        target = re.search(r'error-summary__list">\s*<li><a href="#(way-[^"]+)"', answer.text)
        assert target is not None, wrong
        assert f'id="{target[1]}"' in answer.text
        assert "Told them of the knife" in answer.text
    form = {**sam.fields(f"/desk/cases/{ref}", f"/desk/cases/{ref}/close"), **given}
    for _ in range(2):
        assert sam.client.post(f"/desk/cases/{ref}/close", data=form).status_code == 303
    case = case_of(home, ref)
    assert (case.state, case.outcome) == ("closed", "passed-to-front-door")
    page = sam.get(f"/desk/cases/{ref}").text
    assert page.count("Accepted by Ravi Lane, 2026-11-23 11:20.") == 2  # who has it, and its history
    assert (events(home, ref).count("front-door"), events(home, ref).count("closed")) == (1, 1)
    kept = [detail for action, target, detail in home.audited() if action == "case.front-door"]
    assert kept == ["2026-11-23 11:20"]


@ON_SQLITE
def test_no_command_closes_to_the_front_door_without_an_acceptor(sam: Worker, home: Home) -> None:
    """Claim: the use case refuses it too, whatever page or command calls it."""
    ref = a_case(home, "Ana")
    with home.house.db.read() as tx:
        found = staff.find_staff(tx, "sam.okoro@council.example")
    assert found is not None
    form = work.Form(ref=ref, version=case_of(home, ref).version, by=SignedIn(staff=found, token=""))
    with pytest.raises(work.NotYet, match="name of who accepted it"):
        work.close(home.house, form, outcome=work.FRONT_DOOR, words="Told them")
    assert case_of(home, ref).state == "open"


@pytest.mark.browser
@pytest.mark.net
@pytest.mark.parametrize("width", [320, 1280])
@ON_SQLITE
def test_an_escalation_closes_to_the_front_door_without_javascript(
    app: Flask, home: Home, chromium: "Chromium", width: int
) -> None:
    """Claim: filled and sent with no JavaScript; form, fault and closed case fit 320 and 1280 px, and axe finds
    nothing."""
    home.living()
    ref, other, mina = a_case(home, "Ana"), a_case(home, "Bo", sender="+447700900002"), hire(home, "manager")
    with served(app) as address:
        for javascript in (False, True):
            with chromium.person(address, javascript=javascript, width=width) as device:
                page = device.new_page()
                signed_in_at(page, mina, f"{address}/desk/cases/{ref}")
                if javascript:
                    assert "Accepted by Ravi Lane" in page.content()
                    assert axe(page) == []
                    page.goto(f"{address}/desk/cases/{other}")
                else:
                    page.get_by_label("Outcome").select_option("passed-to-front-door")
                    page.get_by_label("What was done").fill("Told them")
                    page.get_by_role("button", name="Close the case").click()
                    page.get_by_role("link", name="Name who accepted it at the front door.").wait_for()
                    assert fits(page, width)
                    page.get_by_label("Accepted by").fill("Ravi Lane")
                    page.get_by_label("Day", exact=True).last.fill("2026-11-23")
                    page.get_by_label("Time", exact=True).last.fill("11:00")
                    page.get_by_role("button", name="Close the case").click()
                    page.get_by_text("The case is closed.").wait_for()
                assert fits(page, width)
                assert not javascript or axe(page) == []


@pytest.mark.browser
@pytest.mark.net
@ON_SQLITE
def test_the_pathway_fits_a_small_phone_works_without_javascript_and_passes_axe(
    app: Flask, home: Home, sam: Worker, chromium: "Chromium"
) -> None:
    """Claim: a worker triages with no JavaScript; the section, a fault, the front door's form and the inbox fit 320 and
    1280 px, and axe finds nothing."""
    home.living()
    ref, other, mina = a_referral(home), a_referral(home, "Bo", sender="+447700900002"), hire(home, "manager")
    for given in (TRIAGE, ASSIGN, PASSED):
        assert step(sam, other, given) == 303
    with served(app) as address, chromium.person(address, javascript=False, width=320) as device:
        page = device.new_page()
        signed_in_at(page, mina, f"{address}/desk/cases/{ref}")
        page.get_by_label("Level", exact=True).select_option("level-2")
        page.get_by_role("button", name="Keep the triage").click()
        assert page.get_by_role("link", name="Answer each line of the checklist.").is_visible()
        page.goto(f"{address}/desk/cases/{ref}")
        page.get_by_label("Level", exact=True).select_option("level-2")
        for label in ("GP", "dentist", "school or nursery", "health visitor"):
            page.get_by_label(label).select_option("yes")
        page.get_by_role("button", name="Keep the triage").click()
        assert page.get_by_text("Next: Assign to a team or partner").is_visible()
    home.clock.at = datetime.fromisoformat("2026-12-09T11:00+00:00")
    home.living()
    lee = hire(home, "manager", "Lee Marsh")
    with served(app) as address, chromium.person(address, width=320) as device:
        page = device.new_page()
        signed_in_at(page, lee, f"{address}/desk")
        for path in ("/desk", f"/desk/cases/{ref}", f"/desk/cases/{ref}?step=passed", f"/desk/cases/{other}"):
            page.goto(f"{address}{path}")
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 844})
                assert fits(page, width), path
            assert axe(page) == [], path
