"""The form by which a professional refers a family: on the same desk, with no sign-in, and nothing shown back."""

from typing import TYPE_CHECKING

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from bot.store import addresses
from bot.web.professionals import A_PLACE
from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.web.raising import case_of
from tests.web.visitor import Page, Visitor
from tests.web.worker import Worker, served

if TYPE_CHECKING:
    from tests.browser import Chromium

TOLD = {
    "who": "Dr Ivy Grant, 020 7946 0555", "organisation": "Larkmere Surgery", "family": "Amara Cole-Reed",
    "told": "The mother agreed in the surgery", "number": "07700 900555",
    "words": "Mrs Amara Cole and her boy of three, who hardly sleeps",
}  # fmt: skip
NUMBER = "+447700900555"


def send(visitor: Visitor, /, **given: str) -> TestResponse:
    form = visitor.page("/professionals").form("/professionals")
    return visitor.client.post("/professionals", data={**form, **TOLD, **given})


def test_a_gps_referral_stands_on_the_desk_with_its_pathway(family: Visitor, sam: Worker, home: Home) -> None:
    """Claim: who, organisation, how the family agreed, the number and every word are on the case; its first step is
    triage; the page tells a reference and nothing of the family."""
    answer = send(family)
    assert answer.status_code == 303
    page = family.client.get(answer.headers["Location"]).text
    ref = home.cases()[0].ref
    assert ref in page
    for name in ("Amara", "Ivy", "900555", "sleeps"):
        assert name not in page
    case = case_of(home, ref)
    assert (case.kind, case.level, case.reason) == ("referral", "routine", "referral-professional")
    shown = sam.get(f"/desk/cases/{ref}").text
    for told in (*(words for name, words in TOLD.items() if name != "number"), "07700 900555", "Triage by Tuesday 24"):
        assert told in shown
    assert "Referral by a professional" in sam.get("/desk").text
    assert home.send() == 0  # nobody is texted for it


def test_the_same_form_sent_twice_is_one_referral(family: Visitor, home: Home) -> None:
    """Claim: on either database the second is told the same and raises nothing."""
    form = family.page("/professionals").form("/professionals")
    answers = [family.client.post("/professionals", data={**form, **TOLD}) for _ in range(2)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len(home.cases()) == 1


def test_another_family_under_a_used_reference_is_another_referral(family: Visitor, home: Home) -> None:
    """Claim: a page that Back brought again, and a reference that any other case has, lose nobody's words: each
    referral stands, and each is told the reference that is its own."""
    home.text("he hit me last night", sender="+447700900666")
    form = family.page("/professionals").form("/professionals")
    answers = [
        family.client.post("/professionals", data={**form, **TOLD, "words": words, "ref": ref})
        for words, ref in (("The Coles", form["ref"]), ("The Shahs", form["ref"]), ("The Lees", home.cases()[0].ref))
    ]
    raised = {case.words: case.ref for case in home.cases() if case.kind == "referral"}
    assert set(raised) == {"The Coles", "The Shahs", "The Lees"}
    assert [answer.headers["Location"].rpartition("=")[2] for answer in answers] == list(raised.values())
    assert len(set(raised.values())) == 3


@pytest.mark.parametrize("lacking", list(TOLD))
@ON_SQLITE
def test_what_is_missing_is_asked_for_and_what_was_written_stays(family: Visitor, home: Home, lacking: str) -> None:
    """Claim: each of the six is needed; the fault leads to its field, and no case is raised."""
    answer = send(family, **{lacking: "  "})
    assert answer.status_code == 422
    assert f'href="#{lacking}"' in answer.text
    for name, words in TOLD.items():
        assert (words in answer.text) is (name != lacking)
    assert home.cases() == []


@ON_SQLITE
def test_a_family_may_have_no_number(family: Visitor, sam: Worker, home: Home) -> None:
    """Claim: none is an answer, a landline is rung and never texted, and what is no number is asked again."""
    assert send(family, number="None").status_code == 303
    assert send(family, number="020 7946 0777").status_code == 303
    assert {case.address_id for case in home.cases()} == {None}
    assert "020 7946 0777" in "".join(sam.get(f"/desk/cases/{case.ref}").text for case in home.cases())
    assert send(family, number="the usual one").status_code == 422


def test_words_of_danger_are_as_grave_as_anybodys(family: Visitor, home: Home) -> None:
    """Claim: a professional who writes danger into the wrong form is before a person within minutes."""
    assert send(family, words="Mrs Cole says he has a knife and he is outside the door now").status_code == 303
    case = home.cases()[0]
    assert case.level == "urgent"
    assert (case.look_by - home.clock.at).total_seconds() == 15 * 60


@pytest.mark.parametrize("field", ["who", "organisation", "family", "told", "words"])
@ON_SQLITE
def test_danger_is_found_in_any_box_and_at_its_end(family: Visitor, home: Home, field: str) -> None:
    """Claim: whatever somebody types into is screened, and to its end."""
    before = "We met at the clinic. " * (200 if field in {"told", "words"} else 5)
    answer = send(family, **{field: before + "He has a knife and he is outside the door now"})
    assert answer.status_code == 303
    assert [case.level for case in home.cases()] == ["urgent"]


def test_a_number_that_was_erased_comes_back_by_nobodys_form(family: Visitor, home: Home) -> None:
    """Claim: the fingerprint that outlives an erasure stays a fingerprint; the number stands on the case alone."""
    home.text("hello", sender=NUMBER)
    with home.house.db.write() as tx:
        addresses.change_address(tx, home.address(NUMBER).id, value="")
    assert send(family).status_code == 303
    referral = next(case for case in home.cases() if case.kind == "referral")
    assert referral.address_id is None
    with home.house.db.read() as tx:
        found = addresses.find_address(tx, "sms", NUMBER)
    assert found is not None
    assert found.value == ""


@ON_SQLITE
def test_a_flood_is_asked_to_wait_and_nobody_is_shut_out(family: Visitor, home: Home) -> None:
    """Claim: past the allowance of a place the answer is 429 with when to try again and the words kept; a minute later
    it is taken."""
    for _ in range(A_PLACE.at_once):
        assert send(family).status_code == 303
    answer = send(family)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert TOLD["words"] in answer.text
    home.later(minutes=1)
    assert send(family).status_code == 303


@ON_SQLITE
def test_a_flood_never_drops_words_of_danger(family: Visitor, sam: Worker, home: Home) -> None:
    """Claim: past the allowance of a place what shows danger is a case all the same, and says that it came in a flood;
    what shows none still waits."""
    for _ in range(A_PLACE.at_once):
        send(family)
    assert send(family, words="The Shahs ask about a nursery").status_code == 429
    answer = send(family, words="Mrs Shah says he has a knife and he is outside the door now")
    assert answer.status_code == 303
    urgent = [case for case in home.cases() if case.level == "urgent"]
    assert [case.ref for case in urgent] == [answer.headers["Location"].rpartition("=")[2]]
    assert "came past what one place may send" in sam.get(f"/desk/cases/{urgent[0].ref}").text
    assert len(home.cases()) == A_PLACE.at_once + 1


def test_danger_in_a_form_that_is_not_taken_is_before_the_team_at_once(
    family: Visitor, sam: Worker, home: Home
) -> None:
    """Claim: a fault in another field never keeps danger from the team: one case, however often the form fails, that
    grows with the words; the whole form is then a referral of its own; the page says so and gives 999."""
    form = family.page("/professionals").form("/professionals")
    for words in ("She is scared of her partner", "He has a knife and he is outside the door now", "He has a knife"):
        answer = family.client.post("/professionals", data={**form, **TOLD, "number": "", "words": words})
        assert answer.status_code == 422
        assert "call 999" in answer.text
    kept = home.cases()
    assert [(case.kind, case.level, case.reason) for case in kept] == [("escalation", "urgent", "danger-professional")]
    page = sam.get("/desk").text
    assert "Words of danger in a professional's form" in page
    assert "Larkmere Surgery" in page
    answer = family.client.post("/professionals", data={**form, **TOLD, "words": "He has a knife"})
    assert answer.status_code == 303
    assert [case.kind for case in home.cases() if case.ref != kept[0].ref] == ["referral"]


@ON_SQLITE
def test_the_page_says_what_it_is_for(family: Visitor) -> None:
    """Claim: for whom, for what, and what it is not for, with a number to ring."""
    words = " ".join("".join(text) for _, _, text in Page(family.client.get("/professionals").text).elements)
    for told in ("For GPs, schools, nurseries", "early help", "Not for a child at risk of harm", "020 7946 0110"):
        assert told in words


@pytest.mark.browser
@pytest.mark.net
@ON_SQLITE
def test_the_form_fits_a_small_phone_works_without_javascript_and_passes_axe(
    app: Flask, home: Home, chromium: "Chromium"
) -> None:
    """Claim: filled and sent with no JavaScript; the empty form, a fault and the thanks fit 320 and 1280 px; axe finds
    nothing."""
    labels = {"who": "Your name", "organisation": "Your organisation", "family": "The family's name",
              "told": "How the family was told",
              "number": "The family's telephone number", "words": "The family, what"}  # fmt: skip
    with served(app) as address:
        for javascript in (False, True):
            with chromium.person(address, javascript=javascript, width=320) as device:
                page = device.new_page()
                page.goto(f"{address}/professionals")
                for stage in ("empty", "fault", "thanks"):
                    if stage == "thanks":
                        for name, label in labels.items():
                            page.get_by_label(label).fill(TOLD[name])
                    if stage != "empty":
                        page.get_by_role("button", name="Send the referral").click()
                        page.get_by_text("There is a problem" if stage == "fault" else "Thank you").wait_for()
                    for width in (320, 1280):
                        page.set_viewport_size({"width": width, "height": 844})
                        if javascript:
                            assert fits(page, width), stage
                    if javascript:
                        assert axe(page) == [], stage
    assert len(home.cases()) == 2
