"""Enrolments and programmes as lists of the desk."""

import re
from datetime import date

import pytest
from flask import Flask

from bot.store import keeping, people
from tests.houses import Home
from tests.web.standing import a_case, a_silence
from tests.web.test_desk_restricted import restrict
from tests.web.worker import Worker, at_desk


@pytest.fixture
def sam(app: Flask, home: Home) -> Worker:
    return at_desk(app, home)


def enrolled(home: Home, name: str, programme: str, state: str = "active") -> str:
    ref, _ = a_silence(home, name) if programme == "after-early-help" else (None, None)
    with home.house.db.write() as tx:
        whose = people.find_person(tx, ref) if ref else None
        if whose is None:
            ref = f"{len(name)}NEWBABY"[:8]
            person_id = people.add_person(tx, ref=ref, now=home.clock.at, first_name=name)
            keeping.enrol(
                tx, person_id=person_id, programme=programme, event_on=date(2026, 10, 2), told_on=date(2026, 10, 2),
                told_by="The midwives", created_at=home.clock.at, state=state,
            )  # fmt: skip
    assert ref is not None
    return ref


def test_everybody_on_a_programme_is_listed(sam: Worker, home: Home) -> None:
    """Claim: newest first, by programme and state, in the menu, audited by reference; what is unknown finds nobody."""
    ana, bea = enrolled(home, "Ana", "after-early-help"), enrolled(home, "Bea", "new-baby", "ended")
    page = sam.get("/desk/enrolments")
    assert "2 enrolments." in page.text
    assert page.text.index(bea) < page.text.index(ana)
    assert 'href="/desk/enrolments"' in sam.get("/desk").text
    assert ("enrolments.view", "enrolments:all", f"{bea} {ana}") in home.audited()
    assert bea not in sam.get("/desk/enrolments?programme=after-early-help").text
    assert ana not in sam.get("/desk/enrolments?state=ended").text
    assert "Nobody is enrolled that fits." in sam.get("/desk/enrolments?programme=no-such-thing").text


def test_a_list_of_many_has_pages(sam: Worker, home: Home) -> None:
    """Claim: fifty a page, and each enrolment on one of them."""
    with home.house.db.write() as tx:
        for at in range(60):
            person_id = people.add_person(tx, ref=f"{at:02}PAGED2", now=home.clock.at, first_name="Cle")
            keeping.enrol(
                tx, person_id=person_id, programme="new-baby", event_on=date(2026, 10, 2), told_on=date(2026, 10, 2),
                told_by="The midwives", created_at=home.clock.at,
            )  # fmt: skip
    shown = [set(re.findall(r"\d\dPAGED2", sam.get(f"/desk/enrolments?page={page}").text)) for page in (1, 2, 3)]
    assert [len(refs) for refs in shown] == [50, 10, 0]
    assert len(shown[0] | shown[1]) == 60


def test_who_reads_no_people_sees_references_alone(app: Flask, home: Home) -> None:
    """Claim: an auditor sees no name and no link to a person; an editor sees programmes and no number of people."""
    ref = enrolled(home, "Ana", "after-early-help")
    auditor, editor = at_desk(app, home, "auditor"), at_desk(app, home, "editor")
    page = auditor.get("/desk/enrolments").text
    assert ref in page
    assert "Ana" not in page
    assert f"/desk/people/{ref}" not in page
    assert editor.get("/desk/enrolments").status_code == 403
    programmes = editor.get("/desk/programmes").text
    assert "After early help closes" in programmes
    assert "/desk/enrolments" not in programmes


def test_programmes_are_listed_with_who_is_on_them(app: Flask, home: Home, sam: Worker) -> None:
    """Claim: each published programme, what it counts from, its check-ins with their flows, and how many are on it; a
    restricted person is neither counted nor listed."""
    ref = enrolled(home, "Ana", "after-early-help")
    page = sam.get("/desk/programmes").text
    assert "Counts from: early help closed." in page
    assert 'href="/desk/flows/drawn?flow=check-in"' in page
    assert "going on 1" in page
    with home.house.db.read() as tx:
        whose = people.find_person(tx, ref)
    assert whose is not None
    case = a_case(home, person_id=whose.id)
    mina = at_desk(app, home, "manager")
    assert restrict(mina, case) == 303
    assert "going on 1" not in sam.get("/desk/programmes").text
    assert ref not in sam.get("/desk/enrolments").text
    assert ref in mina.get("/desk/enrolments").text
