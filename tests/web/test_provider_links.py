"""Private links: an organisation confirms or corrects its own entries, by a link that a real mail server delivered."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.app import build
from bot.clockwork import tick
from bot.dispatcher import Dispatcher
from bot.publishing import directory
from bot.publishing.reminding import remind_due
from bot.store import providers
from bot.store.casework import cases
from directory.service import Location, Opening, Organisation, Service
from flows.facts import Search
from messages.smtp_email import SmtpEmail, read_smtp_url
from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.mail import Post, post_office
from tests.web.worker import Worker, at_desk, fields, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium

pytestmark = pytest.mark.net
ORG, OTHER = Organisation(id="org/1", name="Meals Together"), Organisation(id="other", name="Other Helpers")
TO = "kitchen@example.org"
TUESDAYS = (Opening(day="TU", opens="09:00", closes="17:00"),)
ASKED = (
    "name", "description", "phone", "email", "url", "min_age", "max_age", "cost", "languages", "accessibility",
    "refer", "accepting",
)  # fmt: skip


def service(of: str, organisation: Organisation = ORG, checked: date = date(2026, 3, 1)) -> Service:
    return Service(
        id=of, name=f"{of.title()} kitchen", organisation=organisation, needs=("food",), phone="020 7946 0999",
        assured_on=checked, accepting="open",
    )  # fmt: skip


@pytest.fixture
def post() -> Iterator[tuple[Post, str]]:
    with post_office() as office:
        yield office.post, office.url


@pytest.fixture
def letters(home: Home, post: tuple[Post, str]) -> Post:
    """The house with a mail server, and a directory of two organisations."""
    taken, url = post
    channels = {**home.house.channels, "email": SmtpEmail(read_smtp_url(url, sender="desk@example.org"))}
    home.house = replace(home.house, channels=channels)
    directory.put(home.house, [service("one"), service("two"), service("third", OTHER)], source="ours.csv")
    return taken


@pytest.fixture
def mina(home: Home, letters: Post) -> Worker:
    assert letters.taken == []
    return at_desk(build(home.house.settings, house=home.house), home, "manager")


def carry(home: Home) -> None:
    while Dispatcher(home.house, by_email=True).once():
        pass


def keep(mina: Worker, *, trusted: bool = False, email: str = TO) -> TestResponse:
    page = "/desk/directory/organisation?id=org/1"
    more = {"trusted": "yes"} if trusted else {}
    return mina.post(page, "/desk/directory/organisation", act="keep", email=email, **more)


def link_in(letters: Post) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/provider/\S+)", letters.to(TO)[-1].get_content())
    assert found is not None
    return found[1]


@pytest.fixture
def link(home: Home, letters: Post, mina: Worker) -> str:
    """The address that a letter to an organisation that is not trusted holds."""
    keep(mina)
    mina.post("/desk/directory/organisation?id=org/1", "/desk/directory/organisation", act="send")
    carry(home)
    return link_in(letters)


def browser(home: Home) -> FlaskClient:
    return build(home.house.settings, house=home.house).test_client()


def press(client: FlaskClient, link: str, **given: str) -> TestResponse:
    return client.post(link, data={**fields(client.get(link).text, link), **given})


def one(home: Home, of: str = "one") -> Service:
    return next(s for s in directory.services(home.house) if s.id == of)


def test_a_letter_brings_a_link_to_ones_own_entries_alone(home: Home, letters: Post, link: str) -> None:
    """Claim: the letter a real mail server took names the organisation and holds a link; it shows that organisation's
    entries, needs no account, and nothing of another's can be reached by it. No page it leads to learns its address."""
    (letter,) = letters.to(TO)
    assert "Meals Together" in letter["Subject"]
    client = browser(home)
    answer = client.get(link)
    assert answer.status_code == 200
    assert "One kitchen" in answer.text
    assert "Third kitchen" not in answer.text
    assert answer.headers["Referrer-Policy"] == "same-origin"
    before = directory.services(home.house)
    for act in ("right", "show", "correct"):
        assert press(client, link, id="third", act=act, name="Mine now").status_code == 404
    assert directory.services(home.house) == before


def test_looking_changes_nothing_and_pressing_confirms(home: Home, link: str) -> None:
    """Claim: a mail server that opens the link confirms nothing; "It is right" makes today the last check."""
    client = browser(home)
    assert [client.get(link).status_code for _ in range(3)] == [200] * 3
    assert one(home).assured_on == date(2026, 3, 1)
    answer = press(client, link, id="one", act="right")
    assert "It is marked as right, as of today" in answer.text
    assert (one(home).assured_on, one(home, "two").assured_on) == (date(2026, 11, 23), date(2026, 3, 1))


@pytest.mark.browser
@ON_SQLITE
def test_a_browsers_own_press_names_where_it_came_from(home: Home, link: str, chromium: "Chromium") -> None:
    """Claim: the form sends our own origin, by which browsers that tell no Sec-Fetch-Site are let through, and the
    link's address goes to no other site."""
    app: Flask = build(home.house.settings, house=home.house)
    with served(app) as url, chromium.person(url) as person:
        page = person.new_page()
        page.goto(link)
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.get_by_role("button", name="It is right").first.click()
        assert sent.value.all_headers()["origin"] == url


def test_a_change_waits_for_approval(home: Home, link: str, mina: Worker) -> None:
    """Claim: families are told nothing new until somebody approves it; refused, the entry stands; a second change
    takes the first one's place, and the approved one is in the history with who approved it."""
    client, given = browser(home), dict.fromkeys(ASKED, "") | {"name": "One kitchen", "accepting": "full"}
    press(client, link, id="one", act="correct", **given | {"phone": "020 7946 0111"})
    answer = press(client, link, id="one", act="correct", **given | {"phone": "020 7946 0222"})
    assert "looks at the change before families see it" in answer.text
    assert one(home) == service("one")
    page = mina.get("/desk/directory/asked").text
    assert "020 7946 0222" in page
    assert "020 7946 0111" not in page
    action = re.findall(r'action="(/desk/directory/asked/\d+)"', page)[0]
    assert mina.post("/desk/directory/asked", action, act="approve").status_code == 303
    now = one(home)
    assert (now.phone, now.accepting, now.assured_on) == ("020 7946 0222", "full", date(2026, 11, 23))
    assert now.needs == ("food",)
    assert "Changed by its organisation, and approved" in mina.get("/desk/directory/entry?id=one").text
    late = mina.client.post(action, data={**mina.fields("/desk", "/desk/sign-out"), "act": "refuse"})
    assert "done=gone" in late.location
    assert one(home) == now


def test_approving_keeps_what_changed_meanwhile(home: Home, link: str, mina: Worker) -> None:
    """Claim: what they changed is written over the entry as it stands when somebody approves it: an edit and an import
    of the days between stay, what it is for too, and a check made since is not put back to their day."""
    client, given = browser(home), dict.fromkeys(ASKED, "") | {"name": "One kitchen", "accepting": "open"}
    press(client, link, id="one", act="correct", **given | {"phone": "020 7946 0222"})
    later = replace(one(home), needs=("food", "debt"), cost="Free", assured_on=date(2026, 11, 30))
    directory.put(home.house, [later, service("two")], source="ours.csv")
    page = mina.get("/desk/directory/asked").text
    assert page.count("would become") == 1
    assert "020 7946 0222" in page
    action = re.findall(r'action="(/desk/directory/asked/\d+)"', page)[0]
    assert "done=approved" in mina.post("/desk/directory/asked", action, act="approve").location
    assert one(home) == replace(later, phone="020 7946 0222")


def test_what_no_longer_fits_the_entry_cannot_be_approved(home: Home, link: str, mina: Worker) -> None:
    """Claim: where their change and the entry's newer words cannot both hold, staff are told why and nothing is
    written; refused, it waits no more."""
    client, given = browser(home), dict.fromkeys(ASKED, "") | {"name": "One kitchen", "accepting": "open"}
    press(client, link, id="one", act="correct", **given | {"phone": "020 7946 0999", "max_age": "4"})
    later = replace(one(home), min_age=11.0)
    directory.put(home.house, [later, service("two")], source="ours.csv")
    page = mina.get("/desk/directory/asked").text
    assert "The oldest age is below the youngest." in page
    assert 'value="approve"' not in page
    action = re.findall(r'action="(/desk/directory/asked/\d+)"', page)[0]
    form = {**mina.fields("/desk/directory/asked", action), "act": "approve"}
    assert "done=unfit" in mina.client.post(action, data=form).location
    assert one(home) == later
    assert mina.post("/desk/directory/asked", action, act="refuse").status_code == 303
    assert "Nothing waits" in mina.get("/desk/directory/asked").text


def test_a_press_on_an_old_page_answers_for_nothing_newer(home: Home, link: str) -> None:
    """Claim: "It is right" and a correction, made of a page that somebody's change has overtaken, do nothing and say
    so; the correction comes back beside what the entry says now, and sent again it counts."""
    client = browser(home)
    old = fields(client.get(link).text, link)
    later = replace(one(home), cost="100% free", accepting="full")
    directory.put(home.house, [later, service("two")], source="ours.csv")
    late = client.post(link, data={**old, "id": "one", "act": "right"})
    assert (late.status_code, "Somebody changed this entry meanwhile" in late.text) == (409, True)
    given = dict.fromkeys(ASKED, "") | {"name": "One kitchen", "accepting": "open", "phone": "020 7946 0222"}
    late = client.post(link, data={**old, **given, "id": "one", "act": "correct"})
    assert late.status_code == 409
    for told in ("The entry now says: 100% free", "The entry now says: Full", "The entry now says: 020 7946 0999"):
        assert told in late.text
    assert 'value="020 7946 0222"' in late.text
    assert one(home) == later
    again = fields(late.text, link)
    assert client.post(link, data={**again, **given, "act": "correct"}).status_code == 200


def test_they_see_all_that_stands_before_they_call_it_right(home: Home, link: str) -> None:
    """Claim: hours, ages, languages, access, how to be referred and where it is stand above "It is right", and it says
    where nothing is told; so what is confirmed has been shown."""
    full = replace(
        service("one"), min_age=4.0, max_age=11.0, languages=("en", "so"), cost="Free",
        accessibility=("Step-free",), refer="Ring first", locations=(
            Location(id="v", name="The Hall", address="1 High Street", postcode="SW18 2PU", hours=TUESDAYS),
        ),
    )  # fmt: skip
    directory.put(home.house, [full, service("two")], source="ours.csv")
    page = browser(home).get(link).text
    first = page[: page.index("Two kitchen")]
    words = "4", "11", "en; so", "Step-free", "Ring first", "The Hall", "1 High Street", "SW18 2PU", "Tu 09:00-17:00"
    for told in words:
        assert f'<span class="app-words">{told}</span>' in first, told
    assert "Nothing is said" in page[page.index("Two kitchen") :]


def test_what_the_form_cannot_change_is_said_and_nothing_is_taken_for_right(
    home: Home, letters: Post, link: str, mina: Worker
) -> None:
    """Claim: words on what else is wrong go before somebody, of a trusted organisation too, whose other changes count
    at once; the entry is not marked as checked, and the words stand sealed."""
    keep(mina, trusted=True)
    client, given = browser(home), dict.fromkeys(ASKED, "") | {"name": "One kitchen", "accepting": "open"}
    words = "We open at 10 now, not at 9"
    answer = press(client, link, id="one", act="correct", **given | {"phone": "020 7946 0333", "words": words})
    assert "reads what else is wrong" in answer.text
    assert (one(home).phone, one(home).assured_on) == ("020 7946 0333", date(2026, 3, 1))
    page = mina.get("/desk/directory/asked").text
    assert words in page
    assert 'value="refuse"' not in page
    with home.house.db.engine.connect() as connection:
        assert b"10 now" not in bytes(connection.exec_driver_sql("SELECT words FROM proposal").scalar_one())
    action = re.findall(r'action="(/desk/directory/asked/\d+)"', page)[0]
    assert mina.post("/desk/directory/asked", action, act="approve").status_code == 303
    assert one(home).assured_on == date(2026, 3, 1)
    assert "Nothing waits" in mina.get("/desk/directory/asked").text
    long = press(client, link, id="one", act="correct", **given | {"phone": "1", "words": "x" * 2001, "min_age": "-1"})
    assert long.status_code == 400
    assert "Use at most 2000 letters." in long.text
    assert "Enter an age in years" in long.text


def test_words_of_danger_reach_the_desk(home: Home, letters: Post, link: str, mina: Worker) -> None:
    """Claim: a child in danger, told in what else is wrong, is a case at once and is answered, though a field of the
    form cannot be taken; neither the same page sent again nor the one that came back raises a second case, and plain
    words raise none."""
    client, entry = browser(home), {"name": "One kitchen", "phone": "020 7946 0999", "accepting": "open"}
    given = dict.fromkeys(ASKED, "") | entry
    plain = press(client, link, id="one", act="correct", **given | {"words": "We open at 10 now"})
    assert "Important, please read" not in plain.text
    page = client.post(link, data={**fields(client.get(link).text, link), "id": "one", "act": "show"}).text
    told = (
        fields(page, link)
        | given
        | {"act": "correct", "words": "A boy of 6 here says his dad beat him with a belt today"}
    )
    answer = client.post(link, data=told | {"min_age": "-1"})
    assert answer.status_code == 400
    assert "Important, please read" in answer.text
    assert "999" in answer.text
    assert told["words"] in answer.text
    assert client.post(link, data=told | {"min_age": "-1"}).status_code == 400  # the same page, sent again
    shown_again = fields(answer.text, link)  # what a browser posts: the page that came back
    again = client.post(link, data=shown_again | given | {"act": "correct", "words": told["words"]})
    assert again.status_code == 200
    assert "Important, please read" in again.text
    with home.house.db.read() as tx:
        (case,) = [case for case in tx.execute(sa.select(cases)) if case.reason == "danger-provider"]
    assert case.level == "urgent"
    shown = mina.get(f"/desk/cases/{case.ref}").text
    assert "beat him with a belt" in shown
    assert "One kitchen of Meals Together" in shown
    assert told["words"] in mina.get("/desk/directory/asked").text


def test_who_is_trusted_changes_it_at_once(home: Home, letters: Post, link: str, mina: Worker) -> None:
    """Claim: a trusted organisation's change is what families find next; what cannot be is told beside its field."""
    keep(mina, trusted=True)
    client, given = browser(home), dict.fromkeys(ASKED, "") | {"name": "One kitchen", "accepting": "open"}
    wrong = press(client, link, id="one", act="correct", **given | {"min_age": "-1", "phone": "1"})
    assert wrong.status_code == 400
    assert "Enter an age in years" in wrong.text
    answer = press(client, link, id="one", act="correct", **given | {"phone": "020 7946 0333"})
    assert "Families see the change within seconds" in answer.text
    found = home.house.live.of(home.house.db).finder.find(Search(text="one kitchen"))
    assert next(x.phone for x in found.listings if x.id == "one") == "020 7946 0333"
    assert "Nothing waits" in mina.get("/desk/directory/asked").text


def test_a_link_ends(home: Home, letters: Post, link: str, mina: Worker) -> None:
    """Claim: after thirty days, after staff end it, or after another email is kept, a link opens nothing and changes
    nothing; a wrong one is answered alike, and the database holds no link."""
    client = browser(home)
    form = fields(client.get(link).text, link)
    assert client.get("/provider/" + "x" * 43).status_code == 404
    with home.house.db.engine.connect() as connection:
        told = str(connection.exec_driver_sql("SELECT token FROM provider_link").all())
    assert link.rpartition("/")[2] not in told
    keep(mina, email="another@example.org")
    assert client.get(link).status_code == 404
    assert client.post(link, data={**form, "id": "one", "act": "right"}).status_code == 404
    keep(mina)
    mina.post("/desk/directory/organisation?id=org/1", "/desk/directory/organisation", act="send")
    carry(home)
    again = link_in(letters)
    assert client.get(again).status_code == 200
    home.later(days=31)
    assert client.get(again).status_code == 404
    assert one(home).assured_on == date(2026, 3, 1)


def test_silence_is_reminded_three_times_and_then_sinks(home: Home, letters: Post, mina: Worker) -> None:
    """Claim: from the clock's own ticks, four letters a week apart, each with a link that opens, then entries come
    last; one who answers brings theirs back up, and nobody else is written to."""
    keep(mina)
    counts = []
    for _ in range(7):
        tick(home.house)
        tick(home.house)
        carry(home)
        counts.append(len(letters.to(TO)))
        home.later(days=7)
    assert counts == [1, 2, 3, 4, 4, 4, 4]
    assert "Reminder 3 of 3" in letters.to(TO)[-1]["Subject"]
    assert {to for to, _ in letters.taken} == {TO}
    mina = at_desk(build(home.house.settings, house=home.house), home, "editor")
    assert "Overdue: comes last" in mina.get("/desk/directory?q=one").text
    tick(home.house)
    late = home.house.live.of(home.house.db).finder.late
    assert {"one", "two"} <= late.keys()
    mina.post("/desk/directory/organisation?id=org/1", "/desk/directory/organisation", act="send")
    carry(home)
    assert press(browser(home), link_in(letters), id="one", act="right").status_code == 200
    late = home.house.live.of(home.house.db).finder.late
    assert "one" not in late
    assert "two" in late


def test_no_letter_is_written_at_night(home: Home, letters: Post, mina: Worker) -> None:
    """Claim: outside the team's hours nobody is asked; in them, once, however often the clock ticks."""
    keep(mina)
    home.later(hours=12)
    tick(home.house)
    assert letters.taken == []
    home.later(hours=12)
    for _ in range(3):
        tick(home.house)
    carry(home)
    assert len(letters.taken) == 1


@ON_SQLITE
def test_the_directory_is_read_once_for_all_organisations(home: Home, letters: Post, mina: Worker) -> None:
    """Claim: however many organisations are asked, the whole directory is gone through once, outside every write."""
    asked = []

    def seen(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "FROM service" in statement and "service.id = " not in statement:
            asked.append(statement)

    keep(mina)
    others = [Organisation(id=f"o{n}", name=f"Helpers {n}") for n in range(4)]
    directory.put(home.house, [service(f"s{n}", one) for n, one in enumerate(others)], source="more.csv")
    with home.house.db.write() as tx:
        for number, one in enumerate(others):
            providers.change_provider(tx, one.id, email=f"o{number}@example.org")
    home.house.live.of(home.house.db)
    sa.event.listen(home.house.db.engine, "before_cursor_execute", seen)
    try:
        assert remind_due(home.house, home.clock.now()) == 5
    finally:
        sa.event.remove(home.house.db.engine, "before_cursor_execute", seen)
    assert len(asked) == 1


def test_a_letter_that_is_refused_shows_at_the_desk(home: Home, letters: Post, mina: Worker) -> None:
    """Claim: staff see what became of the letter; no family's case is raised by it."""
    keep(mina)
    letters.answers["RCPT"] = "550 no such mailbox"
    mina.post("/desk/directory/organisation?id=org/1", "/desk/directory/organisation", act="send")
    carry(home)
    assert "The mail server refused it (550)" in mina.get("/desk/directory/organisation?id=org/1").text
    assert home.cases() == []


@pytest.mark.browser
@ON_SQLITE
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_read_well(home: Home, letters: Post, link: str, chromium: "Chromium", width: int) -> None:
    """Claim: what a provider sees, and the desk's pages about them, fit a telephone and a desk; axe finds nothing."""
    app: Flask = build(home.house.settings, house=home.house)
    email = hire(home, "editor")
    with served(app) as url, chromium.person(url, width=width) as person:
        page = person.new_page()
        page.goto(link)
        steps = {"entries": page.get_by_role("button", name="It is right").first,
                 "right": page.get_by_role("button", name="Correct it").first, "form": None}  # fmt: skip
        for step, button in steps.items():
            assert fits(page, width), step
            assert axe(page) == [], step
            if button is not None:
                button.click()
        page.get_by_label("Telephone").fill("020 7946 0444")
        page.get_by_role("button", name="Send").click()
        page.get_by_text("The council's team looks at the change").first.wait_for()
        signed_in_at(page, email, "/desk/directory/asked")
        for step in ("asked", "organisations", "organisation?id=org/1"):
            page.goto(f"/desk/directory/{step}")
            assert fits(page, width), step
            assert axe(page) == [], step
