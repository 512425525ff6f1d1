"""How a family asked to be texted, on the desk: PAUSE, LESS, BACK ON and START in a break, in their words and order."""

from bot.store import people
from tests.houses import Home
from tests.turn.families import enrol, four_weeks_ago, row
from tests.web.worker import Worker

A = "+447700900451"


def person_of(home: Home) -> str:
    with home.house.db.read() as tx:
        (person,) = people.people_at(tx, home.address(A).id)
    return person.ref


def test_each_wish_is_on_the_persons_timeline_with_what_holds_now(sam: Worker, home: Home) -> None:
    """Claim: what they asked, until when or how seldom, and their own words; beside the number what holds still."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    for words in ("LESS EVERY 3 MONTHS", "pause till 7 january please"):
        home.talk(words, sender=A)
        home.later(minutes=5)
    page = sam.get(f"/desk/people/{person_of(home)}").text
    told = (
        "They asked for a break: no check-in before Thursday 7 January",
        "pause till 7 january please",
        "They asked for fewer check-ins: at most one in 90 days",
        "LESS EVERY 3 MONTHS",
    )
    assert [page.index(words) for words in told] == sorted(page.index(words) for words in told)  # newest first
    assert "By their wish, no check-in before Thursday 7 January" in page
    assert "By their wish, at most one check-in in 90 days" in page
    home.talk("start", sender=A)
    home.later(minutes=5)
    page = sam.get(f"/desk/people/{person_of(home)}").text
    assert "They ended their break" in page
    assert "By their wish, no check-in before" not in page
    assert "By their wish, at most one check-in in 90 days" in page
    home.talk("back on", sender=A)
    page = sam.get(f"/desk/people/{person_of(home)}").text
    assert "They asked for check-ins as before" in page
    assert "By their wish" not in page


def test_a_wish_is_of_whoever_had_the_number_then(sam: Worker, home: Home) -> None:
    """Claim: after "wrong number" the wish stays with who asked for it, and the next one's page has none of it."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    before = person_of(home)
    home.talk("pause for 3 weeks", sender=A)
    home.later(minutes=5)
    home.talk("wrong number", sender=A)
    home.later(minutes=5)
    enrol(home, row("P2", A, four_weeks_ago(home), told_on=home.clock.at.date()))
    assert "They asked for a break" in sam.get(f"/desk/people/{before}").text
    after = person_of(home)
    assert after != before
    assert "They asked for a break" not in sam.get(f"/desk/people/{after}").text
