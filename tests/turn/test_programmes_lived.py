"""Programmes as lived: the words that arrive on the day, and what an answer does in the database."""

from datetime import date, timedelta

import sqlalchemy as sa

from bot.clock import local_date
from bot.publishing import directory
from bot.store import entries, keeping, people, staff
from bot.store.beside import Beside, keep_beside
from scheduler.localtime import instant
from tests.houses import Home
from tests.turn.families import check_in, enrol, touches_of

A = "+447700900431"


def enrolled(home: Home, programme: str, event_on: date, born: str = "") -> None:
    child, told = f"Ava,{born}" if born else ",", local_date(home.clock.now()).isoformat()
    report = enrol(
        home, f"P1,Sam,,{A},,en,SW18 2PU,,mother,{child},{programme},{event_on.isoformat()},{told},A Worker,yes,"
    )
    assert report.refused == []


def signposted(home: Home, told: Beside) -> None:
    enrolled(home, "signposted", local_date(home.clock.now()))
    with home.house.db.write() as tx:
        person = people.find_person_by_source(tx, "P1")
        assert person is not None
        (enrolment,) = keeping.enrolments_of(tx, [person.id])
        if told != Beside():
            keep_beside(tx, enrolment.id, told)


def noon(home: Home, on: date) -> None:
    """At noon of this day, or of the next from Monday to Thursday."""
    while on.weekday() > 3:
        on += timedelta(days=1)
    home.later(seconds=(instant(on) + timedelta(hours=12) - home.clock.now()).total_seconds())


def flagged(home: Home) -> list[str]:
    with home.house.db.read() as tx:
        rows = tx.execute(sa.select(staff.audit.c.target).where(staff.audit.c.action == "directory.flagged"))
        return [str(target) for (target,) in rows]


def test_a_place_where_nobody_answered_is_flagged_and_a_person_offered(home: Home) -> None:
    """They were told of a place and did not get through: it is flagged once, by its id alone, and not what they once
    looked for."""
    signposted(home, Beside(signed_by="Ann", listing="svc-7"))
    home.talk("debt advice", sender=A)
    home.talk("SW18 2PU", sender=A)
    noon(home, local_date(home.clock.now()) + timedelta(days=5))
    check_in(home)
    asked = home.out(sender=A)[-1].body
    assert asked.startswith("Hi from Ann (")
    assert "Did you get through to the person or place you wanted?" in asked
    assert "What would you like now?" in home.talk("no", sender=A)
    assert flagged(home) == ["svc-7"]
    with home.house.db.read() as tx:
        assert entries.entries(tx) == {}  # the directory never held it
    (touch,) = touches_of(home, "P1")
    assert touch.outcome == "answered"
    assert touch.reason.endswith("the service's entry was flagged.")
    assert "A person will be in touch" in home.talk("2", sender=A)
    assert flagged(home) == ["svc-7"]


def test_what_was_not_reached_outlives_the_audit(home: Home) -> None:
    """Claim: the flag stands beside the entry, with how often; a pruned audit takes none away."""
    known = directory.services(home.house)[0].id
    signposted(home, Beside(signed_by="Ann", listing=known))
    noon(home, local_date(home.clock.now()) + timedelta(days=5))
    check_in(home)
    home.talk("no", sender=A)
    assert flagged(home) == [known]
    with home.house.db.write() as tx:
        tx.execute(sa.delete(staff.audit))
        entries.not_reached(tx, known, home.clock.now())
    with home.house.db.read() as tx:
        flag = entries.beside(tx, known).flag
    assert flag == entries.Flag(times=2, last_at=home.clock.now())


def test_where_nobody_told_which_service_nothing_is_flagged(home: Home) -> None:
    """Not even what they found by themselves; nothing is promised, and the ledger says that it is not known."""
    signposted(home, Beside())
    home.talk("debt advice", sender=A)
    home.talk("SW18 2PU", sender=A)
    noon(home, local_date(home.clock.now()) + timedelta(days=5))
    check_in(home)
    assert home.out(sender=A)[-1].body.startswith("Hi from Larkline.")
    assert "check" not in home.talk("no", sender=A)
    assert flagged(home) == []
    (touch,) = touches_of(home, "P1")
    assert touch.reason.endswith("which service it was is not known.")


def test_the_closing_date_of_schools_reaches_the_family_in_time(home: Home) -> None:
    """A child who starts reception next September: eight weeks before 15 January they are told, and of the day."""
    today = local_date(home.clock.now())
    closing = date(today.year + 2, 1, 15)
    born = date(closing.year - 4, 3, 1)  # four in the March after the closing date
    enrolled(home, "key-transitions", born, f"{born:%Y-%m}")
    noon(home, closing - timedelta(weeks=8))
    for _ in range(6):  # touches that are long past are each decided in their turn
        check_in(home)
    said = [out.body for out in home.out(sender=A) if out.purpose == "check-in"]
    assert any("Apply to your council by 15 January" in body for body in said)
    outcomes = {touch.touch: touch.outcome for touch in touches_of(home, "P1")}
    assert outcomes["reception-apply"] == "sent"
    assert {outcomes["two-year-check"], outcomes["two-year-childcare"]} == {"missed"}
