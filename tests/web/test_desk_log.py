"""The contact log: what is kept of a call, a visit or advice, and that its reviews return to the inbox."""

import re
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from flask import Flask

from bot.casework.inbox import HEAD
from bot.refs import new_ref, ref_of
from bot.store import casework, team
from bot.store import contacts as rows
from bot.store.database import Tx
from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.web.standing import a_case, a_silence
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
        for words, status in ((f"Rang, week {number}", 303), (f"Rang, week {number}", 303), ("A second time", 409)):
            answer = worker.client.post(f"/desk/log/{ref}/reviewed", data={**done, "words": words})
            assert answer.status_code == status
        page = worker.get(f"/desk/log/{ref}").text
        assert f"Rang, week {number}" in page
        assert "A second time" not in page
        assert "to look at again" not in worker.get("/desk").text


def test_who_reviews_what_a_colleague_has_reviewed_is_told_and_has_their_words_back(
    app: Flask, sam: Worker, home: Home
) -> None:
    """Claim: the second's words are not dropped as if kept, nor those for a day that nobody planned; both come back."""
    keep(sam, **ADVICE, follow_up_on="2026-11-24")
    ref = contacts(home)[0]
    home.later(days=1)
    sam, lee = at_desk(app, home, name="Sam Two"), at_desk(app, home, name="Lee Marsh")
    late = lee.fields(f"/desk/log/{ref}", f"/desk/log/{ref}/reviewed")
    first = sam.post(f"/desk/log/{ref}", f"/desk/log/{ref}/reviewed", words="All is well", due_on="2026-11-24")
    assert first.status_code == 303
    for due_on, status, told in (("2026-11-24", 409, "Sam Two has reviewed this already"),
                                 ("2026-11-25", 400, "No review is planned for this day")):  # fmt: skip
        answer = lee.client.post(f"/desk/log/{ref}/reviewed", data={**late, "words": "They moved", "due_on": due_on})
        assert (answer.status_code, told in answer.text) == (status, True)
        assert re.search(r'<textarea[^>]*id="kept"[^>]*>\s*They moved', answer.text)
        assert 'href="#kept"' in answer.text
    assert "They moved" not in lee.get(f"/desk/log/{ref}").text
    assert [action for action, _, _ in home.audited()].count("log.reviewed") == 1


def test_what_was_done_with_a_contact_is_found_by_its_reference_and_by_the_persons(
    app: Flask, sam: Worker, mina: Worker, home: Home
) -> None:
    """Claim: the audit narrowed to a contact or to whom it is about shows that it was opened, listed in the inbox and
    reviewed."""
    person, _ = a_silence(home, "Ana")
    keep(sam, **ADVICE, person=person, follow_up_on="2026-11-24")
    ref = contacts(home)[0]
    home.later(days=1)
    lee, mina = at_desk(app, home, name="Lee Marsh"), at_desk(app, home, "manager", "Mina Two")
    lee.get("/desk")
    lee.post(f"/desk/log/{ref}", f"/desk/log/{ref}/reviewed", words="All is well", due_on="2026-11-24")
    for asked in (ref, person):
        page = mina.get(f"/desk/audit?ref={asked}").text
        for told in ("Looked at the inbox", "Opened a logged contact", "Reviewed a logged contact"):
            assert told in page, (asked, told)


@ON_SQLITE
def test_a_slip_in_the_persons_reference_lists_nobodys_log(sam: Worker, home: Home) -> None:
    """Claim: it is told, as in the ledger; nothing of anybody is shown."""
    keep(sam, **ADVICE)
    answer = sam.get("/desk/log?person=NONSENSE")
    assert answer.status_code == 400
    assert "Check it for a slip" in answer.text
    assert "Dr Ivy Grant" not in answer.text


def test_two_posts_of_one_form_at_once_are_one_contact(sam: Worker, home: Home) -> None:
    """Claim: on either database both are told as kept, and one stands."""
    form = sam.fields("/desk/log/new", "/desk/log/new")
    cookies = "; ".join(f"{one.key}={one.value}" for one in sam.client._cookies.values())
    both, answers = Barrier(2), []

    def post() -> None:
        client = sam.client.application.test_client(use_cookies=False)
        both.wait()
        data = {**form, **ADVICE}
        answers.append(client.post("/desk/log/new", data=data, headers={"Cookie": cookies}).status_code)

    threads = [Thread(target=post) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303, 303]
    assert len(contacts(home)) == 1


@ON_SQLITE
def test_a_section_of_the_inbox_says_how_much_more_there_is_and_shows_it_all(sam: Worker, home: Home) -> None:
    """Claim: the heading counts what waits, not what is shown; the rest is a link away, for calls and for reviews."""
    now = home.clock.at
    for number in range(HEAD + 1):
        ref = a_case(home, f"Ana {number}", sender=f"+4477009{number:05}")
        with home.house.db.write() as tx:
            case = casework.find_case(tx, ref)
            assert case is not None
            team.plan_call(tx, case_id=case.id, due_at=now + timedelta(seconds=number), note=f"Call {number}.",
                           made_by=1, at=now)  # fmt: skip
            rows.add(tx, reviews=[now.date()], ref=new_ref(), form_id=f"form-{number:016}", kind="call",
                     on=now.date() - timedelta(days=1), who=f"Dr Ivy {number}.", organisation=None, words="Advised",
                     next_step=None, made_by=1, made_at=now, person_id=None)  # fmt: skip
    for section, heading, last in (("calls", "Call back today (101)", f"Call {HEAD}."),
                                   ("reviews", "Contacts to look at again (101)", f"Dr Ivy {HEAD}.")):  # fmt: skip
        page = sam.get("/desk").text
        assert (heading in page, last in page) == (True, False)
        assert page.count("And 1 more: show all") == 2
        whole = sam.get(f"/desk?whole={section}").text
        assert (heading in whole, last in whole) == (True, True)
        assert whole.count("And 1 more: show all") == 1


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
    """Claim: the list, a slip in its reference, the form, a contact with its reviews and words that came too late fit
    320 px; axe finds nothing."""
    home.living()
    sam, mina = at_desk(app, home), hire(home, "manager")
    keep(sam, **{**ADVICE, "on": "2026-10-26", "weeks": "4"})
    ref = contacts(home)[0]
    with served(app) as address, chromium.person(address, width=320) as device:
        page = device.new_page()
        signed_in_at(page, mina, f"{address}/desk/log")

        def sound(what: str) -> None:
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 844})
                assert fits(page, width), what
            assert axe(page) == [], what

        for path in ("/desk/log", "/desk/log?person=NONSENSE", "/desk/log/new", f"/desk/log/{ref}"):
            page.goto(f"{address}{path}")
            sound(path)
        page.fill("textarea[name=words]", "They moved to another town")
        sam.post(f"/desk/log/{ref}", f"/desk/log/{ref}/reviewed", words="All is well", due_on="2026-11-23")
        page.click("main form button")
        assert page.input_value("#kept") == "They moved to another town"
        sound("words that came too late")


def test_a_contact_among_hundreds_is_found_by_name_organisation_or_reference(sam: Worker, home: Home) -> None:
    """Claim: past 260 contacts each stands on exactly one page, and one is found by whom it was with, misspelt too, by
    the organisation and by its reference; who was shown is audited, what was sought is not, and words are not searched;
    what is erased is found no more."""
    assert keep(sam, **{**ADVICE, "who": "Dr Ivy Grant", "organisation": "Larkmere Surgery"}) == 303
    ref = contacts(home)[0]
    with home.house.db.write() as tx:
        for number in range(270):
            rows.add(
                tx, reviews=[], ref=ref_of(7_000_000 + number), form_id=f"form-{number}", kind="call",
                on=date(2026, 11, 20), who=f"Caller {chr(97 + number % 26)}{chr(97 + number // 26)}zed",
                organisation=None, words="Rang about advice", made_by=1, made_at=home.clock.at, person_id=None,
            )  # fmt: skip
    seen = [one for page in range(1, 8) for one in listed(sam.get(f"/desk/log?page={page}").text)]
    assert len(seen) == len(set(seen)) == 271
    for typed in ("Ivy Grant", "grnat", "larkmere", ref, ref.lower()):
        answer = sam.post("/desk/log", "/desk/log/search", words=typed)
        assert listed(answer.text) == [ref], typed
        assert ("log.search", "log:1", ref) in home.audited(), typed
    assert not any("arkmere" in detail + target for _, target, detail in home.audited())
    many = sam.post("/desk/log", "/desk/log/search", words="caller").text
    assert len(listed(many)) == 50
    assert "The nearest 50 contacts" in many
    for typed, status in (("Advised", 200), ("", 400), ("x" * 201, 400)):
        answer = sam.post("/desk/log", "/desk/log/search", words=typed)
        assert (answer.status_code, listed(answer.text)) == (status, []), typed
    with home.house.db.write() as tx:
        tx.execute(sa.delete(rows.log).where(rows.log.c.ref == ref))
    assert listed(sam.post("/desk/log", "/desk/log/search", words="larkmere").text) == []


def listed(html: str) -> list[str]:
    return re.findall(r'desk-case__name"><a[^>]*href="/desk/log/(\w+)"', html)
