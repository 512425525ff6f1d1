"""What has changed, told at the desk: the form, what it refuses, and what follows."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot.casework.permissions import ROLES, may
from bot.store import keeping, people
from bot.web.desk import words
from scheduler.changes import CHANGES
from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.turn.families import enrol, four_weeks_ago, row, touches_of
from tests.web.worker import Worker, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium

A = "+447700900411"


@pytest.fixture
def family(home: Home) -> str:
    """A mother with a child, enrolled; her reference."""
    enrol(home, row("P1", A, four_weeks_ago(home) + timedelta(days=7)))
    with home.house.db.write() as tx:
        person = people.find_person_by_source(tx, "P1")
        assert person is not None
        people.add_person(
            tx, ref="CHDAAAAA", now=home.clock.now(), first_name="Ada", born="2022-03", child=True,
            household_id=person.household_id,
        )  # fmt: skip
        return person.ref


@ON_SQLITE
def test_a_worker_tells_and_the_plan_follows(sam: Worker, home: Home, family: str) -> None:
    """Found from the person's page; afterwards that page says it was done, and the ledger has the reason."""
    page = f"/desk/people/{family}/tell"
    assert page in sam.get(f"/desk/people/{family}").text
    answer = sam.post(page, page, change="early-help-opened", on="2026-11-23", child="", born="")
    assert (answer.status_code, answer.location) == (303, f"/desk/people/{family}?done=told")
    assert words.DONE["told"] in sam.get(answer.location).text
    assert {t.outcome for t in touches_of(home, "P1")} == {"suppressed"}


@ON_SQLITE
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"change": ""}, "Choose what has changed."),
        ({"on": "yesterday"}, "Give the day"),
        ({"on": "2027-01-01"}, "The day is still to come"),
        ({"change": "child-died"}, "Say which child"),
        ({"change": "birth-month-corrected", "child": "CHDAAAAA", "born": "March"}, "Give the right month"),
    ],
)
def test_what_is_missing_is_said_and_nothing_changes(
    sam: Worker, home: Home, family: str, given: dict[str, str], told: str
) -> None:
    """Each fault beside its question, with what was given kept."""
    page = f"/desk/people/{family}/tell"
    answer = sam.post(page, page, **{"change": "moved-away", "on": "2026-11-23", "child": "", "born": "", **given})
    assert answer.status_code == 400
    assert told in answer.text
    assert touches_of(home, "P1") == []


@ON_SQLITE
def test_a_moved_event_is_told_at_the_desk(sam: Worker, home: Home, family: str) -> None:
    """Only programmes that go on are offered, with their day; without one, or without the right day, the fault stands
    beside its question; with both the plan counts from that day."""
    page = f"/desk/people/{family}/tell"
    assert ", from 2 November 2026" in sam.get(page).text
    given = {"change": "event-corrected", "on": "2026-11-23", "child": "", "born": ""}
    no_day = sam.post(page, page, **given, programme="after-early-help", event_on="")
    no_programme = sam.post(page, page, **given, programme="", event_on="2026-11-01")
    assert [answer.status_code for answer in (no_day, no_programme)] == [400, 400]
    assert 'id="event_on-error"' in no_day.text
    assert 'id="programme-error"' in no_programme.text
    answer = sam.post(page, page, **given, programme="after-early-help", event_on="2026-11-01")
    assert answer.location == f"/desk/people/{family}?done=told"
    assert ", from 1 November 2026" in sam.get(page).text


def test_every_change_has_its_hint_and_its_permission() -> None:
    """Nothing can be chosen whose consequence is not said; those who work with families may tell."""
    assert words.CHANGES.keys() == CHANGES.keys()
    assert {role for role in ROLES if may(role, "people.tell")} == {"practitioner", "manager"}


@ON_SQLITE
def test_who_may_not_tell_is_refused(bo: Worker, family: str) -> None:
    """Business support enrols and does not end what is planned."""
    assert bo.get(f"/desk/people/{family}/tell").status_code == 403


@ON_SQLITE
def test_a_death_is_before_a_person(sam: Worker, home: Home, family: str) -> None:
    """The case is on the desk with its reason in words, and says who told it."""
    page = f"/desk/people/{family}/tell"
    with home.house.db.write() as tx:
        person = people.find_person(tx, family)
        child = people.find_person(tx, "CHDAAAAA")
        assert person is not None
        assert child is not None
        keeping.enrol(
            tx, person_id=person.id, programme="after-early-help", child_id=child.id, event_on=home.clock.now().date(),
            told_on=home.clock.now().date(), told_by="Sam", created_at=home.clock.now(),
        )  # fmt: skip
    assert sam.post(page, page, change="child-died", on="2026-11-22", child="CHDAAAAA", born="").status_code == 303
    (case,) = home.cases()
    assert (case.reason, case.level) == ("child-died", "concern")
    assert words.REASONS["child-died"] in sam.get(f"/desk/cases/{case.ref}").text


@pytest.mark.browser
@ON_SQLITE
@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_reads_well(app: Flask, home: Home, family: str, chromium: "Chromium", width: int) -> None:
    """Nothing runs over the edge and axe finds nothing, on a telephone and on a desk, errors included."""
    email = hire(home, "practitioner")
    with served(app) as url, chromium.person(url, width=width) as person:
        page = person.new_page()
        signed_in_at(page, email, f"/desk/people/{family}/tell")
        assert fits(page, width)
        assert axe(page) == []
        page.get_by_role("button", name="Change what is planned").click()
        assert axe(page) == []
        page.goto(f"/desk/people/{family}")
        page.get_by_role("button", name="Something has changed").click()
        page.get_by_label("Moved away").check()
        page.get_by_role("button", name="Change what is planned").click()
        page.get_by_text(words.DONE["told"]).wait_for()
    assert {t.outcome for t in touches_of(home, "P1")} == {"suppressed"}
