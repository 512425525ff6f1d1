"""An urgent case closes with a second person, where the council wants one: kept below the page, whatever asks."""

from threading import Barrier, Thread

import pytest
from flask import Flask

from bot.casework import second_person, work
from bot.casework.accounts import SignedIn
from bot.casework.work import Form, NotYet, Stale
from bot.content import Content
from bot.publishing import content
from bot.store import staff
from tests.houses import ON_SQLITE, Home
from tests.web.raising import case_of, events, raised
from tests.web.referring import ENDING, PASSED, a_referral, section, step
from tests.web.worker import NAMES, Worker, hire, sign_in

WHY = {"outcome": "spoken-to-all-well", "words": "Spoke to her: he has gone, the police have been."}


@pytest.fixture
def two(home: Home) -> Home:
    """The council wants a second person for urgent cases."""
    shipped = content.read(home.house.settings)
    council = shipped.files["council.yaml"]
    assert isinstance(council, dict)
    assert council["closing"] == {"second_person": "none"}
    files = {**shipped.files, "council.yaml": {**council, "closing": {"second_person": "urgent"}}}
    content.publish(home.house, Content(files), by="test")
    return home


def signed_in(home: Home, name: str) -> SignedIn:
    with home.house.db.read() as tx:
        found = next(one for one in staff.every_staff(tx) if one.name == name)
    return SignedIn(staff=found, token="t")


@ON_SQLITE
def test_one_asks_and_another_confirms(two: Home, app: Flask, sam: Worker, mina: Worker) -> None:
    """Claim: closing asks; the same worker, by another session too, closes it by no form; a colleague is told in the
    inbox, reads who asked and why, and closes it as it was asked; the history keeps both."""
    ref = raised(two)
    sam.act(ref, "claim")
    assert sam.act(ref, "close", **WHY).location == f"/desk/cases/{ref}?done=close-asked"
    assert case_of(two, ref).state == "claimed"
    client, _ = sign_in(app, "sam.okoro@council.example")
    again = Worker(client=client, name="Sam Okoro")
    page = again.get(f"/desk/cases/{ref}").text
    assert "somebody else than you must confirm" in page
    assert f'action="/desk/cases/{ref}/close-confirm"' not in page
    form = again.fields(f"/desk/cases/{ref}", f"/desk/cases/{ref}/close-decline")
    for act, given in (("close-confirm", {}), ("close", {**WHY, "words": "Other words."})):
        assert again.client.post(f"/desk/cases/{ref}/{act}", data={**form, **given}).status_code == 400
    assert case_of(two, ref).state == "claimed"
    assert ref not in again.get("/desk").text.partition("desk-tabs")[0]
    assert ref in mina.get("/desk").text.partition("desk-tabs")[0]
    assert "Sam Okoro asks to close this case" in mina.get(f"/desk/cases/{ref}").text
    # another's own words are no confirmation
    other = {**form, "outcome": "false-alarm", "words": "Never mind."}
    assert mina.client.post(f"/desk/cases/{ref}/close", data={**other, **_token(mina, ref)}).status_code == 400
    assert mina.act(ref, "close-confirm").status_code == 303
    case = case_of(two, ref)
    assert (case.state, case.outcome, case.outcome_note) == ("closed", WHY["outcome"], WHY["words"])
    assert [kind for kind in events(two, ref) if kind.startswith("close")] == ["close-asked", "closed"]


def _token(worker: Worker, ref: str) -> dict[str, str]:
    return worker.fields(f"/desk/cases/{ref}", f"/desk/cases/{ref}/close-confirm")


@ON_SQLITE
def test_declined_it_stays_open_and_can_be_asked_anew(two: Home, sam: Worker, mina: Worker) -> None:
    """Claim: a colleague says why not, in words alone; what the family wrote meanwhile is told beside what was asked;
    who asked takes it back; a case that is not urgent closes with one."""
    ref = raised(two)
    sam.act(ref, "claim")
    sam.act(ref, "close", **WHY)
    two.later(minutes=1)
    two.text("he is back")
    assert "They have written since this was asked" in mina.get(f"/desk/cases/{ref}").text
    assert mina.act(ref, "close-decline", words=" ").status_code == 400
    assert mina.act(ref, "close-decline", words="He is back.").status_code == 303
    assert case_of(two, ref).state == "claimed"
    sam.act(ref, "close", **WHY)
    assert sam.act(ref, "close-decline", words="Too soon.").status_code == 303
    assert [kind for kind in events(two, ref) if kind.startswith("close")] == ["close-asked", "close-declined"] * 2
    two.text("i cant cope with the kids any more", sender="+447700900555")
    mild = next(case.ref for case in two.cases() if case.level != "urgent")
    assert sam.act(mild, "close", **WHY).location == f"/desk/cases/{mild}?done=closed"


@ON_SQLITE
def test_what_the_front_door_needs_is_asked_before_a_colleague_is(two: Home, sam: Worker, mina: Worker) -> None:
    """Claim: a closing that lacks who accepted it asks nobody; a whole one keeps that until it is confirmed, and writes
    it once."""
    ref = raised(two)
    sam.act(ref, "claim")
    passed = {"outcome": "passed-to-front-door", "words": "Told them all."}
    assert sam.act(ref, "close", **passed).status_code == 400
    assert "close-asked" not in events(two, ref)
    two.later(minutes=10)
    who = {"acceptor": "Jo Reid", "accepted_on": "2026-11-23", "accepted_at": "11:05"}
    assert sam.act(ref, "close", **passed, **who).status_code == 303
    assert "front-door" not in events(two, ref)
    assert mina.act(ref, "close-confirm").status_code == 303
    assert events(two, ref).count("front-door") == 1
    assert "Jo Reid" in (case_of(two, ref).outcome_note or "")


def test_of_all_who_close_at_once_one_other_than_who_asked_does(two: Home) -> None:
    """Claim: who asked, by two sessions, and two colleagues send their forms at one instant, and the case is closed
    once, by a colleague: on both databases."""
    ref = raised(two)
    for role, name in (("practitioner", "Sam Okoro"), ("manager", "Mina Shah"), ("practitioner", "Lou Ray")):
        hire(two, role, name)
    asked = work.close(two.house, form_of(two, ref, "Sam Okoro"), outcome=WHY["outcome"], words=WHY["words"])
    assert asked == "asked"
    start, told = Barrier(4), []

    def closes(name: str) -> None:
        form = form_of(two, ref, name)
        start.wait()
        try:
            second_person.confirm(two.house, form)
            told.append(name)
        except (NotYet, Stale):
            told.append("")

    threads = [Thread(target=closes, args=(name,)) for name in ("Sam Okoro", "Sam Okoro", "Mina Shah", "Lou Ray")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (closed,) = [name for name in told if name]
    assert closed in {"Mina Shah", "Lou Ray"}
    case = case_of(two, ref)
    assert (case.state, case.closed_by) == ("closed", signed_in(two, closed).staff.id)
    assert events(two, ref).count("closed") == 1


def form_of(home: Home, ref: str, name: str) -> Form:
    return Form(ref=ref, version=case_of(home, ref).version, by=signed_in(home, name))


def test_two_who_ask_at_once_ask_once(two: Home) -> None:
    """Claim: two workers ask to close one case at one instant: one asks, the other is told that it changed."""
    ref = raised(two)
    hire(two, "practitioner")
    hire(two, "manager")
    start = Barrier(2)
    told: list[str] = []

    def asks(name: str) -> None:
        form = form_of(two, ref, name)
        start.wait()
        try:
            told.append(work.close(two.house, form, outcome=WHY["outcome"], words=WHY["words"]))
        except (NotYet, Stale) as fault:
            told.append(type(fault).__name__)

    threads = [Thread(target=asks, args=(NAMES[role],)) for role in ("practitioner", "manager")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count("asked") == 1
    assert events(two, ref).count("close-asked") == 1
    assert case_of(two, ref).state == "open"


@ON_SQLITE
def test_an_urgent_referral_ends_with_a_second_person_on_both_its_ways(two: Home, sam: Worker, mina: Worker) -> None:
    """Claim: accepted at the front door, or closed with an offer, an urgent referral only asks; its pathway stands as
    it was until a colleague confirms, and then holds the last step once, with what was asked."""
    offered = a_referral(two, level="urgent", rank=0)
    sam.act(offered, "claim")
    assert sam.act(offered, "close", **ENDING).location == f"/desk/cases/{offered}?done=close-asked"
    assert "EH-10032" not in section(mina, offered)
    assert mina.act(offered, "close-confirm").status_code == 303
    assert (case_of(two, offered).state, section(mina, offered).count("EH-10032")) == ("closed", 1)

    passed = a_referral(two, "Bo", level="urgent", rank=0)
    sam.act(passed, "claim")
    assert step(sam, passed, PASSED) == 303
    two.later(minutes=10)
    taken = {"step": "taken", "acceptor": "Ravi Lane", "accepted_on": "2026-11-23", "accepted_at": "11:05",
             "recorded_ref": "M-77", "recorded_by": "Sam Okoro"}  # fmt: skip
    assert step(sam, passed, taken) == 303
    assert case_of(two, passed).state == "claimed"
    assert sam.act(passed, "close-decline", words="x").status_code == 303
    assert step(sam, passed, taken) == 303
    assert mina.act(passed, "close-confirm").status_code == 303
    case = case_of(two, passed)
    assert (case.state, case.outcome) == ("closed", "passed-to-front-door")
    assert "Ravi Lane" in (case.outcome_note or "")
