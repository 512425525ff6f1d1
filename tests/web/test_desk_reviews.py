"""Marks of missed danger and false alarms: what they raise, what they leave alone, and the list that follows."""

import re
import threading
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask

from bot.casework import review
from bot.casework.accounts import SignedIn
from bot.casework.review import Given
from bot.clockwork import tick
from bot.refs import new_ref, ref_of
from bot.store import alerts, casework, people, reviews
from bot.store import staff as staff_rows
from bot.store.casework import Case
from tests.houses import AT, ON_SQLITE, Home
from tests.web.marking import MISSED, mark, marks, message_id
from tests.web.raising import KNIFE
from tests.web.worker import Worker, at_desk


def notes(home: Home, case: Case) -> list[str]:
    with home.house.db.read() as tx:
        return [event.body or "" for event in casework.events_of(tx, [case.id]) if event.kind == "note"]


def a_routine_case(home: Home) -> str:
    """An open case of no danger at the family's number; its reference."""
    now = home.clock.at
    with home.house.db.write() as tx:
        casework.add_case(
            tx, ref=(ref := new_ref()), kind="escalation", level="routine", rank=2, reason="wrote", words="hello",
            because="[]", address_id=home.address().id, opened_at=now, look_by=now, waiting_since=now,
        )  # fmt: skip
    return ref


def kinds(home: Home, case: Case) -> list[str]:
    with home.house.db.read() as tx:
        return [event.kind for event in casework.events_of(tx, [case.id])]


def test_missed_danger_raises_the_case_as_danger_does(sam: Worker, home: Home) -> None:
    """Claim: marked on a conversation with no case: an urgent case with the words, the promise of an urgent one, who
    marked it, first in the inbox; and nothing is said to the family."""
    home.text(MISSED)
    home.send()
    said = len(home.out())
    page = sam.get(f"/desk/conversations/{ref_of(home.address().id)}").text
    link = re.search(r'href="(/desk/messages/\d+/mark)"', page)
    assert link is not None
    assert "No danger" in sam.get(link[1]).text
    answer = sam.post(link[1], link[1], says="missed:urgent", words="Telephoned 999.")
    assert answer.headers["Location"] == f"{link[1]}?done=missed"
    (case,) = home.cases()
    assert (case.level, case.reason, case.words, case.looked_at) == ("urgent", "marked", MISSED, None)
    assert (case.look_by - home.clock.at).total_seconds() == 15 * 60
    assert notes(home, case) == ["Marked by Sam Okoro: this was danger and was missed (urgent).\nTelephoned 999."]
    assert len(home.out()) == said
    inbox = sam.get("/desk").text
    assert "marked their words as danger that the service missed" in inbox
    shown = sam.get(answer.headers["Location"]).text
    assert f'href="/desk/cases/{case.ref}"' in shown
    assert "Telephoned 999." in shown
    listed = sam.get("/desk/conversations").text
    assert "Marked: missed danger" in listed


def test_the_ladder_climbs_for_missed_danger_as_for_any(sam: Worker, home: Home) -> None:
    """Claim: the next tick begins to tell the duty ladder of an urgent case that a mark raised."""
    home.text(MISSED)
    number = message_id(home, MISSED)
    assert mark(sam, number, "missed:urgent") == 303
    tick(home.house)
    (case,) = home.cases()
    with home.house.db.read() as tx:
        climb = alerts.standing_of(tx, case.id).climb
    assert climb is not None
    assert (climb.level, climb.ended_at) == ("urgent", None)
    assert "Nobody has acknowledged this alert" in sam.get(f"/desk/cases/{case.ref}").text


def test_missed_danger_grows_the_case_that_stands(sam: Worker, home: Home) -> None:
    """Claim: with an open case, the same case grows: its level, a new promise, looked at no longer."""
    home.text(MISSED)
    a_routine_case(home)
    (case,) = home.cases()
    assert case.level == "routine"
    sam.get(f"/desk/cases/{case.ref}")
    assert mark(sam, message_id(home, MISSED), "missed:concern") == 303
    (grown,) = home.cases()
    assert (grown.ref, grown.level, grown.reason, grown.looked_at) == (case.ref, "concern", "marked", None)
    assert kinds(home, grown)[-2:] == ["grew", "note"]
    assert "marked" in sam.get(f"/desk/cases/{case.ref}").text


def test_a_mark_keeps_what_the_service_said(sam: Worker, home: Home) -> None:
    """Claim: level, the words that decided and the content's number are on the mark, sealed where they are words."""
    home.text(KNIFE)
    number = message_id(home, KNIFE)
    assert mark(sam, number, "false-alarm:film-game-sport", words="It is the school play.") == 303
    (one,) = marks(home, f"message:{number}")
    assert (one.said_level, one.said_bundle, one.says, one.level) == ("urgent", 1, "false-alarm", "none")
    assert "knife" in one.said_because
    assert KNIFE in one.texts
    with home.house.db.read() as tx:
        raw = tx.exec_driver_sql("SELECT texts, said_because, note FROM review").one()
        kept = tx.exec_driver_sql("SELECT because FROM inbox").one()
    assert not any(word in bytes(cell) for cell in (*raw, *kept) for word in (b"knife", b"school"))


def test_a_false_alarm_lowers_nothing_and_offers_the_close(sam: Worker, home: Home) -> None:
    """Claim: the case keeps its level and state; the way to close it is one link, with the outcome chosen."""
    home.text(KNIFE)
    before = home.cases()[0]
    number = message_id(home, KNIFE)
    assert mark(sam, number, "false-alarm:figure-of-speech") == 303
    after = home.cases()[0]
    assert (after.level, after.state, after.reason) == (before.level, "open", before.reason)
    assert notes(home, after) == ["Marked by Sam Okoro as a false alarm: a figure of speech."]
    link = re.search(
        r'href="(/desk/cases/\w+\?outcome=false-alarm)#close"', sam.get(f"/desk/messages/{number}/mark").text
    )
    assert link is not None
    page = sam.get(link[1]).text
    assert '<option value="false-alarm" selected>' in page
    assert 'id="close"' in page
    assert sam.act(after.ref, "close", outcome="false-alarm", words="A film.").status_code == 303


def test_a_whole_case_is_marked_from_its_page(sam: Worker, home: Home) -> None:
    """Claim: a case that should have been graver grows to it; what the service said stays what it was."""
    home.text("hello")
    ref = a_routine_case(home)
    address = f"/desk/cases/{ref}/mark"
    assert f'href="{address}"' in sam.get(f"/desk/cases/{ref}").text
    for _ in range(2):
        assert sam.post(address, address, says="missed:urgent").status_code == 303
    (case,) = home.cases()
    assert (case.ref, case.level) == (ref, "urgent")
    (one,) = marks(home, f"case:{case.id}")
    assert (one.said_level, one.level, one.case_id) == ("routine", "urgent", case.id)
    assert len(notes(home, case)) == 1
    assert sam.post(address, address, says="false-alarm:other").status_code == 303
    assert [(m.says, m.said_level, m.ended_at is None) for m in marks(home, f"case:{case.id}")] == [
        ("false-alarm", "routine", True),
        ("missed", "routine", False),
    ]
    assert home.cases()[0].level == "urgent"


def test_one_mark_stands_and_the_others_are_kept(sam: Worker, app: Flask, home: Home) -> None:
    """Claim: a change ends the mark before it, with who and when; a form posted twice changes nothing; a slip is taken
    back."""
    mina = at_desk(app, home, "manager")
    home.text(MISSED)
    number = message_id(home, MISSED)
    for _ in range(2):
        assert mark(sam, number, "missed:concern") == 303
    assert mark(mina, number, "missed:urgent") == 303
    newest, first = marks(home, f"message:{number}")
    assert (newest.level, newest.ended_at) == ("urgent", None)
    assert (first.level, first.ended_by) == ("concern", newest.staff_id)
    assert len(home.cases()) == 1
    page = unescape(sam.get(f"/desk/messages/{number}/mark").text)
    assert "Earlier marks" in page
    assert "Ended by Mina Shah" in page
    address = f"/desk/messages/{number}/mark"
    for _ in range(2):
        answer = sam.client.post(address, data={**sam.fields(address, address), "act": "take-back"})
        assert answer.headers["Location"] == f"{address}?done=taken-back"
    assert all(m.ended_at is not None for m in marks(home, f"message:{number}"))
    assert home.cases()[0].level == "urgent"


def test_two_who_mark_at_once_leave_one_mark(app: Flask, home: Home) -> None:
    """Claim: eight at the same moment: one stands, each of the others was ended, one case."""
    home.text(MISSED)
    number = message_id(home, MISSED)
    people_at_desk = [at_desk(app, home, "practitioner", f"Worker {letter}") for letter in "ABCDEFGH"]
    with home.house.db.read() as tx:
        found = {
            who.name: staff_rows.find_staff(tx, f"worker.{who.name[-1].lower()}@council.example")
            for who in people_at_desk
        }
    faults: list[BaseException] = []

    def work(name: str, level: str) -> None:
        try:
            who = found[name]
            assert who is not None
            review.mark_message(home.house, SignedIn(staff=who, token=""), number, Given(says="missed", level=level))
        except BaseException as fault:  # noqa: BLE001 - told below, in the test's own thread
            faults.append(fault)

    threads = [
        threading.Thread(target=work, args=(one.name, ("urgent", "concern")[n % 2]))
        for n, one in enumerate(people_at_desk)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    kept = marks(home, f"message:{number}")
    assert (len(kept), sum(m.ended_at is None for m in kept)) == (8, 1)
    assert [case.level for case in home.cases()] == ["urgent"]


def test_the_database_holds_one_standing_mark(sam: Worker, home: Home) -> None:
    """Claim: even a fault of ours could not write a second."""
    home.text(MISSED)
    mark(sam, number := message_id(home, MISSED), "missed:urgent")
    (one,) = marks(home, f"message:{number}")
    values = {f: getattr(one, f) for f in one.__dataclass_fields__ if f != "id"}
    with pytest.raises(sa.exc.IntegrityError), home.house.db.write() as tx:
        reviews.add_review(tx, **values)


@ON_SQLITE
@pytest.mark.parametrize(
    ("says", "words", "told"),
    [
        ("", "", "Choose what was wrong."),
        ("missed:none", "", "Choose what was wrong."),
        ("missed:routine", "", "Choose what was wrong."),
        ("false-alarm:figure-of-speech", "", "Choose what was wrong."),  # there was no alarm
        ("nonsense:urgent", "", "Choose what was wrong."),
        ("missed:urgent", "x" * 2_001, "A note holds at most 2000 characters."),
    ],
)
def test_a_mark_that_lacks_something_says_what(sam: Worker, home: Home, says: str, words: str, told: str) -> None:
    """Claim: 400 with the fault in words, the note kept, and nothing marked or raised."""
    home.text(MISSED)
    address = f"/desk/messages/{message_id(home, MISSED)}/mark"
    answer = sam.post(address, address, says=says, words=words)
    assert answer.status_code == 400
    assert told in answer.text
    assert words in answer.text
    assert home.cases() == []
    with home.house.db.read() as tx:
        assert reviews.count_reviews(tx) == {"open": 0, "handled": 0}


@ON_SQLITE
def test_what_cannot_be_marked_is_not_found(sam: Worker) -> None:
    """Claim: no such message or case is 404, to look at and to mark."""
    form = {"csrf_token": sam.fields("/desk/conversations", "/desk/sign-out")["csrf_token"], "says": "missed:urgent"}
    for address in ("/desk/messages/7/mark", f"/desk/messages/{2**40}/mark", f"/desk/cases/{new_ref()}/mark"):
        assert sam.get(address).status_code == 404
        assert sam.client.post(address, data=form).status_code == 404


def test_danger_missed_before_a_number_changed_hands_is_raised_for_those_who_wrote(sam: Worker, home: Home) -> None:
    """Claim: the case is the person's, has no number to reply to, and no word of it reaches the number's new holder."""
    home.text(MISSED)
    with home.house.db.write() as tx:
        person_id = people.add_person(tx, ref=new_ref(), now=AT, first_name="Ana")
        people.link(tx, person_id, home.address().id, AT)
        home.later(minutes=5)
        people.release(tx, home.address().id, home.clock.at)
    home.later(minutes=1)
    home.text("hi who is this")
    other = a_routine_case(home)
    assert mark(sam, message_id(home, MISSED), "missed:urgent") == 303
    raised = next(case for case in home.cases() if case.ref != other)
    assert (raised.person_id, raised.address_id, raised.level, raised.not_reached) == (person_id, None, "urgent", True)
    assert MISSED not in sam.get(f"/desk/cases/{other}").text
