"""The directory at the desk: what is due, one entry, what changes it and what puts it back."""

from datetime import date
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot.casework.accounts import SignedIn
from bot.casework.permissions import ROLES, may
from bot.publishing import directory, entries, feed
from bot.store import entries as stored
from bot.store import staff
from bot.store.database import Database
from bot.web.desk import entry_words
from directory.service import Location, Organisation, Service
from directory.written import FIELDS
from flows.facts import Search
from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.web.worker import Worker, at_desk, fields, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium

ORG = Organisation(id="org", name="Meals Together")
KITCHEN = Service(
    id="kitchen/1 &?", name="Wandle Kitchen", organisation=ORG, needs=("food",), phone="020 7946 0999",
    description="Hot meals", assured_on=date(2026, 3, 1), accepting="open",
    locations=(Location(id="v", name="Hall", postcode="SW18 2PU", lat=51.45, lon=-0.19),),
)  # fmt: skip
REFUGE = Service(
    id="refuge", name="Wandle Refuge", organisation=ORG, needs=("domestic-abuse",), phone="020 7946 0998",
    assured_on=date(2026, 8, 1),
)  # fmt: skip
HERE = "/desk/directory/entry?id=kitchen/1+%26?"
EDIT = "/desk/directory/edit?id=kitchen/1+%26?"


@pytest.fixture
def kitchens(home: Home) -> Home:
    directory.put(home.house, [KITCHEN, REFUGE], source="ours.csv")
    return home


@pytest.fixture
def edi(app: Flask, kitchens: Home) -> Worker:
    return at_desk(app, kitchens, "editor")


def entry(home: Home, of: str = KITCHEN.id) -> Service:
    return next(s for s in directory.services(home.house) if s.id == of)


def flag(home: Home) -> None:
    """What a check-in's "no" writes of the service that the family was told of."""
    with home.house.db.write() as tx:
        stored.not_reached(tx, KITCHEN.id, home.clock.at)


def shown(home: Home) -> str | None:
    found = home.house.live.of(home.house.db).finder.find(Search(text="wandle kitchen", postcode="SW18 2PU"))
    return next((listing.phone for listing in found.listings if listing.id == KITCHEN.id), None)


def form(worker: Worker, **given: str) -> dict[str, str]:
    """The form that changes the entry, as a browser sends it when only `given` was typed."""
    cells = dict.fromkeys((*FIELDS, "staff_contact", "criteria"), "")
    told = {"name": KITCHEN.name, "description": "Hot meals", "phone": KITCHEN.phone or "", "needs": "food"}
    return {**worker.fields(EDIT, "/desk/directory/edit"), **cells, **told, "accepting": "open", **given}


def test_what_is_due_stands_first_where_people_are_in_danger(edi: Worker, kitchens: Home) -> None:
    """Claim: the list opens with what is to be checked, services for people in danger before all others; what is
    fresh is not on it, and looking is audited."""
    page = edi.get("/desk/directory").text
    assert page.index("Wandle Refuge") < page.index("Wandle Kitchen")
    assert "Little Talkers" not in page
    assert "Little Talkers" in edi.get("/desk/directory?show=all&q=little+talkers").text
    assert "No entry here has these words" in edi.get("/desk/directory?q=nosuchthing").text
    assert ("directory.view", "due") in {(action, target) for action, target, _ in kitchens.audited()}


def test_a_change_is_shown_to_families_and_can_be_put_back(edi: Worker, kitchens: Home) -> None:
    """Claim: what an editor changes is what families are shown next; the history says what became of what and who did
    it, and one press puts back what stood before."""
    answer = edi.client.post("/desk/directory/edit", data=form(edi, phone="020 7946 0111", accepting="full"))
    assert (answer.status_code, "done=edited" in answer.location) == (303, True), answer.text
    assert shown(kitchens) == "020 7946 0111"
    assert entry(kitchens).accepting_on == date(2026, 11, 23)
    page = edi.get(HERE).text
    assert "020 7946 0999</del>" in page
    assert "020 7946 0111</ins>" in page
    assert "Edi Wren" in page
    found = entries.look(kitchens.house, _signed(kitchens), KITCHEN.id)
    undone = edi.post(HERE, "/desk/directory/entry", act="undo", change=str(found.past[0].change.id))
    assert undone.status_code == 303
    assert entry(kitchens) == KITCHEN
    assert shown(kitchens) == KITCHEN.phone
    assert {"directory.edited", "directory.undone"} <= {action for action, _, _ in kitchens.audited()}


def test_checking_makes_it_fresh(edi: Worker, kitchens: Home) -> None:
    """Claim: "all is right" makes today its last check and changes nothing else; it leaves the list of what is due."""
    assert edi.post(HERE, "/desk/directory/entry", act="checked").status_code == 303
    assert entry(kitchens).assured_on == date(2026, 11, 23)
    assert "Wandle Kitchen" not in edi.get("/desk/directory").text
    answer = edi.client.post("/desk/directory/edit", data={**form(edi), "cost": "Free", "checked": "yes"})
    assert answer.status_code == 303
    assert entry(kitchens).cost == "Free"


def test_what_was_taken_off_is_not_shown_and_comes_back(edi: Worker, kitchens: Home) -> None:
    """Claim: taken off, families are not shown it and no import brings it back; put back on, they are."""
    assert edi.post(HERE, "/desk/directory/entry", act="off").status_code == 303
    assert shown(kitchens) is None
    directory.put(kitchens.house, [KITCHEN, REFUGE], source="ours.csv")
    assert shown(kitchens) is None
    assert "Wandle Kitchen" in edi.get("/desk/directory?show=off").text
    assert edi.post(HERE, "/desk/directory/entry", act="on").status_code == 303
    assert shown(kitchens) == KITCHEN.phone


def test_who_was_not_reached_stands_on_the_list_until_somebody_looks(edi: Worker, kitchens: Home) -> None:
    """Claim: what families' check-ins flag is a row of the list, with how often; looking at the entry settles it, and
    a later flag brings it back."""
    page = "/desk/directory?show=flagged"
    assert "Nothing stands here" in edi.get(page).text
    flag(kitchens)
    flag(kitchens)
    assert "Wandle Kitchen" in edi.get(page).text
    assert "did not get through: 2 since" in edi.get(HERE).text
    kitchens.later(minutes=1)
    assert edi.post(HERE, "/desk/directory/entry", act="checked").status_code == 303
    assert "Nothing stands here" in edi.get(page).text
    kitchens.later(minutes=1)
    flag(kitchens)
    assert "Wandle Kitchen" in edi.get(page).text


def test_two_editors_never_overwrite_each_other(edi: Worker, kitchens: Home) -> None:
    """Claim: a form that was opened before somebody else's change does nothing, says so and keeps what was typed."""
    mine = form(edi, phone="020 7946 0222")
    act = edi.fields(HERE, "/desk/directory/entry")
    edi.client.post("/desk/directory/edit", data=form(edi, phone="020 7946 0111"))
    late = edi.client.post("/desk/directory/edit", data=mine)
    assert late.status_code == 409
    assert "Somebody changed this entry meanwhile" in late.text
    assert "020 7946 0222" in late.text
    assert "The entry now says: 020 7946 0111" in late.text
    assert edi.client.post("/desk/directory/entry", data={**act, "act": "off"}).status_code == 409
    assert entry(kitchens).phone == "020 7946 0111"


@ON_SQLITE
def test_what_a_colleague_wrote_for_staff_is_not_overwritten_either(edi: Worker, kitchens: Home) -> None:
    """Claim: words for staff alone are as guarded as the entry; the form comes back with what was typed beside what
    stands, so that nobody presses again over words that they never saw."""
    mine = form(edi, phone="020 7946 0222", criteria="Anybody")
    edi.client.post("/desk/directory/edit", data=form(edi, criteria="Only 100% after a panel"))
    late = edi.client.post("/desk/directory/edit", data=mine)
    assert late.status_code == 409
    assert "The entry now says: Only 100% after a panel" in late.text
    assert "Anybody" in late.text
    assert "Only 100% after a panel" in edi.get(HERE).text
    seen = fields(late.text, "/desk/directory/edit")["seen"]
    again = edi.client.post("/desk/directory/edit", data={**mine, "seen": seen, "criteria": "Only 100% after a panel"})
    assert again.status_code == 303
    assert entry(kitchens).phone == "020 7946 0222"
    assert "Only 100% after a panel" in edi.get(HERE).text


@ON_SQLITE
def test_words_for_staff_that_are_too_long_are_told_with_every_other_fault(edi: Worker, kitchens: Home) -> None:
    """Claim: they are refused and given back whole, never cut."""
    answer = edi.client.post("/desk/directory/edit", data=form(edi, criteria="x" * 2001, min_age="-1", needs="50%d"))
    assert answer.status_code == 400
    for told in ("Use at most 2000 letters.", "Enter an age in years", "There is no need 50%d.", "x" * 2001):
        assert told in answer.text
    assert "x" * 2000 not in edi.get(HERE).text
    assert edi.client.post("/desk/directory/edit", data=form(edi, criteria="x" * 2000)).status_code == 303


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": ""}, "Enter the name."),
        ({"min_age": "9", "max_age": "4"}, "The oldest age is below the youngest."),
        ({"min_age": "-1"}, "Enter an age in years"),
        ({"url": "javascript:alert(1)"}, "Enter a web address"),
        ({"email": "nobody"}, "Enter an email address"),
        ({"needs": "no-such-need"}, "There is no need no-such-need."),
        ({"accepting": "perhaps"}, "Choose whether they take people."),
    ],
)
@ON_SQLITE
def test_what_cannot_be_is_told_and_changes_nothing(
    edi: Worker, kitchens: Home, given: dict[str, str], told: str
) -> None:
    """Claim: each fault is said beside its field, what was typed is kept, and the entry stands as it was."""
    answer = edi.client.post("/desk/directory/edit", data=form(edi, **given))
    assert answer.status_code == 400
    assert told in answer.text
    assert entry(kitchens) == KITCHEN


def test_what_only_staff_read_is_nowhere_else(app: Flask, edi: Worker, kitchens: Home) -> None:
    """Claim: a contact and criteria for staff stand sealed beside the entry: the desk shows them; the public feed, the
    export, a search and the database file hold no word of them."""
    secret = {"staff_contact": "Jo on 020 7946 0777", "criteria": "Only after a panel"}
    assert edi.client.post("/desk/directory/edit", data=form(edi, **secret)).status_code == 303
    assert all(words in edi.get(HERE).text for words in secret.values())
    client = app.test_client()
    public = client.get("/api/services?full=true&per_page=500").text + client.get("/help?need=food").text
    told = public + str(feed.export(kitchens.house)) + kitchens.talk("food bank near SW18 2PU")
    assert "Wandle Kitchen" in told
    assert not any(words in told for words in secret.values())
    database: Database = kitchens.house.db
    with database.engine.connect() as connection:
        raw = connection.exec_driver_sql("SELECT staff_contact, criteria FROM entry").one()
    assert not any(b"0777" in bytes(cell) or b"panel" in bytes(cell) for cell in raw)


@ON_SQLITE
def test_who_may_do_what(app: Flask, kitchens: Home) -> None:
    """Claim: practitioners read the directory and change nothing; editors, managers and business support keep it."""
    sam = at_desk(app, kitchens)
    assert sam.get("/desk/directory").status_code == 200
    assert "Change it" not in sam.get(HERE).text
    assert sam.get(EDIT).status_code == 403
    assert {role for role in ROLES if may(role, "directory.edit")} == {"manager", "editor", "business-support"}


@ON_SQLITE
def test_an_id_nobody_has_is_no_page(edi: Worker) -> None:
    """Claim: an id that is none, too long, or holds control characters is 404 and no fault."""
    for text in ("", "nosuch", "x" * 81, "a%00b"):
        assert edi.get(f"/desk/directory/entry?id={text}").status_code == 404


def test_every_field_has_its_words() -> None:
    """Claim: each field of the form and each state is named for staff."""
    assert set(entry_words.ENTRY_FIELDS) == set(FIELDS)
    assert entry_words.ENTRIES.keys() == set(entries.SHOW)


@pytest.mark.browser
@ON_SQLITE
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_read_well(app: Flask, kitchens: Home, chromium: "Chromium", width: int) -> None:
    """Claim: list, entry and form fit a telephone and a desk, and axe finds nothing, faults included."""
    email = hire(kitchens, "editor")
    with served(app) as url, chromium.person(url, width=width) as person:
        page = person.new_page()
        signed_in_at(page, email, "/desk/directory")
        for step in ("list", "entry", "form", "faults"):
            if step == "entry":
                page.get_by_role("link", name="Wandle Kitchen").click()
                page.get_by_role("button", name="I checked it today").click()
                page.get_by_text("Checked as of today.").wait_for()
            elif step == "form":
                page.get_by_role("button", name="Change it").click()
                page.get_by_label("Name", exact=True).wait_for()
            elif step == "faults":
                page.get_by_label("Name", exact=True).fill("")
                page.get_by_role("button", name="Keep the changes").click()
                page.get_by_text("There is a problem").wait_for()
            assert fits(page, width), step
            assert axe(page) == [], step


def _signed(home: Home) -> SignedIn:
    with home.house.db.read() as tx:
        found = staff.find_staff(tx, "edi.wren@council.example")
    assert found is not None
    return SignedIn(staff=found, token="")
