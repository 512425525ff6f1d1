"""The auditor's page: whether the audit is what was sealed, and what is not."""

import re
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask import Flask

from bot.casework import auditing
from bot.store.staff import audit
from tests.browser import fits
from tests.houses import ON_SQLITE, Home
from tests.web.worker import Worker, at_desk, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium


@pytest.fixture
def ada(app: Flask, home: Home) -> Worker:
    return at_desk(app, home, "auditor")


def taken_away(home: Home) -> None:
    """One sealed row, gone."""
    auditing.seal_due(home.house, home.clock.at)
    with home.house.db.write() as tx:
        first = tx.execute(sa.select(sa.func.min(audit.c.id)).where(audit.c.seal == 1)).scalar_one()
        tx.execute(sa.delete(audit).where(audit.c.id == first))


def test_the_auditor_sees_a_row_that_was_taken_away(ada: Worker, home: Home) -> None:
    """Claim: before, the page says that all stands; after a row is removed it names the seal and both counts, and so
    does a check of everything, which is itself kept."""
    auditing.seal_due(home.house, home.clock.at)
    assert "stands as it was made" in ada.get("/desk/audit").text
    answer = ada.post("/desk/audit", "/desk/audit/check")
    assert "The audit is as it was sealed." in answer.text
    assert re.search(r"The last head: 1:[0-9a-f]{16}\.", answer.text)
    assert home.audited()[-1][0] == "audit.verify"
    taken_away(home)
    for page in (ada.get("/desk/audit").text, ada.post("/desk/audit", "/desk/audit/check").text):
        assert "The audit is not what was sealed." in page
        assert re.search(r"Rows were taken away: (\d+) sealed, (\d+) found", page)
        assert "as it was made" not in page


@ON_SQLITE
def test_rows_that_nothing_seals_are_told(ada: Worker, home: Home) -> None:
    """Claim: a clock that has stopped sealing is told on the page, and a minute that is not over is not."""
    assert "Rows have waited for a seal" not in ada.get("/desk/audit").text
    home.later(minutes=4)
    assert "Rows have waited for a seal" in ada.get("/desk/audit").text


@ON_SQLITE
def test_who_may_not_read_the_audit_may_not_check_it(app: Flask, home: Home, sam: Worker) -> None:
    """Claim: the button's address is as closed as the page."""
    ada = at_desk(app, home, "auditor")
    form = ada.fields("/desk/audit", "/desk/audit/check")
    assert sam.client.post("/desk/audit/check", data=form).status_code in {400, 403}
    assert "audit.verify" not in [action for action, _, _ in home.audited()]


@pytest.mark.browser
@ON_SQLITE
def test_the_page_fits_a_small_screen(app: Flask, home: Home, chromium: "Chromium") -> None:
    """Claim: at 320 px nothing of the state or the table of what is broken leaves the page."""
    email = hire(home, "auditor")
    home.living()
    taken_away(home)
    with served(app) as address, chromium.person(address, width=320) as person:
        page = person.new_page()
        signed_in_at(page, email, "/desk/audit")
        assert fits(page, 320)
        page.get_by_role("button", name="Check every seal").click()
        page.get_by_role("heading", name="The audit's seals").wait_for()
        assert fits(page, 320)
