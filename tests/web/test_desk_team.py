"""The team among themselves: handing over, being away, calls to make, and who is looking at a case."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot import clockwork
from bot.casework import away, raising
from bot.store import casework, people, staff, team
from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.web.standing import a_case
from tests.web.worker import NAMES, Worker, at_desk, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium


@pytest.fixture
def lee(app: Flask, home: Home) -> Worker:
    return at_desk(app, home, "practitioner", "Lee Marsh")


def number_of(home: Home, name: str) -> int:
    with home.house.db.read() as tx:
        return next(key for key, known in staff.staff_names(tx).items() if known == name)


def case_of(home: Home, ref: str) -> casework.Case:
    with home.house.db.read() as tx:
        found = casework.find_case(tx, ref)
    assert found is not None
    return found


def offer(home: Home, worker: Worker, ref: str, to: Worker, words: str = "She prefers the mornings") -> int:
    return worker.act(ref, "offer", to=str(number_of(home, to.name)), words=words).status_code


def test_a_case_stays_with_who_has_it_until_the_colleague_accepts(sam: Worker, lee: Worker, home: Home) -> None:
    """Claim: an offer moves nothing; it and its note stand in the colleague's inbox; accepting moves the case."""
    ref = a_case(home, "Ana")
    sam.act(ref, "claim")
    assert offer(home, sam, ref, lee) == 303
    assert case_of(home, ref).claimed_by == number_of(home, "Sam Okoro")
    inbox = lee.get("/desk").text
    assert "Offered to you" in inbox
    assert "She prefers the mornings" in inbox
    assert "Offered to you" not in sam.get("/desk").text
    assert lee.act(ref, "accept").status_code == 303
    assert case_of(home, ref).claimed_by == number_of(home, "Lee Marsh")
    assert "Offered to you" not in lee.get("/desk").text
    assert [a for a, target, _ in home.audited() if target == f"case:{ref}" and a != "case.view"] == [
        "case.claimed", "case.offered", "case.accepted",
    ]  # fmt: skip


def test_a_declined_offer_says_why_and_a_stale_acceptance_takes_nothing(sam: Worker, lee: Worker, home: Home) -> None:
    """Claim: declining needs a reason and leaves the case where it was; an offer that ended cannot be accepted."""
    ref = a_case(home, "Ana")
    sam.act(ref, "claim")
    offer(home, sam, ref, lee)
    assert lee.act(ref, "decline", words="  ").status_code == 400
    accepting = lee.fields(f"/desk/cases/{ref}", f"/desk/cases/{ref}/accept")
    assert lee.act(ref, "decline", words="I know the family").status_code == 303
    assert "I know the family" in sam.get(f"/desk/cases/{ref}").text
    assert lee.client.post(f"/desk/cases/{ref}/accept", data=accepting).status_code == 409
    assert case_of(home, ref).claimed_by == number_of(home, "Sam Okoro")


def test_an_offer_needs_a_note_and_a_colleague_and_ends_when_the_case_moves(
    sam: Worker, lee: Worker, bo: Worker, home: Home
) -> None:
    """Claim: a blank note, oneself, somebody whose role claims nothing are refused; taking it over ends the offer."""
    ref = a_case(home, "Ana")
    sam.act(ref, "claim")
    assert offer(home, sam, ref, lee, words="  ") == 400
    assert offer(home, sam, ref, sam) == 400
    assert offer(home, sam, ref, bo) == 400
    assert offer(home, sam, ref, lee) == 303
    lee.act(ref, "claim")
    with home.house.db.read() as tx:
        assert team.offer_of(tx, case_of(home, ref).id) is None
    sam.act(ref, "claim")
    offer(home, sam, ref, lee)
    assert sam.act(ref, "withdraw").status_code == 303
    assert "Offered to you" not in lee.get("/desk").text


def test_on_the_first_day_of_an_absence_the_work_returns_to_the_queue(
    app: Flask, sam: Worker, lee: Worker, home: Home
) -> None:
    """Claim: told today for tomorrow, nothing moves until the clock ticks tomorrow; then the case is the team's."""
    ref, other = a_case(home, "Ana"), a_case(home, "Ben", sender="+447700900002")
    sam.act(ref, "claim")
    lee.act(other, "claim")
    offer(home, lee, other, sam)
    tomorrow = (home.clock.at + timedelta(days=1)).date().isoformat()
    given = {"who": str(number_of(home, "Sam Okoro")), "from": tomorrow, "until": tomorrow}
    assert sam.post("/desk/team", "/desk/team/away", **given).status_code == 303
    clockwork.tick(home.house)
    assert case_of(home, ref).state == "claimed"
    home.later(days=1)
    clockwork.tick(home.house)
    clockwork.tick(home.house)
    assert case_of(home, ref).state == "open"
    assert case_of(home, other).claimed_by == number_of(home, "Lee Marsh")
    kim = at_desk(app, home, "practitioner", "Kim Dale")  # a day later every session is over
    page = kim.get(f"/desk/cases/{ref}").text
    assert page.count("Returned to the team: whoever had it is away") == 1
    with home.house.db.read() as tx:
        assert team.offer_of(tx, case_of(home, other).id) is None
    kim.act(other, "claim")
    assert offer(home, kim, other, sam) == 400  # away today


def test_what_somebody_claims_while_away_stays_theirs_and_a_closed_accounts_work_returns(
    sam: Worker, lee: Worker, home: Home
) -> None:
    """Claim: only what was held before goes back; an account that is closed holds nothing."""
    ref, other = a_case(home, "Ana"), a_case(home, "Ben", sender="+447700900002")
    today = home.clock.at.date().isoformat()
    given = {"who": str(number_of(home, "Sam Okoro")), "from": today, "until": today}
    sam.act(ref, "claim")
    home.later(minutes=1)
    sam.post("/desk/team", "/desk/team/away", **given)
    assert case_of(home, ref).state == "open"  # at once, without waiting for the clock
    home.later(minutes=1)
    sam.act(ref, "claim")
    lee.act(other, "claim")
    with home.house.db.write() as tx:
        staff.change_staff(tx, number_of(home, "Lee Marsh"), disabled_at=home.clock.at)
    assert away.return_work(home.house, home.clock.at) == 1
    assert case_of(home, ref).state == "claimed"
    assert case_of(home, other).state == "open"


def test_a_manager_tells_it_of_others_and_a_practitioner_only_of_themselves(
    sam: Worker, mina: Worker, lee: Worker, home: Home
) -> None:
    """Claim: another's absence is a manager's to say and to end; the audit names who said it of whom."""
    today = home.clock.at.date().isoformat()
    lee_no = number_of(home, "Lee Marsh")
    given = {"who": str(lee_no), "from": today, "until": today}
    assert sam.post("/desk/team", "/desk/team/away", **given).status_code == 400
    assert mina.post("/desk/team", "/desk/team/away", **given).status_code == 303
    assert mina.post("/desk/team", "/desk/team/away", **{**given, "until": "2020-01-01"}).status_code == 400
    assert ("team.away", f"staff:{lee_no}", f"{today} to {today}") in home.audited()
    assert "Away" in sam.get("/desk/team").text
    with home.house.db.read() as tx:
        absence = team.absences(tx, home.clock.at.date())[0]
    form = mina.fields("/desk/team", f"/desk/team/away/{absence.id}/back")
    assert mina.client.post(f"/desk/team/away/{absence.id}/back", data=form).status_code == 303
    with home.house.db.read() as tx:
        assert team.absences(tx, home.clock.at.date()) == []


def test_who_else_has_the_case_open_is_told_and_for_no_longer_than_they_have(
    sam: Worker, lee: Worker, home: Home
) -> None:
    """Claim: the page, the inbox and the poll name a colleague who has the case open; a poll keeps it; then it ends."""
    ref = a_case(home, "Ana")
    sam.get(f"/desk/cases/{ref}")
    assert "Sam Okoro is looking at this." in lee.get(f"/desk/cases/{ref}").text
    assert "Sam Okoro: looking at this now." in lee.get("/desk").text
    assert "Sam Okoro: looking" not in sam.get("/desk").text
    home.later(seconds=80)
    sam.get(f"/desk/count?case={ref}&after=0&version=1&heard=0")
    home.later(seconds=80)
    polled = lee.get(f"/desk/count?case={ref}&after=0&version=1&heard=0").json
    assert polled is not None
    assert polled["looking"] == ["Sam Okoro"]
    home.later(seconds=20)
    assert "Sam Okoro is looking" not in lee.get(f"/desk/cases/{ref}").text


def test_a_promised_call_stands_in_everybodys_inbox_on_its_day(app: Flask, sam: Worker, home: Home) -> None:
    """Claim: a call planned for tomorrow is there tomorrow, with its note, until somebody says how it went."""
    ref = a_case(home, "Ana")
    on = (home.clock.at + timedelta(days=1)).date().isoformat()
    assert sam.act(ref, "call-back", on=on, at="14:30", words="About the school").status_code == 303
    assert "Call back today" not in sam.get("/desk").text
    home.later(days=1)
    lee = at_desk(app, home, "practitioner", "Lee Marsh")
    page = lee.get("/desk").text
    assert "Call back today" in page
    assert "About the school" in page
    assert lee.act(ref, "called", how="", words="").status_code == 400
    assert lee.act(ref, "called", how="no-answer", words="Rang twice").status_code == 303
    assert "Call back today" not in lee.get("/desk").text
    page = lee.get(f"/desk/cases/{ref}").text
    assert "Rang twice" in page
    assert "No answer" in page


def test_who_was_spoken_to_no_longer_waits_to_be_reached(sam: Worker, home: Home) -> None:
    """Claim: after a call that nobody answered it says "telephone" still; after one that somebody did, no more."""
    ref = a_case(home, "Ana", not_reached=True, waiting_since=home.clock.at)
    for how, waits in (("no-answer", True), ("not-needed", True), ("spoken", False)):
        sam.act(ref, "call-back", on="2026-11-30", at="10:00")
        sam.act(ref, "called", how=how)
        case = case_of(home, ref)
        assert (case.not_reached, case.waiting_since is not None) == (waits, waits), how
        assert ("Not reached: telephone" in sam.get("/desk").text) is waits


@ON_SQLITE
def test_a_page_hears_what_is_new_while_nothing_can_be_written(sam: Worker, home: Home) -> None:
    """Claim: another writer holds the database; the poll of an open case answers, with the urgent case and the late."""
    ref = a_case(home, "Ana")
    a_case(home, "Ben", sender="+447700900002", level="urgent", look_by=home.clock.at - timedelta(minutes=1))
    with home.house.db.write():
        answer = sam.get(f"/desk/count?case={ref}&after=1&version=1&heard=0")
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["urgent"], answer.json["changed"]) == (1, False)


@ON_SQLITE
def test_a_change_that_no_worker_made_is_not_told_as_the_familys(
    app: Flask, sam: Worker, lee: Worker, home: Home
) -> None:
    """Claim: a form made before the case returned, or grew for what staff told elsewhere, says which; no silent family
    "wrote", and the look of whoever sent the form is not the cause."""
    ref = a_case(home, "Ana")
    lee.act(ref, "claim")
    today = home.clock.at.date().isoformat()
    form = sam.fields(f"/desk/cases/{ref}", f"/desk/cases/{ref}/note")
    home.later(minutes=1)
    lee.post("/desk/team", "/desk/team/away", **{"who": str(number_of(home, lee.name)), "from": today, "until": today})
    assert "Returned to the team: whoever had it is away" in cause(sam, ref, form)
    form = sam.fields(f"/desk/cases/{ref}", f"/desk/cases/{ref}/note")
    with home.house.db.write() as tx:
        found = casework.find_case(tx, ref)
        assert found is not None
        assert found.person_id is not None
        raising.raise_for(
            tx, home.house.live.snapshot(tx), person=people.person_by_id(tx, found.person_id), level="concern",
            reason="child-died", because=("A child died, told by Lee",), now=home.clock.at,
        )  # fmt: skip
    assert "The case became graver" in cause(sam, ref, form)


def cause(worker: Worker, ref: str, form: dict[str, str]) -> str:
    """What a form that came too late is told."""
    answer = worker.client.post(f"/desk/cases/{ref}/note", data={**form, "words": "She moved"})
    assert answer.status_code == 409
    told = answer.text.partition("govuk-error-summary")[2].partition("<h1")[0]
    assert "The family wrote" not in told
    return told


@ON_SQLITE
def test_a_call_in_the_past_or_at_no_time_is_refused_with_its_words_kept(sam: Worker, home: Home) -> None:
    """Claim: what cannot be a promise is given back; a newer call takes the older one's place; closing ends it."""
    ref = a_case(home, "Ana")
    for on, at in (("2020-01-01", "10:00"), ("", "10:00"), ("2026-11-30", "soon"), ("2036-11-30", "10:00")):
        answer = sam.act(ref, "call-back", on=on, at=at, words="About the school")
        assert answer.status_code == 400, (on, at)
        assert "About the school" in answer.text
    for at in ("10:00", "11:00"):
        sam.act(ref, "call-back", on="2026-11-30", at=at)
    with home.house.db.read() as tx:
        call = team.call_of(tx, case_of(home, ref).id)
    assert call is not None
    assert call.due_at.hour == 11
    sam.act(ref, "close", outcome="advice-given", words="Spoken to")
    with home.house.db.read() as tx:
        assert team.call_of(tx, case_of(home, ref).id) is None


@pytest.mark.browser
@pytest.mark.net
@ON_SQLITE
def test_the_new_parts_fit_a_small_phone_and_pass_axe(app: Flask, home: Home, chromium: "Chromium") -> None:
    """Claim: the case with an offer and a call, the inbox, search and the team's page fit 320 px; axe finds nothing."""
    home.living()
    ref = a_case(home, "Ana")
    sam, mina = at_desk(app, home), hire(home, "manager")
    sam.act(ref, "claim")
    sam.act(ref, "offer", to=str(number_of(home, NAMES["manager"])), words="She prefers the mornings")
    sam.act(ref, "call-back", on=home.clock.at.date().isoformat(), at="16:30", words="About the school")
    with served(app) as address, chromium.person(address, width=320) as device:
        page = device.new_page()
        signed_in_at(page, mina, f"{address}/desk")
        for path in ("/desk", f"/desk/cases/{ref}", "/desk/team", "/desk/search"):
            page.goto(f"{address}{path}")
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 844})
                assert fits(page, width), path
            assert axe(page) == [], path
