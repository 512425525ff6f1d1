"""Alerts at the desk: red until somebody acknowledges, a button that does, and the page of who is told."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot.alerts.climbing import climb_due
from bot.casework.permissions import ROLES, may
from bot.store import alerts
from bot.store import staff as staff_rows
from bot.web.here import HOUSE
from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.web.worker import Worker, at_desk, fields, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium

URGENT = "he has a knife hes outside"


def climb(home: Home, **by: float) -> None:
    home.later(**by)
    climb_due(home.house, home.clock.at)
    home.send()


def nobody_reached(home: Home) -> str:
    """An urgent case that everybody was told of and nobody answered; its reference."""
    home.text(URGENT)
    for minutes in (0, 5, 5, 10, 10):
        climb(home, minutes=minutes)
    return home.cases()[0].ref


@ON_SQLITE
def test_red_on_every_page_until_acknowledged(app: Flask, home: Home) -> None:
    """Whoever is signed in sees it on each page; the button is for those who may; no word of the family's in it."""
    ref = nobody_reached(home)
    told = f"Nobody has been reached about case {ref} (urgent)"
    button = f'action="/desk/cases/{ref}/acknowledge"'
    workers = {role: at_desk(app, home, role) for role in ROLES}
    pages = (
        ("practitioner", "/desk"), ("practitioner", "/desk/ledger"), ("practitioner", "/desk/no-replies"),
        ("manager", "/desk/told"), ("auditor", "/desk/audit"), ("business-support", "/desk/no-replies"),
        ("administrator", "/desk/told"),
    )  # fmt: skip
    for role, page in pages:
        band = workers[role].get(page).text.partition('role="alert"')[2].partition("<main")[0]
        assert told in band, (role, page)
        assert "knife" not in band
        assert (button in band) == may(role, "alerts.acknowledge"), role
    sam = workers["practitioner"]
    opened = sam.get(f"/desk/cases/{ref}").text
    assert told in opened
    assert opened.count("Acknowledge: I have this case") == 1
    answer = sam.post("/desk", f"/desk/cases/{ref}/acknowledge")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/desk/cases/{ref}?done=acknowledged")
    assert "nobody more is told" in sam.get(answer.headers["Location"]).text
    for role, page in (("practitioner", "/desk"), ("auditor", "/desk/audit")):
        assert told not in workers[role].get(page).text
    with home.house.db.read() as tx:
        done = [(row.action, row.target) for row in staff_rows.audit_rows(tx)]
    assert ("case.acknowledged", f"case:{ref}") in done


@ON_SQLITE
def test_only_a_post_with_a_form_token_acknowledges(app: Flask, home: Home) -> None:
    """A link that an email reader fetches, or a form of another site, ends nothing; an unknown case is 404."""
    ref = nobody_reached(home)
    sam = at_desk(app, home)
    assert sam.get(f"/desk/cases/{ref}/acknowledge").status_code == 405
    assert sam.client.post(f"/desk/cases/{ref}/acknowledge", data={"csrf_token": "made up"}).status_code == 403
    form = sam.fields("/desk", f"/desk/cases/{ref}/acknowledge")
    assert sam.client.post("/desk/cases/2345678X/acknowledge", data=form).status_code == 404
    with home.house.db.read() as tx:
        assert alerts.unreached(tx)
    for _ in range(2):
        assert sam.client.post(f"/desk/cases/{ref}/acknowledge", data=form).status_code == 303


@ON_SQLITE
def test_the_case_says_who_was_told_and_who_is_next(app: Flask, home: Home) -> None:
    """While it waits: who was told so far and who comes next, when; afterwards the timeline keeps it all."""
    home.text(URGENT)
    climb(home)
    sam, ref = at_desk(app, home), home.cases()[0].ref
    page = " ".join(sam.get(f"/desk/cases/{ref}").text.split())
    assert "Told since 11am on Monday 23 November: Duty worker." in page
    assert "Deputy is told next, 11:05am on Monday 23 November." in page
    assert "Text to Duty worker" in page
    sam.act(ref, "acknowledge")
    after = " ".join(sam.get(f"/desk/cases/{ref}").text.split())
    assert "Nobody has acknowledged this alert" not in after
    assert "Alert acknowledged</strong>, Sam Okoro" in after


def keep(worker: Worker, role: str, phone: str, email: str) -> int:
    form = fields(worker.get("/desk/told").text, "/desk/told")
    return worker.client.post("/desk/told", data={**form, "role": role, "phone": phone, "email": email}).status_code


@ON_SQLITE
def test_a_manager_sets_who_is_told(app: Flask, home: Home) -> None:
    """Kept, shown and audited; what is no mobile or no email is refused beside its field with what was typed."""
    mina = at_desk(app, home, "manager")
    page = mina.get("/desk/told").text
    assert page.count('<form method="post" action="/desk/told"') == 4
    assert "07700 900951" in page
    assert "Email is not set up on this service" in page
    assert keep(mina, "duty-worker", "07700 900 961", "ann@larkmere.example") == 303
    shown = mina.get("/desk/told").text
    assert "07700 900961" in shown
    assert "ann@larkmere.example" in shown
    form = {**fields(shown, "/desk/told"), "role": "deputy", "phone": "020 7946 0110", "email": "ann at home"}
    refused = mina.client.post("/desk/told", data=form)
    assert refused.status_code == 400
    assert "Give a UK mobile number" in refused.text
    assert 'value="020 7946 0110"' in refused.text
    assert 'href="#deputy-phone"' in refused.text
    assert keep(mina, "nobody", "", "") == 404
    with home.house.db.read() as tx:
        done = [(row.action, row.target, row.detail) for row in staff_rows.audit_rows(tx)]
    assert [row for row in done if row[0] == "contact.change"] == [("contact.change", "contact:duty-worker", "")]
    home.text(URGENT)
    climb(home)
    assert "+447700900961" in [o.to for o in home.pigeon.carried]
    assert app.extensions[HOUSE] is home.house


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
@ON_SQLITE
def test_alerts_in_a_real_browser(chromium: "Chromium", app: Flask, home: Home, width: int) -> None:
    """Nothing scrolls sideways, axe finds nothing, and the red band's button works by keyboard."""
    nobody_reached(home)
    home.living()
    email = hire(home, "manager")
    pictures = os.environ.get("PICTURES")
    with served(app) as url, chromium.person(url, width=width) as person:
        page = person.new_page()
        signed_in_at(page, email, "/desk/told")
        for name, address in (
            ("told", "/desk/told"),
            ("inbox", "/desk"),
            ("case", f"/desk/cases/{home.cases()[0].ref}"),
        ):
            page.goto(address)
            assert axe(page) == []
            assert fits(page, width)
            if pictures:
                page.screenshot(path=Path(pictures) / f"{name}-{width}.png", full_page=True)
        band = page.locator(".app-alert")
        button = band.get_by_role("button", name="Acknowledge")
        button.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**done=acknowledged")
        assert page.locator(".app-alert__told").count() == 0
        assert axe(page) == []
        if pictures:
            page.screenshot(path=Path(pictures) / f"done-{width}.png", full_page=True)
