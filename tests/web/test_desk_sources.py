"""Imports and entries that may be one, at the desk: told with reasons, merged by a person, undone, respected."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot.casework.permissions import ROLES, may
from bot.publishing import directory, feed, importing, merging
from bot.publishing.directory import put
from directory.report import Line, Read
from directory.service import Location, Organisation, Service
from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.web.worker import Worker, at_desk, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium

ORG = Organisation(id="org", name="Wandle Hub")
VENUE = Location(id="v", name="Hall", postcode="SW18 2PU", lat=51.45, lon=-0.19)
OURS = Service(id="ours/1 &", name="Zebra Stay & Play", organisation=ORG, phone="020 7946 0999", locations=(VENUE,))
THEIRS = Service(
    id="theirs", name="Zebra Stay and Play", organisation=ORG, phone="+44 20 7946 0999", locations=(VENUE,)
)
PAGE, IMPORTS = "/desk/directory/duplicates", "/desk/directory/imports"


@pytest.fixture
def town(home: Home) -> Home:
    put(home.house, [OURS], source="ours.csv")
    put(home.house, [THEIRS], source="feed.example/api")
    return home


@pytest.fixture
def edi(app: Flask, town: Home) -> Worker:
    return at_desk(app, town, "editor")


def shown(home: Home) -> set[str]:
    """Which of the two families' search has."""
    return set(home.house.live.of(home.house.db).finder.snapshot.by_id) & {OURS.id, THEIRS.id}


def test_one_of_two_is_kept_and_no_import_brings_the_other_back(edi: Worker, town: Home) -> None:
    """Claim: the pair is offered with why; kept, one stands for both for families, in the public feed and after the
    other's source is imported again, changed or not; its page names what stands for it; undone, both are shown."""
    page = edi.get(PAGE).text
    assert "the same name; the same telephone 02079460999; the same postcode SW182PU" in page
    assert shown(town) == {OURS.id, THEIRS.id}
    assert edi.post(PAGE, PAGE, act="keep-one").status_code == 303
    assert shown(town) == {OURS.id}
    for changed in (THEIRS, replace(THEIRS, cost="Free")):
        put(town.house, [changed], source="feed.example/api")
        assert shown(town) == {OURS.id}
    assert THEIRS.id not in {record.get("thrive_id") for record in feed.export(town.house)}
    assert OURS.name.replace("&", "&amp;") in edi.get(f"/desk/directory/entry?id={THEIRS.id}").text
    page = edi.get(PAGE).text
    assert "No two entries look like one" in page
    assert "is merged into" in page
    assert edi.post(PAGE, PAGE, act="undo").status_code == 303
    assert shown(town) == {OURS.id, THEIRS.id}
    assert {"directory.merged", "directory.unmerged"} <= {action for action, _, _ in town.audited()}


def test_the_second_is_kept_where_it_is_chosen_and_a_lost_one_is_told(edi: Worker, town: Home) -> None:
    """Claim: either may stay; where what stands for both is taken off or ended by its source, the page warns that
    families find neither."""
    assert edi.post(PAGE, PAGE, act="keep-other").status_code == 303
    assert shown(town) == {THEIRS.id}
    put(town.house, [], source="feed.example/api", ended=[THEIRS.id])
    assert shown(town) == set()
    assert "they find neither" in edi.get(PAGE).text


def test_two_are_two(edi: Worker, town: Home) -> None:
    """Claim: what somebody calls two is not offered again until that is undone."""
    assert edi.post(PAGE, PAGE, act="apart").status_code == 303
    assert merging.offered(town.house) == []
    assert shown(town) == {OURS.id, THEIRS.id}
    edi.post(PAGE, PAGE, act="undo")
    assert len(merging.offered(town.house)) == 1


def test_a_press_on_an_old_page_does_nothing(edi: Worker, town: Home) -> None:
    """Claim: where one of the two changed since the page was made nothing is merged and the page says so; ids that
    are none are not found."""
    form = edi.fields(PAGE, PAGE)
    put(town.house, [replace(OURS, phone="020 7946 0998")], source="ours.csv")
    late = edi.client.post(PAGE, data={**form, "act": "keep-one"})
    assert late.status_code == 409
    assert "was not done" in late.text
    assert shown(town) == {OURS.id, THEIRS.id}
    for more in ({"one": "nobody"}, {"one": THEIRS.id, "other": THEIRS.id}, {"act": "delete"}):
        assert edi.client.post(PAGE, data={**form, "act": "apart", **more}).status_code == 404


def test_an_imports_report_stays_with_its_reasons(edi: Worker, town: Home) -> None:
    """Claim: each refused, repaired and vanished record of the last import stands on the page with its reason; a
    failed import says why, and that what came before stands."""
    read = Read(
        services=(OURS,), repaired=(Line(id=OURS.id, name=OURS.name, reason="phone: markup <b> made plain"),),
        refused=(Line(id="x", name="No <i>status", where="record 2", reason="status 'gone' is none"),),
    )  # fmt: skip
    importing.take_in(town.house, read, source="feed.example/api", address="https://feed.example/api")
    page = edi.get(IMPORTS).text
    assert "1 no longer listed (kept), 1 refused, 1 put right" in page
    assert "No &lt;i&gt;status: status &#39;gone&#39; is none" in page
    assert "no longer listed: kept, please check" in page
    assert "phone: markup &lt;b&gt; made plain" in page
    assert THEIRS.id in {s.id for s in directory.services(town.house)}
    importing.failed(town.house, source="feed.example/api", address="a", fault="page 2 answered 500")
    page = edi.get(IMPORTS).text
    assert "page 2 answered 500" in page
    assert "nothing was changed" in page


@pytest.mark.parametrize("role", ROLES)
def test_who_may_read_and_merge(app: Flask, town: Home, role: str) -> None:
    """Claim: pages need directory.read, merging directory.edit; nobody else does either."""
    worker = at_desk(app, town, role, f"Some {role}")
    for page in (PAGE, IMPORTS):
        assert (worker.get(page).status_code == 200) is may(role, "directory.read")
    if may(role, "directory.read"):
        assert ("Keep the first" in worker.get(PAGE).text) is may(role, "directory.edit")
    form = worker.fields("/desk/directory", "/desk/sign-out") if may(role, "directory.read") else {}
    asked = {**form, "act": "apart", "one": OURS.id, "other": THEIRS.id}
    assert (worker.client.post(PAGE, data=asked).status_code == 303) is may(role, "directory.edit")


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
@ON_SQLITE
def test_the_pages_in_a_real_browser(app: Flask, town: Home, chromium: "Chromium", width: int) -> None:
    """Claim: both pages hold WCAG 2.2 AA by axe, without sideways scrolling; a pair is merged by one press."""
    read = Read(services=(OURS,), refused=(Line(id="x", name="A group", where="record 2", reason="no name"),))
    importing.take_in(town.house, read, source="feed.example/api", address="a")
    put(town.house, [THEIRS], source="feed.example/api")
    email = hire(town, "editor")
    with served(app) as url, chromium.person(url, width=width) as person:
        page = person.new_page()
        signed_in_at(page, email, IMPORTS)
        page.get_by_text("Refused (1)").click()
        assert axe(page) == []
        page.goto(PAGE)
        assert axe(page) == []
        assert fits(page, width)
        page.get_by_role("button", name="Keep the first").click()
        page.get_by_text("Merged. Families are shown the one you kept.").wait_for()
        assert axe(page) == []
