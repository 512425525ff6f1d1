"""The desk's lists: the inbox by urgency, the no-reply list, the ledger, the audit; and what every page must say."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot.casework import inbox
from bot.refs import new_ref
from bot.store import casework, keeping, outbox, people, published
from bot.web.desk.chart import chart
from bot.web.desk.guard import exact, when
from bot.web.desk.inbox import SHOWN_CHARACTERS, first_lines
from bot.web.desk.person import age_on
from tests.houses import AT, ON_SQLITE, Home
from tests.web.visitor import Page
from tests.web.worker import Worker, at_desk, hire, served, sign_in, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium


def a_case(home: Home, name: str | None = None, *, sender: str = "+447700900001", **values: object) -> str:
    """A case on the desk, its person and number made where they are new; its reference."""
    ref, now = new_ref(), home.clock.at
    with home.house.db.write() as tx:
        address = people.open_address(tx, "sms", sender, now)
        person_id = None
        if name is not None:
            person_id = people.add_person(tx, ref=new_ref(), now=now, first_name=name)
            people.link(tx, person_id, address.id, now)
        level = str(values.get("level", "routine"))
        casework.add_case(
            tx, **{"ref": ref, "kind": "escalation", "rank": casework.RANK[level], "level": level, "reason": "wrote",
                   "address_id": address.id, "person_id": person_id, "words": f"words of {name}", "because": "[]",
                   "opened_at": now, "look_by": now + timedelta(hours=4), **values},
        )  # fmt: skip
    return ref


def a_silence(home: Home, name: str = "Ana", **values: object) -> tuple[str, int]:
    """A check-in that ended in silence: the person's reference and the touch's id."""
    ref, now = new_ref(), home.clock.at
    with home.house.db.write() as tx:
        address = people.open_address(tx, "sms", "+447700900444", now)
        person_id = people.add_person(tx, ref=ref, now=now, first_name=name)
        enrolment_id = keeping.enrol(
            tx, person_id=person_id, programme="after-early-help", event_on=date(2026, 10, 1),
            told_on=date(2026, 10, 1), told_by="The early help team", created_at=now,
        )  # fmt: skip
        touch_id = keeping.decide_touch(
            tx, **{"enrolment_id": enrolment_id, "touch": "four-weeks", "address_id": address.id, "due_at": now,
                   "decided_at": now, "outcome": "no-reply", "reason": "No answer, reminded once.", "listed": True,
                   "settled_at": now, **values},
        )  # fmt: skip
    assert touch_id is not None
    return ref, touch_id


def shown(html: str) -> list[str]:
    """The references of the cases that a list shows, in its order."""
    return re.findall(r'<h2 class="govuk-heading-s desk-case__name"><a[^>]*href="/desk/cases/(\w+)"', html)


def test_the_gravest_stand_first_then_what_was_promised_soonest(sam: Worker, home: Home) -> None:
    """Claim: urgent before concern before routine; within one, not reached first, then by the promise."""
    later, soon = AT + timedelta(hours=5), AT + timedelta(hours=1)
    routine = a_case(home, "Rae", level="routine", look_by=soon)
    concern_later = a_case(home, "Con", level="concern", look_by=later, sender="+447700900002")
    concern_soon = a_case(home, "Coa", level="concern", look_by=soon, sender="+447700900003")
    unreached = a_case(home, "Una", level="concern", look_by=later, not_reached=True, sender="+447700900004")
    urgent = a_case(home, None, level="urgent", look_by=later, sender="+447700900005")
    page = sam.get("/desk").text
    assert shown(page) == [urgent, unreached, concern_soon, concern_later, routine]
    assert "Open (5)" in page
    assert "Not known yet" in page
    assert "Not reached: telephone" in page


def test_what_nobody_looked_at_stands_above_what_is_in_hand(sam: Worker, home: Home) -> None:
    """Claim: of one level, the unseen case comes first, then the seen and unclaimed, then the claimed."""
    soon, later = AT + timedelta(minutes=5), AT + timedelta(minutes=14)
    claimed = a_case(home, "Cla", level="urgent", look_by=soon, sender="+447700900001")
    seen = a_case(home, "See", level="urgent", look_by=soon, sender="+447700900002")
    unseen = a_case(home, "Uns", level="urgent", look_by=later, sender="+447700900003")
    concern = a_case(home, "Con", level="concern", look_by=soon, sender="+447700900004")
    sam.act(claimed, "claim")
    sam.get(f"/desk/cases/{seen}")
    assert shown(sam.get("/desk").text) == [unseen, seen, claimed, concern]


def test_what_the_inbox_showed_is_audited_case_by_case(sam: Worker, home: Home) -> None:
    """Claim: for any case of a list there is an audit row that names it, however long the list; and one for none."""
    sam.get("/desk")
    assert home.audited()[-1] == ("inbox.view", "inbox:all", "")
    refs = {a_case(home, f"P{n}", sender=f"+4477009001{n:02}") for n in range(23)}
    sam.get("/desk")
    rows = [detail.split() for action, _, detail in home.audited() if action == "inbox.view" and detail]
    assert {ref for row in rows for ref in row} == refs
    assert [len(row) for row in rows] == [20, 3]


@ON_SQLITE
def test_a_page_that_cannot_be_audited_is_not_shown(sam: Worker, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: reading and its audit are one transaction: without the one there is not the other."""
    a_case(home, "Ana")
    monkeypatch.setattr(inbox.staff, "add_audit", _broken)
    for address in ("/desk", "/desk/no-replies", "/desk/ledger"):
        answer = sam.get(address)
        assert answer.status_code == 500
        assert "Ana" not in answer.text


def _broken(*_args: object, **_more: object) -> None:
    raise RuntimeError("the audit is full")


@ON_SQLITE
def test_the_filters_part_mine_from_unclaimed_and_closed(sam: Worker, app: Flask, home: Home) -> None:
    """Claim: each filter shows its own and says how many each holds; an unknown filter is the whole."""
    free, mine, theirs, closed = (a_case(home, n, sender=f"+44770090020{i}") for i, n in enumerate("FMTC"))
    other = at_desk(app, home, "manager")
    sam.act(mine, "claim")
    other.act(theirs, "claim")
    sam.act(closed, "close", outcome="advice-given", words="Done.")
    assert set(shown(sam.get("/desk").text)) == {free, mine, theirs}
    assert shown(sam.get("/desk?show=mine").text) == [mine]
    assert shown(sam.get("/desk?show=unclaimed").text) == [free]
    assert shown(sam.get("/desk?show=closed").text) == [closed]
    assert set(shown(sam.get("/desk?show=nonsense&page=x").text)) == {free, mine, theirs}
    page = unescape(sam.get("/desk").text)
    for told in ("Open (3)", "Mine (1)", "Not claimed (1)", "Closed (1)", "Claimed by you.", "Claimed by Mina Shah."):
        assert told in page
    assert "Advice given" in sam.get("/desk?show=closed").text


@ON_SQLITE
def test_a_promise_that_passed_unlooked_is_late_until_somebody_looks(sam: Worker, app: Flask, home: Home) -> None:
    """Claim: Late stands in words when the time is past and nobody has looked, and goes when somebody does."""
    ref = a_case(home, "Ana")
    assert "Late" not in sam.get("/desk").text
    home.later(hours=4, minutes=1)
    client, _ = sign_in(app, "sam.okoro@council.example")
    page = client.get("/desk").text
    assert ">Late</strong>" in page
    assert "Late: somebody should have looked by 3pm on Monday 23 November." in page
    assert ">Late</strong>" not in client.get(f"/desk/cases/{ref}").text
    page = client.get("/desk").text
    assert "Late" not in page
    assert "Looked at, 3:01pm on Monday 23 November." in page


@ON_SQLITE
def test_an_empty_list_says_so_in_words(sam: Worker) -> None:
    """Claim: no list is ever a blank."""
    for address, told in (
        ("/desk", "Nobody is waiting."),
        ("/desk?show=mine", "You have claimed no case."),
        ("/desk?show=unclaimed", "Every open case has somebody working on it."),
        ("/desk?show=closed", "No case has been closed yet."),
        ("/desk/no-replies", "Nobody is on the list."),
        ("/desk/ledger", "No check-in has been decided yet that fits."),
    ):
        assert told in sam.get(address).text, address


@ON_SQLITE
def test_a_long_inbox_has_pages_that_lose_none(sam: Worker, home: Home) -> None:
    """Claim: every case stands on exactly one page, and the pages lead to one another with the filter kept."""
    refs = [a_case(home, None, sender=f"+4477009003{n:02}") for n in range(inbox.PAGE + 2)]
    first, second = sam.get("/desk?show=unclaimed").text, sam.get("/desk?show=unclaimed&page=2").text
    assert sorted(shown(first) + shown(second)) == sorted(refs)
    assert 'href="/desk?show=unclaimed&amp;page=2" rel="next"' in first
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second


def test_a_message_that_only_a_person_can_decide_about_stands_on_top(sam: Worker, home: Home) -> None:
    """Claim: a held message is shown with its reason and its case until that case is closed."""
    home.text("hello")
    home.send()
    row = home.out()[0]
    with home.house.db.write() as tx:
        outbox.change_outbox(tx, row.id, state="held", settled_at=home.clock.at, reason="Nobody knows if it went")
    ref = a_case(home, "Ana", sender="+447700900321", not_reached=True)
    page = sam.get("/desk").text
    assert "Messages that need a person" in page
    assert "Nobody knows if it went" in page
    assert f'<a class="govuk-link" href="/desk/cases/{ref}">Open case {ref}</a>' in page
    sam.act(ref, "close", outcome="spoken-to-all-well", words="Rang her.")
    assert "Messages that need a person" not in sam.get("/desk").text


def test_a_silence_is_listed_until_one_of_the_team_takes_it_off(sam: Worker, home: Home) -> None:
    """Claim: who, when, why and the number; taking it off is audited once, however often it is pressed."""
    ref, touch_id = a_silence(home)
    a_silence(home, "Ben", listed=False, outcome="answered")
    assert "no reply" not in sam.get("/desk").text  # ordinary silence is no case
    page = sam.get("/desk/no-replies").text
    for told in ("Ana", ref, "After early help closes", "No answer, reminded once.", "07700 900444"):
        assert told in page
    assert "Ben" not in page
    action = f"/desk/no-replies/{touch_id}/off"
    form = sam.fields("/desk/no-replies", action)
    for _ in range(2):
        assert sam.client.post(action, data=form).headers["Location"] == "/desk/no-replies?done=off"
    assert "Nobody is on the list." in sam.get("/desk/no-replies").text
    assert [row for row in home.audited() if row[0] == "list.take-off"] == [
        ("list.take-off", f"touch:{touch_id}", "seen")
    ]
    assert ("list.view", "no-replies", ref) in home.audited()


def test_the_ledger_is_filtered_by_person_and_day(sam: Worker, home: Home) -> None:
    """Claim: each decided check-in with outcome and reason; the filters narrow it, and a slip in one is told."""
    ana, _ = a_silence(home, "Ana")
    ben, _ = a_silence(home, "Ben", outcome="suppressed", reason="They texted STOP.", decided_at=AT - timedelta(days=9))
    both = sam.get("/desk/ledger").text
    assert both.index("Ana") < both.index("Ben")
    assert "Not sent, by rule" in both
    assert "They texted STOP." in both
    spaced = f"{ben[:4].lower()} {ben[4:]}"
    only = sam.client.get("/desk/ledger", query_string={"person": spaced})
    assert "Ben" in only.text
    assert ana not in only.text
    since = sam.get("/desk/ledger?since=2026-11-20").text
    assert "Ana" in since
    assert "Ben" not in since
    for query, told in (
        ("person=abc", "eight letters and digits"),
        (f"person={new_ref()}", "Nobody here"),
        ("since=soon", "2026-11-23"),
    ):
        wrong = sam.get(f"/desk/ledger?{query}")
        assert wrong.status_code == 400
        assert told in wrong.text


@ON_SQLITE
def test_those_who_may_not_see_names_see_references(app: Flask, home: Home) -> None:
    """Claim: an auditor reads the ledger and the audit without one name or word of a family."""
    ref, _ = a_silence(home, "Ana")
    a_case(home, "Ana", words="secret words")
    auditor = at_desk(app, home, "auditor")
    page = auditor.get("/desk/ledger").text
    assert ref in page
    assert "Ana" not in page
    assert f"/desk/people/{ref}" not in page
    assert "secret words" not in auditor.get("/desk/audit").text


def test_who_saw_this_family_has_an_answer(app: Flask, sam: Worker, home: Home) -> None:
    """Claim: the audit by reference names who opened it, who only saw it in a list, and no other's rows."""
    ref, other = a_case(home, "Ana"), a_case(home, "Ben", sender="+447700900002")
    sam.get("/desk")
    sam.get(f"/desk/cases/{ref}")
    sam.get(f"/desk/cases/{other}")
    manager = at_desk(app, home, "manager")
    page = manager.get(f"/desk/audit?ref={ref}").text
    assert "Opened a case" in page
    assert "Looked at the inbox" in page
    assert f"case:{other}" not in page
    assert "Sam Okoro" in page
    assert home.audited()[-1][:2] == ("audit.view", f"audit:{ref}")
    assert manager.get("/desk/audit?ref=nonsense").status_code == 400


def test_a_poll_tells_what_came_and_of_whom_nothing(sam: Worker, home: Home) -> None:
    """Claim: new cases, a change of the open one and new words of the family are told as numbers and yes or no."""
    home.living()
    ref = a_case(home, "Ana", sender="+447700900321")
    poll = re.search(r'data-poll="([^"]+)"', sam.get(f"/desk/cases/{ref}").text)
    assert poll is not None
    address = unescape(poll[1])
    assert sam.get(address).json == {"fresh": 0, "urgent": 0, "changed": False, "wrote": False, "late": ""}
    home.text("hello there")
    assert sam.get(address).json == {"fresh": 0, "urgent": 0, "changed": False, "wrote": True, "late": ""}
    sam.act(ref, "claim")
    a_case(home, "Ben", level="urgent", sender="+447700900002")
    assert sam.get(address).json == {"fresh": 1, "urgent": 1, "changed": True, "wrote": True, "late": ""}
    assert sam.get("/desk/count?after=99999999999").status_code == 400
    assert not [action for action, _, _ in home.audited() if action.startswith("count")]


def test_a_person_s_page_holds_their_household_and_their_story(sam: Worker, home: Home) -> None:
    """Claim: children with their age, ways to reach them, cases, plans and consents; each view is audited."""
    ref, _ = a_silence(home, "Ana")
    with home.house.db.write() as tx:
        person = people.find_person(tx, ref)
        assert person is not None
        household = people.household(tx, "h1", home.clock.at)
        people.change_person(tx, person.id, household_id=household)
        people.add_person(
            tx, ref=new_ref(), now=home.clock.at, first_name="Leo", born="2022-05", child=True, household_id=household
        )
        address = people.open_address(tx, "sms", "+447700900444", home.clock.at)
        people.link(tx, person.id, address.id, home.clock.at)
        people.add_consent(
            tx, address_id=address.id, person_id=person.id, kind="text", given=True, wording_id="consent.text",
            wording="May we text you?", via="sms", at=home.clock.at,
        )  # fmt: skip
    page = sam.get(f"/desk/people/{ref}").text
    for told in ("Leo, 4 years", "07700 900444", "May we text you?", "Check-in: No reply", "After early help closes"):
        assert told in page
    assert home.audited()[-1] == ("person.view", f"person:{ref}", "")
    assert sam.get(f"/desk/people/{new_ref()}").status_code == 404


@ON_SQLITE
def test_every_page_says_when_messages_are_not_going(sam: Worker, home: Home) -> None:
    """Claim: a clock that stands, a queue that stands and a pause are on every page in words; health is not."""
    pages = ("/desk", "/desk/no-replies", "/desk/ledger")
    assert all("The clock is not running" in sam.get(page).text for page in pages)
    assert all("No text can leave" in sam.get(page).text for page in pages)
    home.living()
    assert not any('role="alert"' in sam.get(page).text for page in pages)
    home.text("hello")
    home.later(minutes=3)
    page = sam.get("/desk").text
    assert "The clock has stood still since 11am" in page
    assert "No text has left since 11am" in page
    home.living()
    page = sam.get("/desk").text
    assert "The clock" not in page
    assert "Messages have been waiting to leave since 11am" in page
    with home.house.db.write() as tx:
        published.set_flag(tx, "paused", "restored", home.clock.at)
    page = sam.get("/desk").text
    assert "Sending is paused" in page
    assert "Messages have been waiting" not in page


@ON_SQLITE
def test_pages_are_sound_to_hear_and_hold_nothing_inline(sam: Worker, home: Home) -> None:
    """Claim: one h1, a label for each field, ids once, no inline script or style, on every page of the desk."""
    ref, person = a_case(home, "Ana", level="urgent"), a_silence(home)[0]
    sam.act(ref, "claim")
    for address in ("/desk", f"/desk/cases/{ref}", f"/desk/people/{person}", "/desk/no-replies", "/desk/ledger"):
        html = sam.get(address).text
        elements = Page(html).elements
        tags = [tag for tag, _, _ in elements]
        ids = [given["id"] for _, given, _ in elements if given.get("id")]
        labelled = {given.get("for") for tag, given, _ in elements if tag == "label"}
        assert tags.count("h1") == 1, address
        assert len(ids) == len(set(ids)), address
        for tag, given, _ in elements:
            assert tag != "style"
            assert not any(name == "style" or name.startswith("on") for name in given), address
            if tag in {"textarea", "select"} or (tag == "input" and given.get("type") != "hidden"):
                assert given.get("id") in labelled, (address, given)


@pytest.mark.parametrize("length", [0, 1, SHOWN_CHARACTERS, SHOWN_CHARACTERS + 1, 5_000])
def test_first_lines_never_exceed_their_place(length: int) -> None:
    """Claim: short words stand whole; long ones are cut at a space, or anywhere in one endless word, and say so."""
    for text in (("word " * length)[:length], "x" * length):
        start, more = first_lines(text)
        assert len(start) <= SHOWN_CHARACTERS
        assert text.startswith(start)
        assert more is (len(text) > SHOWN_CHARACTERS)


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("2022-05", "4 years"),
        ("2026-11", "0 months"),
        ("2024-12", "23 months"),
        ("2024-11", "2 years"),
        ("2026-12", "not born yet"),
        (None, None),
        ("2022", None),
    ],
)
def test_a_child_s_age_is_said_from_the_month_of_birth(born: str | None, age: str | None) -> None:
    """Claim: months until two, then years; nothing where it is not known."""
    assert age_on(born, date(2026, 11, 23)) == age


def test_an_instant_of_another_year_says_its_year() -> None:
    """Claim: a story longer than a year is not ambiguous; evidence is to the second, in London's time."""
    say = when(AT)
    with Flask("speaks").app_context():
        assert say(AT) == "11am on Monday 23 November"
        assert say(AT.replace(year=2025)) == "11am on Sunday 23 November 2025"
    assert exact(datetime(2026, 7, 1, 9, 5, 2, tzinfo=UTC)) == "1 Jul 2026, 10:05:02"


def test_a_chart_keeps_time_and_height() -> None:
    """Claim: better scores stand higher, later ones further right, and one score makes no line."""
    assert chart([(AT, 5)]) is None
    drawn = chart([(AT, 2), (AT + timedelta(days=1), 9), (AT + timedelta(days=10), 4)])
    assert drawn is not None
    first, second, third = drawn.dots
    assert first.x < second.x < third.x
    assert second.x - first.x < third.x - second.x
    assert second.y < third.y < first.y
    together = chart([(AT, 3), (AT, 4)])
    assert together is not None
    assert together.dots[0].x < together.dots[1].x


@ON_SQLITE
@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_the_desk_in_a_real_browser(chromium: "Chromium", app: Flask, home: Home, width: int) -> None:
    """Claim: axe finds nothing, nothing scrolls sideways, the counter counts and a draft is not left unasked."""
    from tests.browser import axe

    ref = a_case(home, "Ana", level="urgent", sender="+447700900321")
    a_silence(home)
    email = hire(home, "practitioner")
    with served(app) as url, chromium.person(url, width=width) as person:
        page = person.new_page()
        page.goto(f"/desk/cases/{ref}")
        assert axe(page) == []
        signed_in_at(page, email, f"/desk/cases/{ref}")
        page.get_by_role("button", name="Claim this case").click()
        page.wait_for_url("**done=claimed")
        page.fill("#reply-words", "I can ring you at two.")
        page.wait_for_function("document.querySelector('.desk-counter').textContent.includes('Sent as 1 text.')")
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        page.evaluate("location.href = '/desk'")
        page.wait_for_timeout(300)
        assert asked == ["beforeunload"]
        assert page.input_value("#reply-words") == "I can ring you at two."
        page.get_by_role("button", name="Send the reply").click()
        page.wait_for_url("**done=replied")
        for address in ("/desk", "/desk/no-replies", "/desk/ledger"):
            page.goto(address)
            assert axe(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address


@ON_SQLITE
def test_worrying_families_stand_first_and_a_call_is_kept(sam: Worker, home: Home) -> None:
    """Claim: of the silent the worrying come first; who telephoned is named for a week, and it is audited."""
    ordinary, _ = a_silence(home, "Ord")
    worrying, touch_id = a_silence(home, "Wor")
    with home.house.db.write() as tx:
        person = people.find_person(tx, worrying)
        assert person is not None
        people.change_person(tx, person.id, worrying=True)
    page = sam.get("/desk/no-replies").text
    assert page.index(worrying) < page.index(ordinary)
    action = f"/desk/no-replies/{touch_id}/off"
    form = sam.fields("/desk/no-replies", action) | {"how": "telephoned"}
    sam.client.post(action, data=form)
    page = sam.get("/desk/no-replies").text
    assert page.index(ordinary) < page.index("Seen in the last seven days") < page.index(worrying)
    assert "Telephoned, by" in page
    assert ("list.take-off", f"touch:{touch_id}", "telephoned") in home.audited()


@ON_SQLITE
def test_the_weekly_list_is_a_page_at_a_time(sam: Worker, home: Home) -> None:
    """Claim: with hundreds of silent families a page shows fifty, and leads to the next."""
    for n in range(53):
        a_silence(home, f"N{n}")
    first, second = sam.get("/desk/no-replies").text, sam.get("/desk/no-replies?page=2").text
    assert [text.count('class="desk-case"') for text in (first, second)] == [50, 3]
    assert "Next page" in first


@ON_SQLITE
def test_the_ledger_says_why_nothing_was_sent(sam: Worker, home: Home) -> None:
    """Claim: of a person it tells what is planned next and why it waits; it is narrowed by outcome, programme, week."""
    ref, _ = a_silence(home)
    with home.house.db.write() as tx:
        person = people.find_person(tx, ref)
        assert person is not None
        (enrolment,) = keeping.enrolments_of(tx, [person.id])
        keeping.change_enrolment(
            tx, enrolment.id, next_at=home.clock.at, waited_for="Paused at their wish until 1 September 2027."
        )
    page = sam.get(f"/desk/ledger?person={ref}&household=yes").text
    assert "Paused at their wish until 1 September 2027." in page
    assert "No answer, reminded once." in page
    for asked in ("outcome=no-reply", "programme=after-early-help", f"week={AT.date()}"):
        assert "1 check-in." in sam.get(f"/desk/ledger?{asked}").text
    for asked in ("outcome=answered", "programme=new-baby", "week=2026-01-05"):
        assert "No check-in has been decided yet that fits." in sam.get(f"/desk/ledger?{asked}").text
    assert sam.get("/desk/ledger?week=soon").status_code == 400
    assert ("ledger.view", f"ledger:{ref}", ref) in home.audited()
