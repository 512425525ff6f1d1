"""The clocks of a referral's pathway: what the inbox tells as late or to be reviewed, and what STATUS tells."""

import re
from datetime import date, datetime, timedelta

from flask import Flask

from bot.alerts.climbing import climb_due
from tests.houses import ON_SQLITE, Home
from tests.web.raising import case_of
from tests.web.referring import ASSIGN, ENDING, ENGAGED, FAMILY, PASSED, REVIEW, SECURED, TRIAGE, a_referral, step
from tests.web.worker import Worker, at_desk


def inbox_on(app: Flask, home: Home, on: str) -> str:
    """The inbox as somebody reads it on a day at eleven, as words."""
    home.clock.at = datetime.fromisoformat(f"{on}T11:00+00:00")
    page = at_desk(app, home, name=f"Reader {on}").get("/desk").text
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_late_step_shows_and_climbs_nothing(app: Flask, home: Home) -> None:
    """Claim: the day after it was due, not on it, triage and then help show as late in the inbox, until they are done;
    the case stays routine and nobody is told by text or email."""
    ref = a_referral(home, looked_at=home.clock.at)
    for on, late in (("2026-11-24", False), ("2026-11-25", True)):
        told = inbox_on(app, home, on)
        assert ("Late: triage was due by Tuesday 24 November" in told) is late, on
        assert ("Referrals to look at again (1)" in told) is late, on
    assert step(at_desk(app, home, name="Tri Age"), ref, TRIAGE) == 303
    assert "Late" not in inbox_on(app, home, "2026-12-07")
    told = inbox_on(app, home, "2026-12-08")
    assert "Late: early help was due by Monday 7 December" in told
    climb_due(home.house, home.clock.at)
    home.send()
    assert case_of(home, ref).level == "routine"
    assert home.pigeon.carried == []
    audited = [target for action, target, detail in home.audited() if action == "inbox.view" and ref in detail + target]
    assert audited


@ON_SQLITE
def test_a_referral_with_every_review_done_is_late_with_nothing(app: Flask, sam: Worker, home: Home) -> None:
    """Claim: what stays open after its last review is not told as never triaged, on any day."""
    ref = a_referral(home)
    for given in (TRIAGE, ASSIGN, SECURED, ENGAGED, REVIEW, REVIEW, REVIEW):
        assert step(sam, ref, given) == 303
    assert f"/desk/cases/{ref}" in sam.get("/desk").text
    assert "Late: triage" not in inbox_on(app, home, "2027-02-01")


def test_reviews_of_a_referral_return_on_their_day_beside_the_contacts(app: Flask, sam: Worker, home: Home) -> None:
    """Claim: 4, 8 and 12 weeks after help was in place, on a working day, no sooner, in the contact log's own section;
    each until it is done."""
    ref = a_referral(home)
    for given in (TRIAGE, ASSIGN, SECURED):
        assert step(sam, ref, given) == 303
    told = {"kind": "call", "who": "The aunt", "words": "Rang", "on": "2026-11-23", "follow_up_on": "2026-12-21"}
    assert sam.post("/desk/log/new", "/desk/log/new", **told).status_code == 303
    assert "to look at again" not in inbox_on(app, home, "2026-12-20")
    told_of = inbox_on(app, home, "2026-12-21")
    assert "Referrals and contacts to look at again (2)" in told_of
    assert "Review on Monday 21 December" in told_of
    assert "The aunt" in told_of
    assert "Late: the review was due on Monday 21 December" in inbox_on(app, home, "2026-12-22")
    for number, on in enumerate(("2027-01-18", "2027-02-15")):
        assert step(at_desk(app, home, name=f"Re View {number}"), ref, REVIEW) == 303
        assert "Referrals" not in inbox_on(app, home, (date.fromisoformat(on) - timedelta(days=1)).isoformat())
        assert f"Review on Monday {date.fromisoformat(on):%-d %B}" in inbox_on(app, home, on)
    assert step(at_desk(app, home, name="La Last"), ref, REVIEW) == 303
    assert "Referrals" not in inbox_on(app, home, "2027-06-01")


def test_status_by_text_tells_where_it_stands_and_names_nothing(sam: Worker, home: Home) -> None:
    """Claim: received or worked on, and by when they hear, while that is to come: no level, need, team, worker or name.
    With the front door no day is promised; closed, nothing waits."""
    ref = a_referral(home, words="he hits me")
    ahead = f"Someone on our team is working on your request, reference {ref}. You will hear from us by "
    heard = [home.talk("STATUS", sender=FAMILY)]
    assert f"We have your request, reference {ref}. Someone on our team will look at it by Tuesday 24 Nov" in heard[-1]
    for given, told in (
        (TRIAGE, f"{ahead}Monday 7 Dec"), (ASSIGN, f"{ahead}Monday 7 Dec"), (SECURED, f"{ahead}Monday 21 Dec"),
        (PASSED, "To ask when you will hear, say HUMAN or call"),
    ):  # fmt: skip
        assert step(sam, ref, given) == 303
        heard.append(home.talk("STATUS", sender=FAMILY))
        assert told in heard[-1]
        assert ref in heard[-1]
    assert step(sam, ref, {"step": "returned", "acceptor": "Ravi Lane", "words": "No"}) == 303
    home.later(days=29)
    heard.append(home.talk("STATUS", sender=FAMILY))
    assert "To ask when you will hear" in heard[-1]  # the day has passed: it is told no more
    words = (
        "Ana|hits|sleep|meal|Level|North|Ivy|Ravi|Sam Okoro|front door|bruise|safeguard|social|triag|early help|review"
    )
    for reply in heard:
        assert not re.search(words, reply.partition("reads")[2] or reply, re.IGNORECASE), reply


@ON_SQLITE
def test_status_of_a_closed_referral_is_that_nothing_waits(sam: Worker, home: Home) -> None:
    """Claim: what is closed is told of no more."""
    ref = a_referral(home)
    assert step(sam, ref, TRIAGE) == 303
    assert sam.act(ref, "close", **ENDING).status_code == 303
    told = home.talk("STATUS", sender=FAMILY)
    assert "nothing waiting" in told
    assert ref not in told
