"""A restricted family's numbers: those they have, those of whoever is reached with them, and those they gave up."""

import pytest
import sqlalchemy as sa
from flask import Flask

from bot import clockwork
from bot.refs import ref_of
from bot.store import addresses, people, restricting, scores
from bot.store.people import Person
from bot.store.schema import METADATA
from tests.houses import ON_SQLITE, Home
from tests.turn.families import enrol, four_weeks_ago, row
from tests.web.marking import MISSED, mark, message_id
from tests.web.test_carry_on import E164, kept
from tests.web.test_desk_restricted import number_of, restrict
from tests.web.worker import Worker, at_desk

A, B, C, D = "+447700900481", "+447700900482", "+447700900483", "+447700900484"
DANGER = "he has a knife hes outside"
WORDS = (DANGER, MISSED, "ask fewer questions of me")


def known(home: Home, source: str) -> Person:
    with home.house.db.read() as tx:
        found = people.find_person_by_source(tx, source)
    assert found is not None
    return found


def written(home: Home, worker: Worker, sender: str) -> None:
    """The family writes all that has a page of its own: danger, words that somebody marks, feedback."""
    home.talk(MISSED, sender=sender)
    assert mark(worker, message_id(home, MISSED, sender), "missed:concern") == 303
    home.talk("feedback", sender=sender)
    home.talk(WORDS[2], sender=sender)
    home.talk(DANGER, sender=sender)
    with home.house.db.write() as tx:
        scores.add_score(
            tx, address_id=home.address(sender).id, person_id=None, touch_id=None, value=3, at=home.clock.now()
        )
        outbox = METADATA.tables["outbox"]
        theirs = outbox.c.address_id == home.address(sender).id
        tx.execute(sa.update(outbox).where(theirs).values(state="held", settled_at=home.clock.now()))
    home.later(minutes=3)


def lists(worker: Worker) -> str:
    pages = (
        "/desk",
        "/desk?held=all",
        "/desk/conversations",
        "/desk/reviews",
        "/desk/feedback",
        "/desk/log",
        "/desk/no-replies",
        "/desk/ledger",
    )
    return "".join(worker.get(page).text for page in pages)


@pytest.mark.parametrize(("shared", "over"), [(False, False), (True, False), (True, True)])
def test_what_was_said_before_a_wrong_number_stays_closed(
    app: Flask, home: Home, sam: Worker, mina: Worker, shared: bool, over: bool
) -> None:  # fmt: skip
    """Claim: "wrong number" from the phone of a restricted family opens none of their words, people or cases to whoever
    is not named, also where two shared it and where the case was closed before; what its next holder writes is
    everybody's work."""
    enrol(home, *[row(source, A, four_weeks_ago(home)) for source in (("P1", "P2") if shared else ("P1",))])
    written(home, mina, A)
    ref = home.cases()[0].ref
    if over:
        assert mina.act(ref, "claim").status_code == 303
        assert mina.act(ref, "close", outcome="false-alarm", words="a film").status_code == 303
    assert restrict(mina, ref) == 303
    talk, number = ref_of(home.address(A).id), message_id(home, MISSED, A)
    home.later(minutes=1)
    home.text("wrong number", sender=A)
    pages = [f"/desk/conversations/{talk}", f"/desk/messages/{number}/mark", f"/desk/cases/{ref}"]
    pages += [f"/desk/people/{known(home, source).ref}" for source in (("P1", "P2") if shared else ("P1",))]
    for page in (*pages, f"/desk/conversations/{talk}/safety"):
        assert sam.get(page).status_code in {403, 404}, page
    for page in pages[1:]:
        assert mina.get(page).status_code == 200, page
    sought = sam.post("/desk/search", "/desk/search", words=A).text
    for told in (lists(sam), sought):
        assert [word for word in (*WORDS, ref, talk, "NameP") if word in told] == []
    assert [word for word in WORDS[1:] if word not in lists(mina)] == []
    audits = at_desk(app, home, "auditor").get
    mina.get("/desk/conversations")
    assert [word for word in (ref, talk) if word in audits("/desk/audit").text] == []
    assert "Mina" not in audits(f"/desk/audit?ref={talk}").text
    home.later(minutes=1)
    home.text("somebody is at my door with an axe", sender=A)
    (stranger,) = [case for case in home.cases() if case.address_id == home.address(A).id and case.state != "closed"]
    assert sam.get(f"/desk/cases/{stranger.ref}").status_code == 200
    assert "at my door with an axe" in sam.get("/desk/conversations").text
    page = sam.get(f"/desk/conversations/{talk}").text
    assert "at my door with an axe" in page
    assert [word for word in (*WORDS, ref, "scores__") if word in page] == []
    assert sam.get(f"/desk/messages/{number}/mark").status_code == 404
    assert talk in audits("/desk/audit").text


@ON_SQLITE
def test_a_case_that_a_named_worker_makes_of_words_from_before_is_closed_too(
    app: Flask, home: Home, sam: Worker, mina: Worker
) -> None:  # fmt: skip
    """Claim: words of two who shared a phone, marked when it is somebody else's: their case is of nobody and of no
    number, and for the named alone."""
    enrol(home, row("P1", A, four_weeks_ago(home)), row("P2", A, four_weeks_ago(home)))
    written(home, mina, A)
    before = {case.ref for case in home.cases()}
    for ref in sorted(before):
        mina.act(ref, "claim")
        mina.act(ref, "close", outcome="false-alarm", words="a film")
    assert restrict(mina, min(before)) == 303
    home.text("wrong number", sender=A)
    home.later(minutes=1)
    assert mark(mina, message_id(home, WORDS[2], A), "missed:urgent") == 303
    (made,) = [case for case in home.cases() if case.reason == "marked"]
    assert (made.person_id, made.address_id) == (None, None)
    assert mina.get(f"/desk/cases/{made.ref}").status_code == 200
    assert sam.get(f"/desk/cases/{made.ref}").status_code in {403, 404}
    assert made.ref not in sam.get("/desk").text


@ON_SQLITE
def test_whoever_is_reached_with_them_is_closed_with_all_their_numbers(
    app: Flask, home: Home, sam: Worker, mina: Worker
) -> None:  # fmt: skip
    """Claim: somebody who shares a phone with a restricted person is closed, with the phone of their own and its
    conversation; who lives with that somebody is not, and their page and the ledger do not name the closed one."""
    weeks = four_weeks_ago(home)
    enrol(home, row("P1", A, weeks), row("P2", B, weeks, household="H"), row("P3", C, weeks, household="H"))
    for number in (A, B, C, D):
        home.text("hello", sender=number)
    with home.house.db.write() as tx:
        for source in ("P1", "P2"):
            people.link(tx, known(home, source).id, home.address(D).id, home.clock.now())
    home.text(DANGER, sender=A)
    assert restrict(mina, home.cases()[0].ref) == 303
    closed, open_ = known(home, "P2").ref, known(home, "P3").ref
    assert sam.get(f"/desk/people/{closed}").status_code == 404
    assert sam.get(f"/desk/conversations/{ref_of(home.address(B).id)}").status_code == 404
    talks = sam.get("/desk/conversations").text
    assert [ref_of(home.address(number).id) in talks for number in (A, B, C, D)] == [False, False, True, False]
    pages = [f"/desk/people/{open_}", f"/desk/ledger?person={open_}&household=1"]
    for page in pages:
        told = sam.get(page)
        assert (told.status_code, closed in told.text, "NameP2" in told.text) == (200, False, False), page
        assert "NameP2" in mina.get(page).text, page
    assert closed not in talks


@ON_SQLITE
def test_a_case_that_two_restrictions_reach_is_changed_in_both(
    app: Flask, home: Home, sam: Worker, mina: Worker
) -> None:  # fmt: skip
    """Claim: two restricted families turn out to share a phone: a case is open to those named for both alone; naming,
    un-naming, letting stand and lifting act on both, and refuse where either would be left with nobody."""
    weeks = four_weeks_ago(home)
    enrol(home, row("P1", A, weeks), row("P2", B, weeks))
    for number in (A, B):
        home.text(DANGER, sender=number)
    first, second = sorted(home.cases(), key=lambda case: case.id)
    assert restrict(mina, first.ref, number_of(home, "Sam Okoro")) == 303
    assert restrict(mina, second.ref) == 303
    with home.house.db.write() as tx:
        people.link(tx, known(home, "P1").id, home.address(B).id, home.clock.now())
    home.later(minutes=1)
    clockwork.tick(home.house)
    ref, where = first.ref, f"/desk/cases/{first.ref}/restriction"
    sams = number_of(home, "Sam Okoro")
    assert sam.get(f"/desk/cases/{ref}").status_code == 403
    assert "Open to Mina Shah alone" in mina.get(f"/desk/cases/{ref}").text
    assert mina.post(where, f"/desk/cases/{ref}/name", who=sams).status_code == 303
    assert "Open to Mina Shah, Sam Okoro alone" in sam.get(f"/desk/cases/{ref}").text
    assert mina.post(where, f"/desk/cases/{ref}/unname", who=sams).status_code == 303
    act = f"/desk/cases/{ref}/open-in-need"
    assert sam.post(f"/desk/cases/{ref}", act, words="Mina does not answer").status_code == 303
    assert mina.get("/desk").text.count("Sam Okoro was not named") == 2
    assert mina.act(ref, "let-stand").status_code == 303
    assert "Sam Okoro was not named" not in mina.get("/desk").text
    other = number_of(home, "Mina Shah")
    with home.house.db.write() as tx:  # somebody else took Sam off the second meanwhile
        named = METADATA.tables["restriction_named"]
        of_second = restricting.standing(tx, [second.id])[0].id
        theirs = (named.c.restriction_id == of_second, named.c.staff_id == int(sams))
        tx.execute(sa.update(named).where(*theirs).values(ended_at=home.clock.now()))
    refused = mina.post(where, f"/desk/cases/{ref}/unname", who=other)
    assert (refused.status_code, "Somebody must stay named" in refused.text) == (400, True)
    assert mina.post(where, f"/desk/cases/{ref}/lift", words="They have moved away.").status_code == 303
    for one in (first.ref, second.ref):
        assert sam.get(f"/desk/cases/{one}").status_code == 200


@ON_SQLITE
@pytest.mark.parametrize("from_phone", [True, False])
def test_a_chat_and_the_phone_that_it_was_kept_for_are_closed_together(
    app: Flask, home: Home, sam: Worker, mina: Worker, from_phone: bool
) -> None:  # fmt: skip
    """Claim: a chat that was kept by a code that came to a phone is the phone's family's: restricting a case of the one
    closes what was said at the other, and a later "wrong number" opens neither."""
    family = kept(app, home)
    chat = home.cases()[0].address_id if home.cases() else None
    with home.house.db.read() as tx:
        chat = chat or int(tx.execute(sa.select(METADATA.tables["phone_ask"].c.chat_id)).scalar_one())
    if from_phone:
        home.text(DANGER, sender=E164)
    else:
        home.text("hello", sender=E164)
        family.say(DANGER)
    ref = next(case.ref for case in home.cases() if "knife" in case.words)
    before = sam.get("/desk/conversations").text
    talks = [ref_of(chat), ref_of(home.address(E164).id)]
    assert [talk in before for talk in talks] == [True, True]
    assert restrict(mina, ref) == 303
    after = sam.get("/desk/conversations").text
    assert [talk in after for talk in talks] == [False, False]
    assert [sam.get(f"/desk/conversations/{talk}").status_code for talk in talks] == [404, 404]
    assert [mina.get(f"/desk/conversations/{talk}").status_code for talk in talks] == [200, 200]
    home.later(minutes=1)
    home.text("wrong number", sender=E164)
    assert [sam.get(f"/desk/conversations/{talk}").status_code for talk in talks] == [404, 404]


@ON_SQLITE
def test_no_count_or_choice_tells_of_what_is_closed(app: Flask, home: Home, sam: Worker, mina: Worker) -> None:
    """Claim: the page of the team counts a colleague's cases without those that are closed to whoever looks, and the
    list of conversations offers no language that only a closed one is in."""
    home.text(DANGER)
    with home.house.db.write() as tx:
        addresses.change_address(tx, home.address().id, language="so")
    ref = home.cases()[0].ref
    mina.act(ref, "claim")
    assert "Has 1 case." in sam.get("/desk/team").text
    assert 'value="so"' in sam.get("/desk/conversations").text
    assert restrict(mina, ref) == 303
    assert "Has 1 case." not in sam.get("/desk/team").text
    assert 'value="so"' not in sam.get("/desk/conversations").text
    assert "Has 1 case." in mina.get("/desk/team").text
    assert 'value="so"' in mina.get("/desk/conversations").text
