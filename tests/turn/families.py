"""Enrolled families for tests of keeping in touch."""

from datetime import date, timedelta

from bot.clock import local_date
from bot.people.enrol import Report, enrol_sheet
from bot.store import keeping, people, touches
from bot.store.touches import Touch
from bot.turn.touches import decide_due, follow_up_due
from tests.houses import Home

HEADING = (
    "reference,first_name,last_name,mobile,email,language,postcode,household,relation,child_first_name,child_born,"
    "programme,event_on,told_on,told_by,safe_to_text,team"
)


def row(
    reference: str, mobile: str, event_on: date, *, household: str = "", safe: str = "yes", told_on: date | None = None,
    email: str = "", team: str = "",
) -> str:  # fmt: skip
    told = told_on or event_on
    return (
        f"{reference},Name{reference},,{mobile},{email},en,SW18 2PU,{household},mother,,,after-early-help,"
        f"{event_on.isoformat()},{told.isoformat()},Sam Worker,{safe},{team}"
    )


def four_weeks_ago(home: Home) -> date:
    return local_date(home.clock.now()) - timedelta(days=28)


def enrol(home: Home, *rows: str) -> Report:
    return enrol_sheet(home.house, [HEADING, *rows])


def check_in(home: Home) -> None:
    """Decide what is due, and let it out."""
    decide_due(home.house, home.clock.now())
    home.send()


def follow_up(home: Home, days: int) -> None:
    """So many days pass, one tick a day at this hour."""
    for _ in range(days):
        home.later(days=1)
        follow_up_due(home.house, home.clock.now())
        home.send()


def touches_of(home: Home, reference: str) -> list[Touch]:
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, reference)
        assert person is not None
        return touches.touches_of(tx, [e.id for e in keeping.enrolments_of(tx, [person.id])])


def listed(home: Home) -> list[Touch]:
    with home.house.db.read() as tx:
        return [touch for touch, _ in touches.no_replies(tx)]
