"""Being away: what returns has a clock of its own, days stand once, a claim made meanwhile is left alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask

from bot import clockwork
from bot.casework import accounts, away
from bot.store import alerts, staff, team
from bot.store.database import Tx
from bot.web.desk.words import ACTIONS
from tests.houses import ON_SQLITE, Home
from tests.web.raising import case_of, raised
from tests.web.standing import a_case
from tests.web.worker import Worker, at_desk


def number_of(home: Home, name: str) -> int:
    with home.house.db.read() as tx:
        return next(key for key, known in staff.staff_names(tx).items() if known == name)


def say_away(home: Home, worker: Worker, first: date, last: date) -> tuple[int, str]:
    given = {"who": str(number_of(home, worker.name)), "from": first.isoformat(), "until": last.isoformat()}
    answer = worker.post("/desk/team", "/desk/team/away", **given)
    return answer.status_code, answer.text


def absences(home: Home) -> list[team.Absence]:
    with home.house.db.read() as tx:
        return team.absences(tx, date.min)


def test_an_urgent_case_that_the_clock_returned_is_told_of_when_nobody_looks(sam: Worker, home: Home) -> None:
    """Claim: claimed, its alert ended; returned, it has a new promise, is late by that, and is told of anew."""
    ref = raised(home)
    clockwork.tick(home.house)
    home.later(minutes=1)
    sam.act(ref, "claim")
    clockwork.tick(home.house)
    tomorrow = home.clock.at.date() + timedelta(days=1)
    assert say_away(home, sam, tomorrow, tomorrow)[0] == 303
    home.later(days=1)
    clockwork.tick(home.house)
    case = case_of(home, ref)
    assert (case.state, case.looked_at) == ("open", None)
    assert case.look_by == home.clock.at + timedelta(minutes=15)
    with home.house.db.read() as tx:
        assert [one.ended_how for one in alerts.climbs_of(tx, [case.id])] == ["claimed"]
    home.later(minutes=16)
    clockwork.tick(home.house)
    with home.house.db.read() as tx:
        newest = alerts.climbs_of(tx, [case.id])[-1]
        assert (newest.why, newest.ended_at) == ("late", None)
        assert [one.climb_id for one in alerts.alerts_of(tx, [case.id])][-1] == newest.id


def test_the_same_days_are_one_absence_and_overlapping_ones_are_refused(sam: Worker, home: Home) -> None:
    """Claim: posted twice they stand once and "Not away" ends them; days within or across them are told where they
    stand; the days after are another absence."""
    first = home.clock.at.date() + timedelta(days=1)
    last = first + timedelta(days=2)
    for _ in range(2):
        assert say_away(home, sam, first, last)[0] == 303
    assert [(one.from_on, one.until_on) for one in absences(home)] == [(first, last)]
    assert [action for action, _, _ in home.audited()].count("team.away") == 1
    for begin, end in ((first, first), (last, last + timedelta(days=3)), (first - timedelta(days=1), last)):
        status, page = say_away(home, sam, begin, end)
        assert (status, "They are away from 24 November 2026 to 26 November 2026 already" in page) == (400, True)
    after = last + timedelta(days=1)
    assert say_away(home, sam, after, after)[0] == 303
    for one in absences(home):
        form = sam.fields("/desk/team", f"/desk/team/away/{one.id}/back")
        sam.client.post(f"/desk/team/away/{one.id}/back", data=form)
    assert absences(home) == []


def test_two_who_say_the_same_at_once_keep_one_absence(home: Home) -> None:
    """Claim: on either database the second waits for the first and finds it."""
    accounts.add_account(
        home.house, email="sam@council.example", name="Sam Okoro", role="practitioner", password="a long enough word"
    )
    with home.house.db.read() as tx:
        sam = staff.staff_by_id(tx, number_of(home, "Sam Okoro"))
    by = accounts.SignedIn(staff=sam, token="")
    today, both = home.clock.at.date(), Barrier(2)

    def say() -> None:
        both.wait()
        away.tell(home.house, by, staff_id=sam.id, from_on=today, until_on=today)

    threads = [Thread(target=say) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(absences(home)) == 1


@ON_SQLITE
def test_a_claim_or_offer_made_between_the_look_and_the_lock_stands(
    app: Flask, sam: Worker, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claim: the clock ends the claim and the offer that it found, and none that came while it waited for the lock."""
    lee = at_desk(app, home, "practitioner", "Lee Marsh")
    claimed, offered = a_case(home, "Ana"), a_case(home, "Ben", sender="+447700900002")
    lee.act(claimed, "claim")
    sam.act(offered, "claim")
    home.later(minutes=1)
    sam.act(offered, "offer", to=str(number_of(home, lee.name)), words="She prefers the mornings")
    found_case, found_offer = case_of(home, claimed), _offer(home, offered)
    with home.house.db.write() as tx:
        team.add_absence(
            tx, staff_id=number_of(home, lee.name), from_on=home.clock.at.date(), until_on=home.clock.at.date(),
            told_by=1, at=home.clock.at,
        )  # fmt: skip
    home.later(minutes=1)

    def meanwhile() -> None:
        lee.act(claimed, "hand-back")
        lee.act(claimed, "claim")
        sam.act(offered, "withdraw")
        with home.house.db.write() as tx:
            team.offer(
                tx, case_id=case_of(home, offered).id, from_id=number_of(home, sam.name),
                to_id=number_of(home, lee.name), note="After they are back", at=home.clock.at,
            )  # fmt: skip

    _before_the_first_lock(home, meanwhile, monkeypatch)
    assert away.return_work(home.house, home.clock.at) == 0
    assert (case_of(home, claimed).state, case_of(home, claimed).claimed_at) == ("claimed", home.clock.at)
    assert found_case.claimed_at != home.clock.at
    assert _offer(home, offered).id != found_offer.id


def test_an_offer_that_the_clock_ends_is_audited(app: Flask, sam: Worker, home: Home) -> None:
    """Claim: the case's audit names it, in words."""
    lee = at_desk(app, home, "practitioner", "Lee Marsh")
    ref = a_case(home, "Ana")
    sam.act(ref, "claim")
    sam.act(ref, "offer", to=str(number_of(home, lee.name)), words="She prefers the mornings")
    say_away(home, lee, home.clock.at.date(), home.clock.at.date())
    assert ("case.offer-back", f"case:{ref}", "") in home.audited()
    assert "case.offer-back" in ACTIONS


def _offer(home: Home, ref: str) -> team.Handover:
    with home.house.db.read() as tx:
        found = team.offer_of(tx, case_of(home, ref).id)
    assert found is not None
    return found


def _before_the_first_lock(home: Home, act: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let others act once after the clock has looked, and before it holds anything."""
    write = home.house.db.write

    @contextmanager
    def after_them() -> Iterator[Tx]:
        monkeypatch.setattr(home.house.db, "write", write)
        act()
        with write() as tx:
            yield tx

    monkeypatch.setattr(home.house.db, "write", after_them)
