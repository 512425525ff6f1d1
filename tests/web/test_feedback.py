"""Feedback: a family says what would have been better, the team answers, and everybody may read question and answer."""

import os
import re
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot.store import people
from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.web.worker import Worker, at_desk, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium

SHOTS = os.environ.get("SHOTS", "")  # a folder, for who wants to look
WROTE = "you kept asking where we live at number nine and my Zebedee was crying"
SAID = "You asked for our postcode too often."
DID = "We now ask once, and SKIP is said beside it."


def told(home: Home, words: str = WROTE) -> None:
    home.talk("feedback")
    home.talk(words)


def publish(worker: Worker, number: int = 1, **given: str) -> int:
    answer = {"said": SAID, "did": DID, "sure": "yes"} | given
    return worker.post("/desk/feedback", f"/desk/feedback/{number}/answer", **answer).status_code


def test_the_team_answers_and_everybody_may_read_it(app: Flask, sam: Worker, home: Home) -> None:
    """Claim: what they wrote is read at the desk alone; the public page holds the team's words and no others."""
    told(home)
    assert "my Zebedee was crying" in sam.get("/desk/feedback").text
    public = app.test_client().get("/you-said").text
    assert "There is nothing here yet." in public
    assert publish(sam) == 303
    public = app.test_client().get("/you-said").text
    assert SAID in public
    assert DID in public
    for theirs in ("Zebedee", "number nine", "7700"):
        assert theirs not in public
    assert "Answered in public (1)" in re.sub(r"<[^>]+>", "", sam.get("/desk/feedback").text)
    assert {("feedback.answer", "feedback:1", ""), ("feedback.view", "feedback:waiting", "1")} <= set(home.audited())


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"said": " "}, "Write something"),
        ({"did": "Call 07700 900123 for more"}, "telephone number"),
        ({"did": "Write to ann@example.org"}, "email"),
        ({"said": "You live in SW18 2PU"}, "postcode"),
        ({"said": "Zoe told us that we ask too much"}, "Take out the name"),
        ({"said": "People said: kept asking where we live at number nine"}, "own words"),
        ({"said": "x" * 501}, "500 characters"),
        ({"sure": ""}, "nobody can be known"),
    ],
)
@ON_SQLITE
def test_what_shows_who_wrote_is_refused_and_published_in_no_part(
    app: Flask, sam: Worker, home: Home, given: dict[str, str], why: str
) -> None:
    """Claim: numbers, addresses, names of the family and their own turns of phrase do not get out; the form comes back
    with what was written."""
    told(home)
    with home.house.db.write() as tx:
        zoe = people.add_person(tx, ref="ABCD2345", now=home.clock.now(), first_name="Zoe")
        people.link(tx, zoe, home.address().id, home.clock.now())
    answer = {"said": SAID, "did": DID, "sure": "yes"} | given
    refused = sam.post("/desk/feedback", "/desk/feedback/1/answer", **answer)
    assert refused.status_code == 400
    assert why in refused.text
    assert (DID in refused.text) or "did" in given
    assert "There is nothing here yet." in app.test_client().get("/you-said").text


def test_it_can_be_put_aside_taken_down_and_changed(app: Flask, sam: Worker, home: Home) -> None:
    """Claim: put aside it waits no more and is not published; what was published is taken down by the same button."""
    told(home)
    told(home, "shorter words please")
    assert sam.post("/desk/feedback", "/desk/feedback/2/aside").status_code == 303
    assert "shorter words please" not in sam.get("/desk/feedback").text
    assert "shorter words please" in sam.get("/desk/feedback?show=aside").text
    assert publish(sam) == 303
    home.later(minutes=5)
    form = sam.fields("/desk/feedback?show=answered", "/desk/feedback/1/answer")
    changed = {**form, "said": SAID, "did": "We stopped.", "sure": "yes"}
    assert sam.client.post("/desk/feedback/1/answer", data=changed).status_code == 303
    assert "We stopped." in app.test_client().get("/you-said").text
    assert sam.post("/desk/feedback?show=answered", "/desk/feedback/1/aside").status_code == 303
    assert "We stopped." not in app.test_client().get("/you-said").text


def test_two_who_answer_at_once_publish_one_answer(app: Flask, sam: Worker, home: Home) -> None:
    """Claim: the second is told, keeps the words to copy, and publishes nothing."""
    told(home)
    form = sam.fields("/desk/feedback", "/desk/feedback/1/answer")
    assert publish(sam) == 303
    late = sam.client.post("/desk/feedback/1/answer", data={**form, "said": "Mine", "did": "Other", "sure": "yes"})
    assert late.status_code == 409
    assert "Mine" in late.text
    assert "Mine" not in app.test_client().get("/you-said").text


@ON_SQLITE
def test_only_the_team_reads_it(app: Flask, home: Home) -> None:
    """Claim: an editor and an administrator, who read no family's words, do not read these."""
    for role in ("editor", "administrator", "auditor", "business-support"):
        assert at_desk(app, home, role).client.get("/desk/feedback").status_code == 403


def test_a_wish_about_data_shows_its_day_and_when_that_has_passed(app: Flask, sam: Worker, home: Home) -> None:
    """Claim: inbox and case say by when the law wants an answer, and say so in red after it."""
    home.talk("delete my data")
    ref = home.cases()[0].ref
    assert "Answer by" in sam.get("/desk").text
    page = sam.get(f"/desk/cases/{ref}").text
    assert "article 12(3)" in page
    assert "They asked us to erase the information we hold on them" in page
    assert "Overdue" not in page
    home.later(days=32)
    later = at_desk(app, home, name="Mina Hall")
    assert "Overdue by law" in later.get("/desk").text
    assert "Overdue" in later.get(f"/desk/cases/{ref}").text


@pytest.mark.browser
@pytest.mark.net
@ON_SQLITE
def test_both_pages_fit_a_small_phone_and_pass_axe(app: Flask, home: Home, chromium: "Chromium") -> None:
    """Claim: the list, an answer that was refused, and the public page fit 320 and 1280 px; axe finds nothing."""
    home.living()
    sam, mina = at_desk(app, home), hire(home, "manager")
    told(home)
    told(home, "shorter words please, and why do you want to know where we live and how old everybody is")
    assert publish(sam, 2) == 303
    with served(app) as address, chromium.person(address, width=320) as device:
        page = device.new_page()
        signed_in_at(page, mina, f"{address}/desk/feedback")

        def sound(what: str) -> None:
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 844})
                assert fits(page, width), what
                if SHOTS:
                    page.screenshot(path=f"{SHOTS}/{what}-{width}.png", full_page=True)
            assert axe(page) == [], what

        sound("list")
        page.click("main summary")
        page.fill("#said-1", "Call 07700 900123")
        page.click("#feedback-1 form button")
        assert page.input_value("#said-1") == "Call 07700 900123"
        sound("refused")
        page.goto(f"{address}/you-said")
        sound("public")
