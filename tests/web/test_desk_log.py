"""The contact log: what is kept of a call, a visit or advice, and that its reviews return to the inbox."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot.store.database import Tx
from tests.houses import ON_SQLITE, Home
from tests.web.standing import a_silence
from tests.web.worker import Worker, at_desk, fields, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium

ADVICE = {
    "kind": "advice", "who": "Dr Ivy Grant", "organisation": "Larkmere Surgery", "words": "Advised early help",
    "next_step": "The surgery asks the family", "on": "2026-11-23",
}  # fmt: skip


def keep(worker: Worker, **given: str) -> int:
    return worker.post("/desk/log/new", "/desk/log/new", **given).status_code


def contacts(home: Home) -> list[str]:
    return [target.removeprefix("contact:") for action, target, _ in home.audited() if action == "log.add"]


def test_advice_is_kept_with_who_what_and_the_next_step(sam: Worker, home: Home) -> None:
    """Claim: the log lists it newest first, its page holds every word, and who opened it is audited."""
    assert keep(sam, **ADVICE) == 303
    assert keep(sam, **{**ADVICE, "kind": "call", "who": "The mother", "organisation": ""}) == 303
    page = sam.get("/desk/log").text
    assert page.index("The mother") < page.index("Dr Ivy Grant, Larkmere Surgery")
    ref = contacts(home)[0]
    page = sam.get(f"/desk/log/{ref}").text
    for told in ("Advised early help", "The surgery asks the family", "Logged by Sam Okoro"):
        assert told in page
    assert ("log.open", f"contact:{ref}", "") in home.audited()


def test_reviews_return_to_everybodys_inbox_until_somebody_says_what_came_of_it(
    app: Flask, sam: Worker, home: Home
) -> None:
    """Claim: at 4, 8 and 12 weeks and on the day of the follow-up, no sooner; each is done with words, and once."""
    form = sam.fields("/desk/log/new", "/desk/log/new")
    data = {**form, **ADVICE, "follow_up_on": "2026-11-25", "weeks": ["4", "8", "12"]}
    assert sam.client.post("/desk/log/new", data=data).status_code == 303
    ref, began = contacts(home)[0], home.clock.at
    assert "Contacts to look at again" not in sam.get("/desk").text
    for number, days in enumerate((2, 28, 56, 84)):
        home.clock.at = began + timedelta(days=days - 1)
        assert "to look at again" not in at_desk(app, home, name=f"Before {number}").get("/desk").text
        home.clock.at = began + timedelta(days=days)
        worker = at_desk(app, home, name=f"On The Day {number}")
        page = worker.get("/desk").text
        assert "Contacts to look at again" in page
        assert "Dr Ivy Grant" in page
        due_on = home.clock.at.date().isoformat()
        done = {"due_on": due_on, "words": "  "}
        done["csrf_token"] = fields(worker.get(f"/desk/log/{ref}").text, f"/desk/log/{ref}/reviewed")["csrf_token"]
        assert worker.client.post(f"/desk/log/{ref}/reviewed", data=done).status_code == 400
        for words in (f"Rang, week {number}", "A second time"):
            answer = worker.client.post(f"/desk/log/{ref}/reviewed", data={**done, "words": words})
            assert answer.status_code == 303
        page = worker.get(f"/desk/log/{ref}").text
        assert f"Rang, week {number}" in page
        assert "A second time" not in page
        assert "to look at again" not in worker.get("/desk").text


def test_a_form_that_comes_twice_is_one_contact(sam: Worker, home: Home) -> None:
    """Claim: the same form posted again adds nothing."""
    form = sam.fields("/desk/log/new", "/desk/log/new")
    for _ in range(2):
        assert sam.client.post("/desk/log/new", data={**form, **ADVICE}).status_code == 303
    assert len(contacts(home)) == 1
    assert "Contact log (1)" in sam.get("/desk/log").text


def test_what_is_about_somebody_stands_on_their_log_alone_and_is_sealed(sam: Worker, home: Home) -> None:
    """Claim: a contact about a person is in the log narrowed to them; the database holds no word of it in the clear."""
    ref, _ = a_silence(home, "Ana")
    keep(sam, **ADVICE)
    keep(sam, **{**ADVICE, "who": "The head teacher", "person": ref})
    page = sam.get(f"/desk/log?person={ref}").text
    assert "The head teacher" in page
    assert "Dr Ivy Grant" not in page
    assert f"/desk/log?person={ref}" in sam.get(f"/desk/people/{ref}").text
    with home.house.db.read() as tx:
        assert all(b"head teacher" not in value for value in _bytes(tx))


def _bytes(tx: Tx) -> list[bytes]:
    found = tx.exec_driver_sql("SELECT who, organisation, words, next_step FROM contact_log")
    return [bytes(value) for row in found for value in row if value is not None]


@ON_SQLITE
def test_every_fault_of_the_form_is_told_at_once_and_the_words_come_back(sam: Worker, home: Home) -> None:
    """Claim: no kind, no day, nobody, no words, an unknown person: all told in one answer, with what was written."""
    answer = sam.post(
        "/desk/log/new", "/desk/log/new", kind="", on="soon", who=" ", words=" ", person="nonsense",
        follow_up_on="2020-01-01", next_step="Ring the school",
    )  # fmt: skip
    assert answer.status_code == 400
    for told in ("Choose what it was.", "Say who it was.", "Say what was said", "Nobody here has this reference",
                 "Give a day to come", "Ring the school"):  # fmt: skip
        assert told in answer.text
    assert keep(sam, **{**ADVICE, "organisation": ""}) == 400
    assert keep(sam, **{**ADVICE, "on": "2026-11-24"}) == 400  # it has not been yet
    assert sam.get("/desk/log/2345678X").status_code == 404


@pytest.mark.browser
@pytest.mark.net
@ON_SQLITE
def test_the_log_fits_a_small_phone_and_passes_axe(app: Flask, home: Home, chromium: "Chromium") -> None:
    """Claim: the list, the form and a contact with its reviews fit 320 px; axe finds nothing."""
    from tests.browser import axe

    home.living()
    sam, mina = at_desk(app, home), hire(home, "manager")
    keep(sam, **ADVICE, weeks="4")
    with served(app) as address, chromium.person(address, width=320) as device:
        page = device.new_page()
        signed_in_at(page, mina, f"{address}/desk/log")
        for path in ("/desk/log", "/desk/log/new", f"/desk/log/{contacts(home)[0]}"):
            page.goto(f"{address}{path}")
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 844})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert axe(page) == [], path
