"""A family says that an entry is wrong: to the team's list, and to whoever keeps it with none of their words."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from bot.casework import unnamed
from bot.casework.accounts import SignedIn
from bot.publishing import keepers, wrong
from bot.publishing.directory import put, services
from bot.store import staff
from bot.store import wrong as stored
from bot.store.addresses import find_address
from bot.web.chat import PACE
from directory.service import Location, Organisation, Service
from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.web.visitor import Page, Visitor
from tests.web.worker import Worker, at_desk, fields, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium

ENTRY = Service(
    id="zebra/1 &", name="Zebra Kitchen", organisation=Organisation(id="zebra", name="Zebra & Co"), needs=("food",),
    phone="020 7946 0999", locations=(Location(id="v", name="Hall", postcode="SW18 2PU", lat=51.45, lon=-0.19),),
)  # fmt: skip
TO = "kitchen@zebra.example"
LIST = "/desk/directory/wrong"
WORDS = "It rang <b>out</b> when I called about my son"


@pytest.fixture
def town(home: Home) -> Home:
    put(home.house, [ENTRY], source="ours.csv")
    return home


@pytest.fixture
def edi(app: Flask, town: Home) -> Worker:
    return at_desk(app, town, "editor")


def by(home: Home) -> SignedIn:
    with home.house.db.read() as tx:
        found = staff.find_staff(tx, "edi.wren@council.example")
    assert found is not None
    return SignedIn(staff=found, token="")


def say(family: Visitor, **given: str) -> TestResponse:
    token = fields(family.client.get("/help").text, "/help")
    return family.client.post("/help/wrong", data={**token, "id": ENTRY.id, "asked": "yes", **given})


def letters(home: Home) -> list[str]:
    with home.house.db.read() as tx:
        there = find_address(tx, "email", TO)
    return [] if there is None else [one.body for one in home.out(sender=TO, kind="email")]


def test_a_family_tells_and_the_team_reads_it(edi: Worker, town: Home, family: Visitor) -> None:
    """Claim: the button under an entry of /help leads to the form, by POST; what was told stands on the team's list
    as words and not as markup; settled, the words are erased, and a second press does nothing."""
    page = family.client.post(
        "/help", data={**fields(family.client.get("/help").text, "/help"), "text": "zebra kitchen"}
    ).text  # fmt: skip
    form = next(f for f in Page(page).forms if f["action"] == "/help/wrong" and f["id"] == ENTRY.id)
    asked = family.client.post("/help/wrong", data={"csrf_token": form["csrf_token"], "id": ENTRY.id})
    assert "What did you find?" in asked.text
    assert "Choose what is wrong" in say(family).text
    assert "Thank you" in say(family, kind="phone", words=WORDS).text
    assert "Told to be wrong by families</a>: 1" in edi.get("/desk/directory").text
    page = edi.get(LIST).text
    assert "It rang &lt;b&gt;out&lt;/b&gt; when I called about my son" in page
    assert "The telephone number or website does not work" in page
    (told,) = wrong.waiting(town.house, by(town))
    assert edi.post(LIST, f"{LIST}/{told.id}").status_code == 303
    assert "Nothing waits" in edi.get(LIST).text
    with town.house.db.read() as tx:
        assert tx.execute(sa.select(stored.wrong.c.words, stored.wrong.c.settled_by)).one()[0] is None
    assert wrong.settle(town.house, by(town), told.id) is False
    assert {"directory.wrong", "directory.wrong-settled"} <= {action for action, _, _ in town.audited()}


def test_its_organisation_is_written_to_once_and_reads_no_words(edi: Worker, town: Home, family: Visitor) -> None:
    """Claim: a first report sends the organisation its link, once a week at most, however many follow; its page says
    what was chosen and none of the words; where no email is kept, the team alone has it."""
    say(family, kind="closed", words=WORDS)
    assert letters(town) == []
    keepers.keep(town.house, by(town), "zebra", email=TO, trusted=False)
    for told in wrong.waiting(town.house, by(town)):
        wrong.settle(town.house, by(town), told.id)
    for _ in range(3):
        say(family, kind="closed", words=WORDS)
    (letter,) = letters(town)
    link = re.search(r"/provider/\S+", letter)
    assert link is not None
    page = family.client.get(link[0]).text
    assert "Families told us, so please look" in page
    assert "It has closed" in page
    assert "my son" not in page + letter
    assert edi.get(LIST).text.count("my son") == 3


def test_told_by_text_of_the_one_entry_they_were_shown(edi: Worker, town: Home) -> None:
    """Claim: it stands on the same list, and its organisation is sent its link, once; what they write stands with their
    case alone. Of several that they were shown nobody knows which: none is listed, and none is written to."""
    put(town.house, [ENTRY], source="ours.csv", ended=[one.id for one in services(town.house) if one != ENTRY])
    keepers.keep(town.house, by(town), "zebra", email=TO, trusted=False)
    for _ in range(2):
        assert "Zebra Kitchen" in town.talk("food bank SW18 2PU")
        town.talk("this listing is wrong")
        town.talk("it rang out when I called about my son")
    told = wrong.waiting(town.house, by(town))
    assert [(one.service.id, one.kind, one.words) for one in told] == [(ENTRY.id, "other", "")] * 2
    (case,) = town.cases()
    assert "my son" in (case.words or "")
    (letter,) = letters(town)
    link = re.search(r"/provider/\S+", letter)
    assert link is not None
    assert "my son" not in edi.get(LIST).text + letter + edi.client.get(link[0]).text
    put(town.house, [ENTRY, replace(ENTRY, id="yak", name="Yak Kitchen")], source="ours.csv")
    assert "Yak Kitchen" in town.talk("food bank SW18 2PU", sender="+447700900322")
    town.talk("this listing is wrong", sender="+447700900322")
    assert len(wrong.waiting(town.house, by(town))) == 2
    assert len(letters(town)) == 1


def test_what_is_told_of_nothing_or_without_end(edi: Worker, town: Home, family: Visitor) -> None:
    """Claim: an entry that is none, or is not shown, is not found; of one entry only so many reports are kept, and
    words only so long."""
    assert edi.get(LIST).status_code == 200
    for service_id in ("", "nobody", "x" * 200, "a\x00b"):
        assert say(family, id=service_id, kind="phone").status_code == 404
    for _ in range(25):
        wrong.tell(town.house, ENTRY.id, "other", "y" * 5000)
    waiting = wrong.waiting(town.house, by(town))
    assert len(waiting) == wrong.MOST_OPEN
    assert {len(told.words) for told in waiting} == {wrong.LONGEST}
    put(town.house, [], source="ours.csv", ended=[ENTRY.id])
    assert say(family, kind="phone").status_code == 404


KNIFE = "he has a knife and he is outside the door now"


def test_words_of_danger_are_before_a_person_and_answered_with_999(edi: Worker, town: Home, family: Visitor) -> None:
    """Claim: on either database they raise one urgent case however often the form is sent, though no kind was chosen,
    and the page gives the web chat's safety words and none of theirs; the organisation is told of none."""
    keepers.keep(town.house, by(town), "zebra", email=TO, trusted=False)
    token = fields(family.client.get("/help").text, "/help")
    asked = family.client.post("/help/wrong", data={**token, "id": ENTRY.id})
    form = {**fields(asked.text, "/help/wrong"), "words": KNIFE}
    for kind in ("", "other"):
        page = family.client.post("/help/wrong", data={**form, "kind": kind})
        assert page.status_code == 200
        assert "tel:999" in page.text
        assert "by 11:15am on Monday 23 November" in page.text
        assert "knife" not in page.text
    (case,) = town.cases()
    assert (case.kind, case.level, case.reason, case.words) == ("escalation", "urgent", unnamed.REASON, KNIFE)
    assert (case.look_by - town.clock.at).total_seconds() == 15 * 60
    family.say(KNIFE)
    (said,) = [words for words in family.words() if "999" in words]
    assert said in " ".join(Page(page.text).texts("app-words"))
    family.client.post("/help/wrong", data={**form, "kind": "other", "words": "I want to die, I took all the pills"})
    assert len([case for case in town.cases() if case.reason == unnamed.REASON]) == 2
    (letter,) = letters(town)
    link = re.search(r"/provider/\S+", letter)
    assert link is not None
    for word in ("knife", "pills"):
        assert word not in letter + family.client.get(link[0]).text


def test_harmless_words_raise_nothing(edi: Worker, town: Home, family: Visitor) -> None:
    """Claim: what is no danger stands on the team's list alone, and the page gives no safety words."""
    answer = say(family, kind="phone", words=WORDS)
    assert "Important, please read" not in answer.text
    assert town.cases() == []


@ON_SQLITE
def test_danger_waits_for_nothing_else_of_the_form(app: Flask, town: Home, family: Visitor, sam: Worker) -> None:
    """Claim: past any allowance, of an entry that is gone, in Polish, behind five thousand other characters, and of a
    phone that is watched: each is a case, each page gives 999; the watched one's looks like any other. Staff read where
    it came from, and that nobody can be answered."""
    while app.extensions[PACE].wait(None, "127.0.0.1", town.clock.at) == 0:
        pass
    assert say(family, kind="phone").status_code == 429
    long = "The hall was shut. " * 260 + KNIFE
    for number, words in enumerate((KNIFE, long, "on ma nóż i chce mnie zabić"), start=1):
        page = say(family, id="nobody" if number == 1 else ENTRY.id, words=words)
        assert page.status_code == 200
        assert "Important, please read" in page.text
        assert "999" in page.text
        assert len(town.cases()) == number
    assert 'lang="pl"' in page.text
    discreet = say(family, words="he hit me, cant talk he checks my phone").text
    assert "press 55" in discreet
    assert "Important, please read" not in discreet
    ref = town.cases()[0].ref
    assert sam.act(ref, "note", words="Rang the hall, nobody knows").status_code == 303
    shown = sam.get(f"/desk/cases/{ref}").text
    assert "Rang the hall, nobody knows" in shown
    assert "we do not know who wrote" in shown
    assert "no answer can be sent" in shown


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
@ON_SQLITE
def test_the_pages_in_a_real_browser(app: Flask, town: Home, chromium: "Chromium", width: int) -> None:
    """Claim: told without JavaScript's help at either width, and axe finds nothing on the family's or team's page."""
    email = hire(town, "editor")
    with served(app) as url, chromium.person(url, width=width) as person:
        page = person.new_page()
        page.goto("/help")
        page.get_by_label("What do you need?").fill("zebra kitchen")
        page.get_by_role("button", name="Find help").click()
        page.get_by_role("button", name="Is something here wrong?").first.click()
        assert axe(page) == []
        page.get_by_label("It has closed").check()
        page.get_by_role("button", name="Tell us").click()
        page.get_by_role("heading", name="Thank you").wait_for()
        page.goto("/help")
        page.get_by_label("What do you need?").fill("zebra kitchen")
        page.get_by_role("button", name="Find help").click()
        page.get_by_role("button", name="Is something here wrong?").first.click()
        page.get_by_label("Can you say more?").fill(KNIFE)
        page.get_by_role("button", name="Tell us").click()
        page.get_by_role("heading", name="Important, please read").wait_for()
        assert axe(page) == []
        assert fits(page, width)
        signed_in_at(page, email, LIST)
        assert axe(page) == []
        assert fits(page, width)
